#include "compiler/tool/authority_report.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>

#include "compiler/diag/display.h"

namespace synapsor::tool {
namespace {

using authority::Change;
using authority::Effect;
using diag::Printable;
using nlohmann::json;

struct EffectWords {
  Effect effect;
  std::string_view name, tag;
};

constexpr std::array<EffectWords, 3> kEffects = {{
    {Effect::kBroadens, "broadens", "BROADENS"},
    {Effect::kNarrows, "narrows", "narrows "},
    {Effect::kNeutral, "neutral", "neutral "},
}};

const EffectWords& WordsOf(Effect effect) { return kEffects[static_cast<std::size_t>(effect)]; }

std::string_view KindName(authority::ChangeKind kind) {
  switch (kind) {
    case authority::ChangeKind::kAdded: return "added";
    case authority::ChangeKind::kRemoved: return "removed";
    case authority::ChangeKind::kChanged: return "changed";
  }
  return "";
}

std::string_view Sign(authority::ChangeKind kind) {
  if (kind == authority::ChangeKind::kAdded) return "+";
  return kind == authority::ChangeKind::kRemoved ? "-" : "~";
}

// The side that says most: what stands now, or what stood where nothing does.
const bundle::AuthorityFact& Main(const Change& change) {
  return change.kind == authority::ChangeKind::kRemoved ? change.before : change.after;
}

std::string Place(const Change& change) {
  const std::string& place = Main(change).place;
  return change.kind == authority::ChangeKind::kRemoved && !place.empty() ? "was " + place : place;
}

std::string Verdict(const AuthorityReport& report) {
  if (report.changes.empty()) return "No change of authority.";
  std::string text = fmt::format("{} broadening, {} narrowing, {} neutral.", report.Count(Effect::kBroadens),
                                 report.Count(Effect::kNarrows), report.Count(Effect::kNeutral));
  if (report.broadens()) text += " Broadened authority needs approval.";
  return text;
}

std::string MarkdownCell(const std::string& text) {
  std::string out;
  for (const char c : Printable(text)) {
    if (c == '|' || c == '<' || c == '>' || c == '`' || c == '*' || c == '_' || c == '[' || c == ']' || c == '\\' ||
        c == '@')
      out += '\\';
    out += c;
  }
  return out;
}

Result<std::string> ReadFile(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  if (!file || !(text << file.rdbuf())) return Fail(ErrorKind::kIo, fmt::format("cannot read `{}`", path));
  return text.str();
}

}  // namespace

int AuthorityReport::Count(Effect effect) const {
  return static_cast<int>(
      std::count_if(changes.begin(), changes.end(), [&](const Change& change) { return change.effect == effect; }));
}

AuthorityReport CompareAuthority(std::string before_name, std::string before_digest, std::string after_digest,
                                 const std::vector<bundle::AuthorityFact>& before,
                                 const std::vector<bundle::AuthorityFact>& after) {
  AuthorityReport report{std::move(before_name), std::move(before_digest), std::move(after_digest), {}};
  report.changes = authority::Diff(before, after);
  std::stable_sort(report.changes.begin(), report.changes.end(),
                   [](const Change& a, const Change& b) { return a.effect < b.effect; });
  return report;
}

std::string ChangesAsText(const AuthorityReport& report) {
  std::string out = fmt::format("Authority changes against {}\n", Printable(report.before_name));
  std::size_t subject_width = 0, sentence_width = 0;
  for (const Change& change : report.changes) {
    subject_width = std::max(subject_width, Main(change).subject.size());
    sentence_width = std::min<std::size_t>(80, std::max(sentence_width, change.sentence.size()));
  }
  for (const Change& change : report.changes) {
    out += fmt::format("  {} {}  {:<{}}  {:<{}}  {}", Sign(change.kind), WordsOf(change.effect).tag,
                       Printable(Main(change).subject), subject_width, Printable(change.sentence), sentence_width,
                       Printable(Place(change)));
    out.erase(out.find_last_not_of(' ') + 1);
    out += '\n';
  }
  return out + Verdict(report) + "\n";
}

std::string ChangesAsMarkdown(const AuthorityReport& report) {
  std::string out =
      fmt::format("### Authority changes against {}\n\n{}\n", MarkdownCell(report.before_name), Verdict(report));
  if (!report.changes.empty()) out += "\n| | effect | who | change | where |\n|---|---|---|---|---|\n";
  for (const Change& change : report.changes) {
    const std::string_view name = WordsOf(change.effect).name;
    out += fmt::format("| {} | {} | {} | {} | {} |\n", Sign(change.kind),
                       change.effect == Effect::kBroadens ? fmt::format("**{}**", name) : std::string(name),
                       MarkdownCell(Main(change).subject), MarkdownCell(change.sentence), MarkdownCell(Place(change)));
  }
  return out;
}

json ChangesAsJson(const AuthorityReport& report) {
  json changes = json::array();
  for (const Change& change : report.changes) {
    const bundle::AuthorityFact& fact = Main(change);
    json item = {{"kind", KindName(change.kind)}, {"effect", WordsOf(change.effect).name},
                 {"subject", fact.subject},       {"verb", fact.verb},
                 {"object", fact.object},         {"sentence", change.sentence}};
    if (change.kind != authority::ChangeKind::kAdded)
      item["before"] = {{"qualifier", change.before.qualifier}, {"place", change.before.place}};
    if (change.kind != authority::ChangeKind::kRemoved)
      item["after"] = {{"qualifier", change.after.qualifier}, {"place", change.after.place}};
    changes.push_back(std::move(item));
  }
  json before = {{"name", report.before_name}};
  if (!report.before_digest.empty()) before["digest"] = report.before_digest;
  return {{"before", std::move(before)},
          {"after", {{"digest", report.after_digest}}},
          {"changes", std::move(changes)},
          {"broadens", report.Count(Effect::kBroadens)},
          {"narrows", report.Count(Effect::kNarrows)},
          {"neutral", report.Count(Effect::kNeutral)}};
}

// Stands for the digest where there was no bundle before.
static const std::string kNoBundle = "none";

Result<bool> IsApproved(const std::string& path, const AuthorityReport& report) {
  SYN_ASSIGN_OR_RETURN(const std::string text, ReadFile(path));
  const json file = json::parse(text, nullptr, false, true);
  const auto malformed = [&](std::string_view what) {
    return Fail(ErrorKind::kUsage, fmt::format("`{}` is no approval file: {}", path, what),
                R"(write {"approved": [{"from": "sha256:…", "to": "sha256:…", "by": "name", "reason": "text"}]})");
  };
  if (!file.is_object() || !file.contains("approved") || !file["approved"].is_array())
    return malformed("there is no list `approved`");
  bool approved = false;
  for (const json& entry : file["approved"]) {
    for (const char* key : {"from", "to", "by", "reason"}) {
      if (!entry.is_object() || !entry.contains(key) || !entry[key].is_string() ||
          entry[key].get_ref<const std::string&>().empty()) {
        return malformed(fmt::format("an entry lacks the text `{}`", key));
      }
    }
    approved |= entry["from"] == (report.before_digest.empty() ? kNoBundle : report.before_digest) &&
                entry["to"] == report.after_digest;
  }
  return approved;
}

}  // namespace synapsor::tool
