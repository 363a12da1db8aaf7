#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <string>

#include "compiler/diag/fingerprint.h"
#include "compiler/diag/suppression.h"
#include "runtime/base/strict_json.h"

namespace synapsor::diag {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::string_view kFormat = "synapsor.baseline.v1";

struct Entry {
  std::string code;
  std::string fingerprint;
  int count = 0;  // findings that it may hide
  Span place = Span::None();
  int matched = 0;
};

tl::unexpected<Error> NotABaseline(const SourceFile& file, std::string_view why) {
  return Fail(ErrorKind::kInvalid, fmt::format("`{}` is no baseline: {}", file.path(), why),
              "write one with `sync check --write-baseline FILE`");
}

// Where the fingerprint of the next entry stands; entries stand in the order of the file.
Span PlaceAfter(std::string_view text, FileId file, std::uint32_t from, const std::string& fingerprint) {
  const std::size_t at = text.find('"' + fingerprint + '"', from);
  if (at == std::string_view::npos) return {file, from, from};
  const auto begin = static_cast<std::uint32_t>(at);
  return {file, begin, begin + static_cast<std::uint32_t>(fingerprint.size()) + 2};
}

Result<std::vector<Entry>> Read(const SourceFile& file, FileId id) {
  constexpr int kLargestCount = 1'000'000;
  constexpr std::size_t kLargest = std::size_t{64} << 20;
  const auto parsed = ParseStrictJson(file.text(), {.max_bytes = kLargest});
  if (!parsed) return NotABaseline(file, parsed.error().message);
  const nlohmann::json& document = *parsed;
  if (!document.is_object()) return NotABaseline(file, "it is not a JSON object");
  if (!document.contains("format") || document["format"] != kFormat) {
    return NotABaseline(file, fmt::format("`format` is not `{}`", kFormat));
  }
  if (!document.contains("findings") || !document["findings"].is_array()) {
    return NotABaseline(file, "`findings` is missing");
  }
  std::vector<Entry> entries;
  std::uint32_t at = 0;
  for (const nlohmann::json& item : document["findings"]) {
    const auto text = [&](const char* key) { return item.contains(key) && item[key].is_string(); };
    if (!item.is_object() || !text("code") || !text("fingerprint") || !item.contains("count") ||
        !item["count"].is_number_integer() || item["count"] < 1 || item["count"] > kLargestCount) {
      return NotABaseline(
          file, fmt::format("entry {} lacks `code`, `fingerprint` or a positive `count`", entries.size() + 1));
    }
    Entry& entry = entries.emplace_back(Entry{item["code"], item["fingerprint"], item["count"], Span::None(), 0});
    entry.place = PlaceAfter(file.text(), id, at, entry.fingerprint);
    at = entry.place.end;
  }
  return entries;
}

}  // namespace

std::string WriteBaseline(const std::deque<Finding>& findings) {
  struct Row {
    const Finding* finding = nullptr;
    int count = 0;
  };
  std::map<std::pair<std::string_view, std::string>, Row> rows;
  for (const Finding& finding : findings) {
    if (!MayBeHidden(Info(finding.kind))) continue;
    Row& row = rows[{Info(finding.kind).code, Fingerprint(finding)}];
    row.finding = &finding;
    ++row.count;
  }
  Json document{{"format", kFormat}, {"findings", Json::array()}};
  for (const auto& [key, row] : rows) {
    document["findings"].push_back({{"code", key.first},
                                    {"fingerprint", key.second},
                                    {"count", row.count},
                                    {"context", row.finding->context},
                                    {"message", row.finding->message}});
  }
  return document.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

Result<int> ApplyBaseline(const SourceStore& sources, FileId baseline, bool all_checks_ran, Sink& sink) {
  SYN_ASSIGN_OR_RETURN(std::vector<Entry> entries, Read(sources.Get(baseline), baseline));
  Sink hygiene;
  std::map<std::string, Entry*, std::less<>> by_fingerprint;
  for (Entry& entry : entries) {
    const KindInfo* info = FindKind(entry.code);
    if (info != nullptr && !MayBeHidden(*info)) {
      hygiene
          .Report(Kind::kSoundnessErrorBaselined, entry.place,
                  fmt::format("the baseline holds {} ({}), an error of soundness", info->code, info->slug))
          .WithHelp("remove the entry and mend what the finding names");
      continue;
    }
    by_fingerprint[entry.fingerprint] = &entry;
  }
  const auto hidden = static_cast<int>(std::erase_if(sink.findings(), [&](const Finding& finding) {
    if (!MayBeHidden(Info(finding.kind))) return false;
    const auto found = by_fingerprint.find(Fingerprint(finding));
    if (found == by_fingerprint.end() || found->second->code != Info(finding.kind).code) return false;
    if (found->second->matched == found->second->count) return false;
    ++found->second->matched;
    return true;
  }));
  for (const auto& [fingerprint, entry] : by_fingerprint) {
    if (!all_checks_ran || entry->matched == entry->count) continue;
    hygiene
        .Report(Kind::kStaleBaselineEntry, entry->place,
                fmt::format("the baseline expects {} of {} here, {} found", entry->count, entry->code, entry->matched))
        .WithHelp("write the baseline anew, or it hides the next mistake of that kind");
  }
  sink.Take(std::move(hygiene));
  return hidden;
}

}  // namespace synapsor::diag
