// Text in, findings out: parse, lower, check and lint, as `sync check` does.
#pragma once

#include <algorithm>
#include <deque>
#include <optional>
#include <string>
#include <vector>

#include "compiler/check/check.h"
#include "compiler/ir/lower.h"
#include "compiler/schema/load.h"
#include "compiler/syntax/parse.h"
#include "lint/lint.h"

namespace synapsor::check {

struct Checked {
  std::vector<std::string> codes;  // "SYN401@12:9", in order of place
  std::string error;               // of the schema
  bool has_errors = false;
  std::deque<diag::Finding> findings;

  bool Has(std::string_view code) const {
    return std::any_of(codes.begin(), codes.end(), [&](const std::string& c) { return c.starts_with(code); });
  }
};

struct Input {
  std::string ddl;
  std::string schema;  // SQL; empty: none
  schema::Engine engine = schema::Engine::kPostgres;
  config::Config config = {};
  std::optional<schema::Snapshot> snapshot = std::nullopt;  // instead of `schema`
};

inline Checked Check(const Input& input) {
  Checked checked;
  SourceStore sources;
  diag::Sink sink;
  const FileId file = sources.Add("t.ddl", input.ddl);
  std::vector<ast::File> files;
  files.push_back(syntax::ParseFile(sources, file, sink));
  std::vector<schema::CatalogSource> catalog_sources;
  schema::CatalogSource source;
  source.name = "main";
  source.engine = input.engine;
  source.snapshot_path = "schema.sql";
  if (!input.schema.empty()) {
    auto snapshot = input.engine == schema::Engine::kPostgres ? schema::ReadPostgresSql(input.schema, "schema.sql")
                    : input.engine == schema::Engine::kSqlite ? schema::ReadSqliteSql(input.schema, "schema.sql")
                                                              : schema::ReadMysqlSql(input.schema, "schema.sql");
    if (!snapshot) {
      checked.error = snapshot.error().message;
      return checked;
    }
    source.snapshot = std::move(*snapshot);
  }
  if (input.snapshot) source.snapshot = input.snapshot;
  catalog_sources.push_back(std::move(source));
  const schema::Catalog catalog(input.config, std::move(catalog_sources));
  const ir::Program program = ir::Lower(files, sources, catalog, sink);
  RunChecks(program, sink);
  lint::RunLint(program, sink);
  sink.Sort();
  for (const diag::Finding& finding : sink.findings()) {
    const LineColumn at = finding.span.has_value() ? sources.Get(file).Locate(finding.span.begin) : LineColumn{0, 0};
    checked.codes.push_back(std::string(diag::Info(finding.kind).code) + "@" + std::to_string(at.line) + ":" +
                            std::to_string(at.column));
  }
  checked.has_errors = sink.has_errors();
  checked.findings = std::move(sink.findings());
  return checked;
}

}  // namespace synapsor::check
