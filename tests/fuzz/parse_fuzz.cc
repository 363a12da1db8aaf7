// The parser and the formatter on arbitrary bytes: neither may crash, every finding has its place
// in the text, and a formatted text means the same and stays as it is.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "compiler/syntax/format.h"
#include "compiler/syntax/parse.h"

namespace {

using namespace synapsor;

struct Counts {
  std::size_t errors = 0;
  std::size_t statements = 0;
  std::size_t suppressions = 0;
  bool operator==(const Counts&) const = default;
};

Counts ParseAndCheck(std::string text) {
  SourceStore sources;
  const FileId id = sources.Add("input", std::move(text));
  diag::Sink sink;
  const ast::File file = syntax::ParseFile(sources, id, sink);
  for (const auto& finding : sink.findings()) {
    const bool inside = finding.span.begin <= finding.span.end && finding.span.end <= sources.Get(id).text().size();
    if (!inside || finding.message.empty()) std::abort();
  }
  if (!file.broken.empty() && !sink.has_errors()) std::abort();
  return {static_cast<std::size_t>(sink.Count(diag::Severity::kError)),
          file.workflows.size() + file.contexts.size() + file.capabilities.size() + file.policies.size(),
          file.suppressions.size()};
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  const Counts before = ParseAndCheck(text);
  const std::string formatted = syntax::Format(text);
  const Counts after = ParseAndCheck(formatted);
  if (before.errors == 0 && !(before == after)) std::abort();
  if (syntax::Format(formatted) != formatted) std::abort();
  return 0;
}
