#include "runtime/db/catalog.h"

#include "runtime/base/digest.h"

namespace synapsor::db {
namespace {

constexpr int kMaxColumns = 5000;

// Each answers: name, declared type, nullable, in primary key, in a unique key that holds for every row, facts known,
// rolls back.
constexpr const char* kSqlite = R"(
SELECT x.name, x.type,
  (x."notnull" = 0 AND NOT (x.pk > 0 AND (t.wr OR t.strict OR (upper(x.type) = 'INTEGER' AND
    (SELECT count(*) FROM pragma_table_xinfo(t.name) WHERE pk > 0) = 1)))),
  (x.pk > 0),
  (x.pk > 0 OR EXISTS (SELECT 1 FROM pragma_index_list(t.name) AS l JOIN pragma_index_info(l.name) AS i
    WHERE l."unique" AND NOT l.partial AND i.name = x.name)),
  (t.type = 'table'), 1
FROM pragma_table_list(?2) AS t JOIN pragma_table_xinfo(t.name) AS x
WHERE t.schema = iif(?1 = '', 'main', ?1) AND t.name = ?2 AND x.hidden <> 1)";

constexpr const char* kPostgres = R"(
SELECT a.attname::text, format_type(a.atttypid, a.atttypmod),
  (NOT a.attnotnull OR EXISTS (SELECT 1 FROM pg_catalog.pg_constraint k WHERE k.conrelid = c.oid AND k.contype = 'n'
    AND NOT k.convalidated AND k.conkey = ARRAY[a.attnum]))::int::bigint,
  EXISTS (SELECT 1 FROM pg_catalog.pg_index i WHERE i.indrelid = c.oid AND i.indisprimary
    AND a.attnum = ANY (i.indkey[0:i.indnkeyatts - 1]))::int::bigint,
  EXISTS (SELECT 1 FROM pg_catalog.pg_index i WHERE i.indrelid = c.oid AND i.indisunique AND i.indimmediate
    AND i.indpred IS NULL AND a.attnum = ANY (i.indkey[0:i.indnkeyatts - 1]))::int::bigint,
  (c.relkind IN ('r', 'p'))::int::bigint, 1::bigint
FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
  JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid
WHERE n.nspname = $1 AND c.relname = $2 AND a.attnum > 0 AND NOT a.attisdropped)";

// column_key would call the first unique key PRI where there is no primary key. The prefix in
// a unique key is unique of other values than the column's.
constexpr const char* kMysql = R"(
SELECT c.column_name, c.column_type, CAST(c.is_nullable = 'YES' AS SIGNED),
  CAST(EXISTS (SELECT 1 FROM information_schema.statistics s WHERE s.table_schema = c.table_schema
    AND s.table_name = c.table_name AND s.column_name = c.column_name AND s.index_name = 'PRIMARY') AS SIGNED),
  CAST(EXISTS (SELECT 1 FROM information_schema.statistics s WHERE s.table_schema = c.table_schema
    AND s.table_name = c.table_name AND s.column_name = c.column_name AND s.non_unique = 0
    AND (s.sub_part IS NULL OR s.index_name = 'PRIMARY')) AS SIGNED),
  CAST(t.table_type = 'BASE TABLE' AS SIGNED),
  CAST(NOT EXISTS (SELECT 1 FROM information_schema.engines e WHERE e.engine = t.engine AND e.transactions = 'NO') AS SIGNED)
FROM information_schema.columns c JOIN information_schema.tables t
  ON t.table_schema = c.table_schema AND t.table_name = c.table_name
WHERE c.table_schema = IF(? = '', DATABASE(), ?) AND c.table_name = ?)";

bundle::Statement CatalogStatement(const std::string& engine) {
  bundle::Statement statement;
  const bool mysql = engine == "mysql" || engine == "mariadb";
  statement.sql = mysql ? kMysql : engine == "postgres" ? kPostgres : kSqlite;
  const bundle::Param name{{}, ScalarType::kText, mysql ? "varchar(64)" : "text"};
  statement.params.assign(mysql ? 3 : 2, name);
  for (const char* column : {"name", "declared"}) {
    statement.columns.push_back({column, "", column, ScalarType::kText, "text"});
  }
  for (const char* column : {"nullable", "in_primary_key", "in_unique_key", "facts_are_known", "rolls_back"}) {
    statement.columns.push_back({column, "", column, ScalarType::kInt64, "bigint"});
  }
  statement.fingerprint = Digest(engine + "\n" + statement.sql);
  return statement;
}

bool IsTrue(const Scalar& value) { return !value.is_null && value.text != "0"; }

}  // namespace

DbResult<LiveTable> ReadLiveTable(Connection& connection, const std::string& engine, const std::string& schema,
                                  const std::string& table) {
  const bundle::Statement statement = CatalogStatement(engine);
  std::vector<Scalar> values(statement.params.size() - 1, Scalar::Text(schema));
  values.push_back(Scalar::Text(table));
  auto rows = connection.Query(statement, values, kMaxColumns);
  if (!rows) return tl::unexpected(std::move(rows.error()));
  LiveTable live;
  live.exists = !rows->empty();
  for (const Row& row : *rows) {
    live.facts_are_known = live.facts_are_known && IsTrue(row[5]);
    live.rolls_back = live.rolls_back && IsTrue(row[6]);
    live.columns.push_back({row[0].text, row[1].text, IsTrue(row[2]), IsTrue(row[3]), IsTrue(row[4])});
  }
  return live;
}

}  // namespace synapsor::db
