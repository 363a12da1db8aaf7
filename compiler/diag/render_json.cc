#include "compiler/diag/render_json.h"

#include <nlohmann/json.hpp>

#include "compiler/diag/fingerprint.h"

namespace synapsor::diag {
namespace {

using Json = nlohmann::ordered_json;

void AddPlace(const SourceStore& sources, Span span, Json& object) {
  if (!span.has_value()) {
    for (const char* key : {"file", "line", "column", "end_line", "end_column"}) object[key] = nullptr;
    return;
  }
  const SourceFile& file = sources.Get(span.file);
  const LineColumn begin = file.Locate(span.begin);
  const LineColumn end = file.Locate(span.end);
  object["file"] = file.path();
  object["line"] = begin.line;
  object["column"] = begin.column;
  object["end_line"] = end.line;
  object["end_column"] = end.column;
}

Json TextOrNull(const std::string& text) { return text.empty() ? Json(nullptr) : Json(text); }

Json FixJson(const SourceStore& sources, const Fix& fix) {
  Json object{{"title", fix.title}, {"safe", fix.safe}, {"edits", Json::array()}};
  for (const Edit& edit : fix.edits) {
    Json item;
    AddPlace(sources, edit.span, item);
    item["replacement"] = edit.replacement;
    object["edits"].push_back(std::move(item));
  }
  return object;
}

Json FindingJson(const SourceStore& sources, const Finding& finding) {
  const KindInfo& info = Info(finding.kind);
  Json object;
  object["code"] = info.code;
  object["slug"] = info.slug;
  object["severity"] = finding.severity == Severity::kError ? "error" : "warning";
  object["message"] = finding.message;
  AddPlace(sources, finding.span, object);
  object["phrase"] = TextOrNull(finding.label_text);
  object["context"] = TextOrNull(finding.context);
  object["labels"] = Json::array();
  for (const Label& label : finding.labels) {
    Json item{{"message", label.text}};
    AddPlace(sources, label.span, item);
    object["labels"].push_back(std::move(item));
  }
  object["schema"] = Json::array();
  for (const SchemaNote& note : finding.schema_notes) {
    object["schema"].push_back({{"where", note.where}, {"text", note.text}});
  }
  object["notes"] = finding.notes;
  object["help"] = TextOrNull(finding.help);
  object["fix"] = finding.fixes.empty() ? Json(nullptr) : FixJson(sources, finding.fixes.front());
  object["other_fixes"] = Json::array();
  for (std::size_t i = 1; i < finding.fixes.size(); ++i) {
    object["other_fixes"].push_back(FixJson(sources, finding.fixes[i]));
  }
  object["fingerprint"] = Fingerprint(finding);
  return object;
}

}  // namespace

std::string RenderJson(const SourceStore& sources, const std::deque<Finding>& findings, const Summary& summary) {
  Json list = Json::array();
  for (const Finding& finding : findings) list.push_back(FindingJson(sources, finding));
  Json by_code = Json::object();
  for (const auto& [code, count] : summary.by_code) by_code[std::string(code)] = count;
  const Json document{{"findings", std::move(list)},
                      {"summary",
                       {{"errors", summary.errors},
                        {"warnings", summary.warnings},
                        {"files", summary.files},
                        {"suppressed", summary.suppressed},
                        {"baselined", summary.baselined},
                        {"by_code", std::move(by_code)}}}};
  return document.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace synapsor::diag
