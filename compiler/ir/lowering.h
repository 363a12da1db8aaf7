// The state that the parts of lowering share. Internal to this room: lower.h is the interface.
#pragma once

#include <string>
#include <string_view>
#include <unordered_map>

#include "compiler/ir/ir.h"
#include "compiler/ir/report.h"

namespace synapsor::ir {

struct Lowering {
  Program& program;
  const schema::Catalog& catalog;
  diag::Sink& sink;
  // Unknown names may be those of statements that did not parse; they are then not reported a second time.
  bool syntax_errors = false;
  std::unordered_map<std::string, schema::Lookup> tables;
  // Entity names compared in search of likely meant ones; capped, so that many mistakes in large inputs stay cheap.
  std::size_t names_compared = 0;

  const config::Config& config() const { return catalog.config(); }
};

// ---- tables and columns (lower_tables.cc) ----

// Finds the table and its tenant column; `tenant_name` is the name of the tenant binding, or empty. Reports unknown and
// ambiguous tables at the table's name, unless `report` is false, and poisons the use.
template <typename Entity>
TableUse UseTable(Lowering& lowering, const Entity& entity, const ast::TableRef& syntax, const ast::Name& alias,
                  std::string_view tenant_name, bool report = true);

// Finds a column of `tables[index]`. Reports an unknown one and poisons the use; silent about poisoned tables.
template <typename Entity>
ColumnUse UseColumn(Lowering& lowering, const Entity& entity, const std::vector<TableUse>& tables, int index,
                    const ast::Name& name, Visibility visibility);

// Finds `alias.column` among `tables`. Reports an unknown alias. `by_table_name` accepts the table's own name where an
// alias is declared, as in `SEARCH policies AS hits USING HYBRID(policies.body)`.
template <typename Entity>
ColumnUse UseField(Lowering& lowering, const Entity& entity, const std::vector<TableUse>& tables,
                   const ast::FieldRef& field, Visibility visibility, bool by_table_name = false);

const schema::Column* FindColumn(const schema::Table& table, std::string_view name);

// ---- values (lower_values.cc) ----

Value TrustedValue(const Binding& binding, Span span);
Value SessionValue(const ast::ValueSource& source);
Value LiteralValue(const ast::Literal& literal, Span span);
Value PoisonedValue(Span span);

std::vector<Arg> LowerArgs(Lowering& lowering, const Capability& capability);
// Bindings of one statement; repeats are reported and left out.
template <typename Entity>
std::vector<Binding> LowerBindings(Lowering& lowering, const Entity& entity,
                                   const std::vector<ast::SessionBinding>& syntax, bool is_hidden);

// ---- entities ----

void LowerContext(Lowering& lowering, Context& context);
void LowerCapability(Lowering& lowering, Capability& capability);
Write LowerWrite(Lowering& lowering, const Capability& capability, const Context* context);
Plan LowerPlan(Lowering& lowering, const Capability& capability, const Context* context);
void LowerWorkflow(Lowering& lowering, WorkflowId id);
void LowerPolicy(Lowering& lowering, PolicyId id);

// A write's or plan's value as this capability sees it. In a PLAN (`hidden_as_arg`) ARG covers HIDDEN as well.
Value CapabilityValue(Lowering& lowering, const Capability& capability, const ast::ValueSource& source,
                      bool hidden_as_arg);

// DidYouMean over the names of all entities of one kind.
template <typename Entity>
std::string SuggestEntity(Lowering& lowering, const ValueStore<Entity>& store, std::string_view name,
                          std::string otherwise) {
  constexpr std::size_t kMostCompared = 500'000;
  if (lowering.names_compared > kMostCompared) return otherwise;
  lowering.names_compared += store.size();
  std::vector<std::string_view> names;
  names.reserve(store.size());
  for (const Entity& entity : store) names.push_back(entity.name);
  return DidYouMean(name, names, std::move(otherwise));
}

// Whether a statement CREATE … `keyword` `name` stands in some file, parsed or not.
bool IsDeclaredInText(const Lowering& lowering, std::string_view keyword, std::string_view name);

}  // namespace synapsor::ir
