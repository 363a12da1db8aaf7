// Builds one statement: text and parameters grow together, so that the n-th placeholder is the n-th parameter.
#pragma once

#include <string>
#include <string_view>

#include "compiler/plan/dialect.h"
#include "compiler/schema/snapshot.h"
#include "runtime/bundle/plan.h"

namespace synapsor::plan {

class StatementBuilder {
 public:
  explicit StatementBuilder(schema::Engine engine) : engine_(engine) {}

  schema::Engine engine() const { return engine_; }
  StatementBuilder& Add(std::string_view text) {
    statement_.sql += text;
    return *this;
  }
  // `alias.column = parameter`, and the exact comparison where the column's own is loose. `alias` may be empty.
  StatementBuilder& AddEquality(std::string_view alias, const schema::Column& column, const bundle::ValueRef& value);
  // The same for columns that may hold NULL on both sides.
  StatementBuilder& AddSameValue(const schema::Column& column, const bundle::ValueRef& value);
  StatementBuilder& AddAssignment(const schema::Column& column, const bundle::ValueRef& value);
  // A bare value, as in VALUES (…).
  StatementBuilder& AddValue(const schema::Column& column, const bundle::ValueRef& value);
  void AddColumn(bundle::ResultColumn column) { statement_.columns.push_back(std::move(column)); }

  bundle::Statement Finish() &&;

 private:
  std::string Bind(const schema::Column& column, const bundle::ValueRef& value, ParamUse use);

  schema::Engine engine_;
  bundle::Statement statement_;
};

// The type with which values of the column travel; columns without one travel as text.
ScalarType TravelType(const schema::Column& column);

bundle::ResultColumn MakeResultColumn(std::string name, std::string_view table, const schema::Column& column);

}  // namespace synapsor::plan
