#include "compiler/plan/audit_plan.h"

#include <array>

#include "compiler/plan/statement.h"
#include "compiler/plan/values.h"

namespace synapsor::plan {
namespace {

constexpr std::array<std::string_view, 7> kAuditColumns = {"tenant_id", "principal", "capability", "resource",
                                                           "action",    "payload",   "created_at"};

std::optional<bundle::Statement> PlanInsert(const ir::TableUse& audit) {
  const schema::Engine engine = audit.resolved.source->engine;
  std::vector<const schema::Column*> columns;
  for (const std::string_view name : kAuditColumns) {
    const schema::Column* column = audit.resolved.table->FindColumn(name);
    if (column != nullptr && schema::WireType(column->type)) columns.push_back(column);
  }
  if (columns.empty()) return std::nullopt;
  StatementBuilder builder(engine);
  builder.Add("INSERT INTO ").Add(QuoteTable(engine, audit.resolved.schema, audit.resolved.name));
  for (std::size_t i = 0; i < columns.size(); ++i) {
    builder.Add(i == 0 ? " (" : ", ").Add(QuoteName(engine, columns[i]->name));
  }
  builder.Add(")\nVALUES (");
  for (std::size_t i = 0; i < columns.size(); ++i) {
    if (i > 0) builder.Add(", ");
    builder.AddValue(*columns[i], FromEvent(columns[i]->name));
  }
  builder.Add(")");
  return std::move(builder).Finish();
}

}  // namespace

std::optional<bundle::Audit> PlanAudit(const ir::Write& write) {
  if (!write.audit) return std::nullopt;
  bundle::Audit audit;
  audit.stream = write.audit->syntax.table.text;
  const bool same_source = write.audit->resolved.source == write.target.resolved.source;
  if (same_source && write.audit->resolved.table != nullptr) audit.insert = PlanInsert(*write.audit);
  return audit;
}

}  // namespace synapsor::plan
