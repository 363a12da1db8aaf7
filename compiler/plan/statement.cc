#include "compiler/plan/statement.h"

#include "runtime/base/digest.h"

namespace synapsor::plan {
namespace {

std::string Qualified(schema::Engine engine, std::string_view alias, std::string_view column) {
  if (alias.empty()) return QuoteName(engine, column);
  return QuoteName(engine, alias) + "." + QuoteName(engine, column);
}

}  // namespace

ScalarType TravelType(const schema::Column& column) {
  return schema::WireType(column.type).value_or(ScalarType::kText);
}

bundle::ResultColumn MakeResultColumn(std::string name, std::string_view table, const schema::Column& column) {
  bundle::ResultColumn result;
  result.name = std::move(name);
  result.table = table;
  result.column = column.name;
  result.type = TravelType(column);
  result.database_type = column.type.declared;
  return result;
}

std::string StatementBuilder::Bind(const schema::Column& column, const bundle::ValueRef& value, ParamUse use) {
  statement_.params.push_back({value, TravelType(column), ParamDatabaseType(engine_, column, use)});
  return Placeholder(engine_, static_cast<int>(statement_.params.size()));
}

StatementBuilder& StatementBuilder::AddEquality(std::string_view alias, const schema::Column& column,
                                                const bundle::ValueRef& value) {
  const std::string name = Qualified(engine_, alias, column.name);
  Add(name).Add(" = ").Add(ComparedParam(engine_, column, Bind(column, value, ParamUse::kCompared)));
  if (EqualityIsLoose(engine_, column)) {
    Add("\n  AND ").Add(ExactEquality(engine_, name, Bind(column, value, ParamUse::kExact)));
  }
  return *this;
}

StatementBuilder& StatementBuilder::AddSameValue(const schema::Column& column, const bundle::ValueRef& value) {
  return Add(SameValue(engine_, column, QuoteName(engine_, column.name), Bind(column, value, ParamUse::kSameValue)));
}

StatementBuilder& StatementBuilder::AddAssignment(const schema::Column& column, const bundle::ValueRef& value) {
  return Add(QuoteName(engine_, column.name))
      .Add(" = ")
      .Add(AssignedParam(engine_, column, Bind(column, value, ParamUse::kAssigned)));
}

StatementBuilder& StatementBuilder::AddValue(const schema::Column& column, const bundle::ValueRef& value) {
  return Add(AssignedParam(engine_, column, Bind(column, value, ParamUse::kAssigned)));
}

bundle::Statement StatementBuilder::Finish() && {
  statement_.fingerprint = Digest(std::string(schema::EngineName(engine_)) + "\n" + statement_.sql);
  return std::move(statement_);
}

}  // namespace synapsor::plan
