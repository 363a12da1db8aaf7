// The schema of one source database as plain data: what introspection and schema.sql produce and what every
// check reads. Metadata only, never a row. Decides nothing about policy.
//
// Names are as the database stores them (PostgreSQL folds unquoted names to lower case). Vectors are in a stable
// order: tables by schema and name, columns by position, everything else by name. Immutable once built,
// thread-safe.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/base/scalar.h"

namespace synapsor::schema {

enum class Engine { kPostgres, kMysql, kMariadb, kSqlite };

std::string_view EngineName(Engine engine);  // postgres, mysql, mariadb, sqlite
std::optional<Engine> ParseEngine(std::string_view name);

// What a column can hold, normalized over the engines; `declared` keeps the database's own spelling.
enum class TypeKind {
  kText,     // char, varchar, text, citext, clob
  kInteger,  // of `bits` bits
  kDecimal,  // exact, with precision and scale if declared
  kFloat,    // of `bits` bits
  kBoolean,
  kDate,
  kTime,
  kTimestamp,  // without time zone
  kTimestampTz,
  kInterval,
  kUuid,
  kBytes,
  kJson,
  kEnum,
  kArray,
  kOther,  // ranges, geometry, composite…: readable as text, never writable by a proposal
};

struct Type {
  TypeKind kind = TypeKind::kOther;
  std::string declared;  // "character varying(40)", "bigint unsigned"
  std::string domain;    // name of the domain that the column is declared with, or empty
  int bits = 0;          // integers and floats: 8, 16, 24, 32, 64
  bool is_unsigned = false;
  std::optional<std::int64_t> length;    // characters (text) or bytes
  std::optional<int> precision;          // decimals: digits
  std::optional<int> scale;              // decimals: digits after the point
  std::optional<int> fractional_digits;  // time and timestamps: 0 to 6
  std::vector<std::string> enum_values;  // in the order of their declaration

  bool operator==(const Type&) const = default;
};

// The type with which values of this column travel in plans; nothing for kOther, kArray and kInterval, which travel
// as text and cannot be written.
std::optional<ScalarType> WireType(const Type& type);

enum class Generated { kNo, kStored, kVirtual };
enum class Identity { kNo, kByDefault, kAlways };  // serial and AUTO_INCREMENT are kByDefault

struct Column {
  std::string name;
  Type type;
  std::string collation;  // empty: the database's default
  bool nullable = true;
  std::optional<std::string> default_expression;
  Generated generated = Generated::kNo;
  Identity identity = Identity::kNo;
  std::optional<std::string> on_update;  // MySQL ON UPDATE CURRENT_TIMESTAMP(6)
  // For views: the base column behind it, if it is a plain one.
  std::string base_schema, base_table, base_column;
  bool updatable = true;  // false for view columns that are computed
  // What the connecting role may do, if it was asked (introspection): unset means unknown.
  std::optional<bool> may_select, may_update;
};

enum class IndexOrigin { kIndex, kUnique, kPrimaryKey };

struct Index {
  std::string name;
  IndexOrigin origin = IndexOrigin::kIndex;
  std::vector<std::string> columns;  // leading first; an expression stands as "(expression)"
  bool unique = false;               // holds for every row: not partial, not deferrable
  bool partial = false;
  bool nulls_distinct = true;
  bool valid = true;
};

enum class ReferentialAction { kNoAction, kRestrict, kCascade, kSetNull, kSetDefault };

// A foreign key; one that is declared NOT ENFORCED says what is meant, and nothing holds it.
struct ForeignKey {
  std::string name;
  std::vector<std::string> columns;
  std::string target_schema, target_table;
  std::vector<std::string> target_columns;
  ReferentialAction on_update = ReferentialAction::kNoAction;
  ReferentialAction on_delete = ReferentialAction::kNoAction;
  bool enforced = true;
};

// A CHECK constraint that the database holds every new row to (those that are NOT ENFORCED are none); when its form is simple, also what it says, for comparison with literals and bounds.
struct CheckConstraint {
  std::string name;
  std::string expression;
  std::string column;                              // set when it constrains one column simply
  std::optional<std::vector<std::string>> one_of;  // column IN (…), column = '…'
  std::optional<std::string> min;                  // decimal text, inclusive unless min_exclusive
  std::optional<std::string> max;
  bool min_exclusive = false;
  bool max_exclusive = false;
  std::optional<std::int64_t> max_length;  // char_length(column) <= n
  bool validated = true;                   // false: rows that were there before may not obey it
};

struct Trigger {
  std::string name;
  bool before = true;
  bool on_insert = false, on_update = false, on_delete = false;
  bool enabled = true;
  std::vector<std::string> update_columns;  // UPDATE OF …; empty: any
  std::string function;                     // or its body, shortened
  // Columns of the new row that its body assigns, as far as its text shows (NEW.c := …, SET NEW.c = …,
  // UPDATE of the own row in SQLite).
  std::vector<std::string> assigns;
  // True when the body is seen to write other tables or cannot be read.
  bool may_write_elsewhere = false;
};

struct Policy {
  std::string name;
  std::string command;  // ALL, SELECT, INSERT, UPDATE, DELETE
  bool permissive = true;
  std::vector<std::string> roles;
  std::string using_expression, check_expression;
};

enum class TableKind { kTable, kView, kMaterializedView, kPartitionedTable, kForeignTable };

struct Table {
  std::string schema;  // "public", the MySQL database, "main" in SQLite
  std::string name;
  TableKind kind = TableKind::kTable;
  std::vector<Column> columns;
  std::vector<std::string> primary_key;  // empty: none
  std::vector<Index> indexes;            // unique and primary keys among them
  std::vector<ForeignKey> foreign_keys;
  // Keys of other tables that point here: `columns` are this table's, target_* the referring table and its columns.
  std::vector<ForeignKey> referenced_by;
  std::vector<CheckConstraint> checks;
  std::vector<Trigger> triggers;
  bool row_security = false, row_security_forced = false;
  std::vector<Policy> policies;
  std::vector<std::string> partition_key;
  bool updatable = true;  // false for views that take no UPDATE
  std::string view_definition;
  std::optional<bool> owned_by_role, may_select, may_insert, may_update, may_delete;
  // sha256 over the canonical JSON of all the above but what the reading role may do: two roles that see one
  // schema get one fingerprint. Empty for tables of a schema.sql, which no snapshot is compared with by its text.
  std::string fingerprint;

  const Column* FindColumn(std::string_view column) const;
};

// Of the role with which a live database was read.
struct Role {
  std::string name;
  bool superuser = false;
  bool bypass_rls = false;
};

struct Snapshot {
  Engine engine = Engine::kPostgres;
  std::string server_version;  // empty for a schema.sql
  std::string default_schema;  // where unqualified names are looked up first
  std::vector<Table> tables;
  std::optional<Role> role;

  // By real name; an empty schema means the default one.
  const Table* FindTable(std::string_view schema, std::string_view table) const;
};

}  // namespace synapsor::schema
