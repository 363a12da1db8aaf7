// `sync explain SYN401`: the page of one rule.
#include <fmt/format.h>

#include <vector>

#include "compiler/base/edit_distance.h"
#include "compiler/diag/rule_pages.h"
#include "compiler/tool/command.h"
#include "compiler/tool/output.h"

namespace synapsor::tool {
namespace {

tl::unexpected<Error> UnknownRule(const std::string& text) {
  std::vector<std::string_view> names;
  for (const diag::KindInfo& info : diag::AllKinds()) {
    names.push_back(info.code);
    names.push_back(info.slug);
  }
  const auto nearest = NearestName(text, names);
  return Fail(ErrorKind::kUsage, fmt::format("there is no rule `{}`", text),
              nearest ? fmt::format("did you mean `{}`?", *nearest) : "`sync rules` lists the rules");
}

Result<int> Run(const Arguments& arguments) {
  if (arguments.positional().empty()) {
    return Fail(ErrorKind::kUsage, "`sync explain` needs a code or a name", "`sync rules` lists the rules");
  }
  std::string out;
  for (const std::string& text : arguments.positional()) {
    const diag::KindInfo* info = diag::FindKind(text);
    if (info == nullptr) return UnknownRule(text);
    const std::string_view page = diag::PageOf(info->kind);
    if (page.empty()) return Fail(ErrorKind::kInternal, fmt::format("rule {} has no page", info->code));
    if (!out.empty()) out += '\n';
    out += page;
  }
  SYN_RETURN_IF_ERROR(WriteData(out));
  return kExitFine;
}

}  // namespace

const Command kExplainCommand = {
    .name = "explain",
    .summary = "explain a finding: what it means, the attack it prevents, a bad and a good example",
    .usage = "CODE...",
    .description = "CODE is a code (SYN401, in any case) or the name beside it (unknown-column).",
    .example = "sync explain SYN401\nsync explain unknown-column",
    .options = {},
    .run = Run,
};

}  // namespace synapsor::tool
