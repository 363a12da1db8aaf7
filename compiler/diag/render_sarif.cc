#include "compiler/diag/render_sarif.h"

#include <fmt/format.h>

#include <map>
#include <nlohmann/json.hpp>

#include "compiler/diag/fingerprint.h"
#include "compiler/diag/rule_pages.h"

namespace synapsor::diag {
namespace {

using Json = nlohmann::ordered_json;

std::string_view Level(Severity severity) { return severity == Severity::kError ? "error" : "warning"; }

// A path as URI reference: everything but unreserved characters and slashes is percent-encoded.
std::string Uri(std::string_view path) {
  std::string uri;
  if (path.starts_with('/')) uri = "file://";
  while (path.starts_with("./")) path.remove_prefix(2);
  for (const char c : path) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       std::string_view("-._~/").find(c) != std::string_view::npos;
    uri += plain ? std::string(1, c) : fmt::format("%{:02X}", static_cast<unsigned char>(c));
  }
  return uri;
}

class Builder {
 public:
  explicit Builder(const SourceStore& sources) : sources_(sources) {}

  Json Result(const Finding& finding) {
    std::string text = finding.message;
    if (!finding.help.empty()) text += "\nhelp: " + finding.help;
    Json result{{"ruleId", Info(finding.kind).code},
                {"ruleIndex", static_cast<int>(finding.kind)},
                {"level", Level(finding.severity)},
                {"message", {{"text", std::move(text)}}}};
    if (finding.span.has_value()) result["locations"] = Json::array({Location(finding.span, finding.label_text)});
    AddRelated(finding, result);
    AddFixes(finding, result);
    const std::string fingerprint = Fingerprint(finding);
    result["partialFingerprints"] = {{"synapsorFinding/v1", fmt::format("{}:{}", fingerprint, ++seen_[fingerprint])}};
    return result;
  }

 private:
  Json Artifact(Span span) const {
    const std::string& path = sources_.Get(span.file).path();
    Json artifact{{"uri", Uri(path)}};
    if (!path.starts_with('/')) artifact["uriBaseId"] = "%SRCROOT%";
    return artifact;
  }
  Json Region(Span span) const {
    const SourceFile& file = sources_.Get(span.file);
    const LineColumn begin = file.Locate(span.begin);
    const LineColumn end = file.Locate(span.end);
    return {{"startLine", begin.line}, {"startColumn", begin.column}, {"endLine", end.line}, {"endColumn", end.column}};
  }
  Json Location(Span span, const std::string& text) const {
    Json location{{"physicalLocation", {{"artifactLocation", Artifact(span)}, {"region", Region(span)}}}};
    if (!text.empty()) location["message"] = {{"text", text}};
    return location;
  }
  void AddRelated(const Finding& finding, Json& result) const {
    Json related = Json::array();
    for (const Label& label : finding.labels) {
      if (!label.span.has_value()) continue;
      Json location{{"id", related.size()}};
      location.update(Location(label.span, label.text));
      related.push_back(std::move(location));
    }
    for (const SchemaNote& note : finding.schema_notes) {
      related.push_back({{"id", related.size()}, {"message", {{"text", note.where + "  " + note.text}}}});
    }
    if (!related.empty()) result["relatedLocations"] = std::move(related);
  }
  void AddFixes(const Finding& finding, Json& result) const {
    Json fixes = Json::array();
    for (const Fix& fix : finding.fixes) {
      std::map<FileId, Json> by_file;
      for (const Edit& edit : fix.edits) {
        Json& change = by_file[edit.span.file];
        if (change.is_null()) change = {{"artifactLocation", Artifact(edit.span)}, {"replacements", Json::array()}};
        change["replacements"].push_back(
            {{"deletedRegion", Region(edit.span)}, {"insertedContent", {{"text", edit.replacement}}}});
      }
      if (by_file.empty()) continue;
      Json changes = Json::array();
      for (auto& [file, change] : by_file) changes.push_back(std::move(change));
      fixes.push_back({{"description", {{"text", fix.title}}}, {"artifactChanges", std::move(changes)}});
    }
    if (!fixes.empty()) result["fixes"] = std::move(fixes);
  }

  const SourceStore& sources_;
  std::map<std::string, int> seen_;
};

Json Rule(const KindInfo& info) {
  const std::string_view page = PageOf(info.kind);
  const std::string gist = Gist(page);
  Json rule{{"id", info.code},
            {"name", info.name},
            {"shortDescription", {{"text", info.slug}}},
            {"fullDescription", {{"text", gist.empty() ? std::string(info.slug) : gist}}}};
  if (!page.empty()) rule["help"] = {{"text", page}, {"markdown", page}};
  rule["defaultConfiguration"] = {{"level", Level(info.severity)}};
  rule["properties"] = {{"tags", info.finding_class == Class::kSoundness ? Json::array({"security", "soundness"})
                                                                         : Json::array({"advice"})}};
  return rule;
}

}  // namespace

std::string RenderSarif(const SourceStore& sources, const std::deque<Finding>& findings, const Summary& summary,
                        std::string_view version) {
  Json rules = Json::array();
  for (const KindInfo& info : AllKinds()) rules.push_back(Rule(info));
  Json results = Json::array();
  Builder builder(sources);
  for (const Finding& finding : findings) results.push_back(builder.Result(finding));
  const Json driver{{"name", "synapsor sync"}, {"version", version}, {"rules", std::move(rules)}};
  Json run{{"tool", {{"driver", driver}}},
           {"columnKind", "unicodeCodePoints"},
           {"results", std::move(results)},
           {"properties",
            {{"errors", summary.errors},
             {"warnings", summary.warnings},
             {"files", summary.files},
             {"suppressed", summary.suppressed},
             {"baselined", summary.baselined}}}};
  const Json document{{"$schema", "https://json.schemastore.org/sarif-2.1.0.json"},
                      {"version", "2.1.0"},
                      {"runs", Json::array({std::move(run)})}};
  return document.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace synapsor::diag
