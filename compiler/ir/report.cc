#include "compiler/ir/report.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>

#include "compiler/base/edit_distance.h"

namespace synapsor::ir {
namespace {

diag::Finding& ReportAbout(diag::Sink& sink, std::string_view what, std::string_view name, diag::Kind kind, Span span,
                           std::string message) {
  diag::Finding& finding = sink.Report(kind, span, std::move(message));
  finding.context = fmt::format("while checking {} `{}`", what, name);
  return finding;
}

}  // namespace

diag::Finding& Report(diag::Sink& sink, const Workflow& entity, diag::Kind kind, Span span, std::string message) {
  return ReportAbout(sink, "workflow", entity.name, kind, span, std::move(message));
}
diag::Finding& Report(diag::Sink& sink, const Context& entity, diag::Kind kind, Span span, std::string message) {
  return ReportAbout(sink, "context", entity.name, kind, span, std::move(message));
}
diag::Finding& Report(diag::Sink& sink, const Capability& entity, diag::Kind kind, Span span, std::string message) {
  return ReportAbout(sink, "capability", entity.name, kind, span, std::move(message));
}
diag::Finding& Report(diag::Sink& sink, const Policy& entity, diag::Kind kind, Span span, std::string message) {
  return ReportAbout(sink, "settlement policy", entity.name, kind, span, std::move(message));
}

std::string TableName(const TableUse& table) {
  if (table.resolved.table == nullptr) {
    return table.syntax.schema.present() ? fmt::format("{}.{}", table.syntax.schema.text, table.syntax.table.text)
                                         : std::string(table.syntax.table.text);
  }
  return table.resolved.schema.empty() ? table.resolved.name
                                       : fmt::format("{}.{}", table.resolved.schema, table.resolved.name);
}

std::string SchemaPlace(const TableUse& table) {
  const schema::CatalogSource* source = table.resolved.source;
  const std::string path = source == nullptr               ? ""
                           : source->snapshot_path.empty() ? source->name
                                                           : source->snapshot_path;
  return path.empty() ? TableName(table) : fmt::format("{}: {}", path, TableName(table));
}

std::string SchemaPlace(const TableUse& table, const schema::Column& column) {
  return fmt::format("{}.{}", SchemaPlace(table), column.name);
}

std::string DescribeColumn(const schema::Column& column) {
  std::string text = column.type.declared.empty() ? "of unknown type" : column.type.declared;
  if (!column.type.domain.empty()) text = fmt::format("{} ({})", column.type.domain, text);
  text += column.nullable ? ", nullable" : ", not null";
  if (column.generated != schema::Generated::kNo) text += ", generated";
  if (column.identity == schema::Identity::kAlways) text += ", identity";
  return text;
}

std::string ListNames(std::span<const std::string_view> names, std::size_t most) {
  std::string list;
  const std::size_t shown = names.size() <= most + 1 ? names.size() : most;
  for (std::size_t i = 0; i < shown; ++i) {
    if (i > 0) list += i + 1 == names.size() ? " and " : ", ";
    list += fmt::format("`{}`", names[i]);
  }
  if (shown < names.size()) list += fmt::format(" and {} more", names.size() - shown);
  return list;
}

bool SameName(std::string_view a, std::string_view b) {
  return a.size() == b.size() && std::equal(a.begin(), a.end(), b.begin(), [](char x, char y) {
           return x == y || std::tolower(static_cast<unsigned char>(x)) == std::tolower(static_cast<unsigned char>(y));
         });
}

bool SameColumn(const ColumnUse& a, const ColumnUse& b) {
  if (a.column != nullptr && b.column != nullptr) return a.column == b.column;
  return SameName(a.name, b.name);
}

bool SameTable(const TableUse& a, const TableUse& b) {
  if (a.resolved.table != nullptr && b.resolved.table != nullptr) return a.resolved.table == b.resolved.table;
  return a.resolved.source == b.resolved.source && SameName(a.resolved.name, b.resolved.name) &&
         (a.resolved.schema.empty() || b.resolved.schema.empty() || SameName(a.resolved.schema, b.resolved.schema));
}

std::string DidYouMean(std::string_view name, std::span<const std::string_view> candidates, std::string otherwise) {
  if (const auto nearest = NearestName(name, candidates)) return fmt::format("did you mean `{}`?", *nearest);
  return otherwise;
}

}  // namespace synapsor::ir
