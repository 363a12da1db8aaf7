// Reading `synapsor.schema.v1`. Members are visited through tables of key and target, so that a key without a
// target is an error and none is read but ignored.
#include <fmt/format.h>

#include <limits>
#include <nlohmann/json.hpp>
#include <simdjson.h>
#include <type_traits>
#include <utility>

#include "compiler/schema/names.h"
#include "compiler/schema/snapshot_json.h"

namespace synapsor::schema {
namespace {

using Value = simdjson::dom::element;

// Thrown inside this file only; carries what is wrong with the file.
struct Bad {
  std::string what;
};

[[noreturn]] void Refuse(std::string_view where, std::string_view what) {
  throw Bad{fmt::format("`{}` {}", where, what)};
}

std::string_view TextOf(Value value, std::string_view where) {
  std::string_view text;
  if (value.get_string().get(text) != simdjson::SUCCESS) Refuse(where, "must be a string");
  return text;
}

void Read(Value value, std::string_view where, std::string& target) { target = TextOf(value, where); }
void Read(Value value, std::string_view where, bool& target) {
  if (value.get_bool().get(target) != simdjson::SUCCESS) Refuse(where, "must be true or false");
}
template <typename Integer>
requires(std::is_integral_v<Integer> && !std::is_same_v<Integer, bool>) void Read(Value value, std::string_view where,
                                                                                  Integer& target) {
  std::int64_t number = 0;
  const auto read = value.get_int64().get(number);
  if (read == simdjson::NUMBER_OUT_OF_RANGE) Refuse(where, "is out of range");
  if (read != simdjson::SUCCESS) Refuse(where, "must be a whole number");
  if (number < std::numeric_limits<Integer>::min() || number > std::numeric_limits<Integer>::max()) {
    Refuse(where, "is out of range");
  }
  target = static_cast<Integer>(number);
}
void Read(Value value, std::string_view where, Type& type);
void Read(Value value, std::string_view where, Column& column);
void Read(Value value, std::string_view where, Index& index);
void Read(Value value, std::string_view where, ForeignKey& key);
void Read(Value value, std::string_view where, CheckConstraint& check);
void Read(Value value, std::string_view where, Trigger& trigger);
void Read(Value value, std::string_view where, Policy& policy);
void Read(Value value, std::string_view where, Table& table);
void Read(Value value, std::string_view where, Role& role);
template <typename T>
void Read(Value value, std::string_view where, std::vector<T>& target);
template <typename T>
void Read(Value value, std::string_view where, std::optional<T>& target) {
  T inner{};
  Read(value, where, inner);
  target = std::move(inner);
}
template <typename T>
void Read(Value value, std::string_view where, std::vector<T>& target) {
  simdjson::dom::array items;
  if (value.get_array().get(items) != simdjson::SUCCESS) Refuse(where, "must be a list");
  target.reserve(items.size());
  for (const Value item : items) Read(item, where, target.emplace_back());
}

template <typename E, std::size_t N>
auto Named(const names::Names<E, N>& table, E& target) {
  return [&table, &target](Value value, std::string_view where) {
    const auto found = names::ValueOf(table, TextOf(value, where));
    if (!found) Refuse(where, fmt::format("is `{}`, which is not known here", TextOf(value, where)));
    target = *found;
  };
}

template <typename T>
auto Into(T& target) {
  return [&target](Value value, std::string_view where) { Read(value, where, target); };
}

template <typename Reader>
struct Member {
  std::string_view key;
  Reader read;
};
template <typename Reader>
Member(std::string_view, Reader) -> Member<Reader>;

template <typename... Members>
void ReadObject(Value value, std::string_view where, const Members&... members) {
  simdjson::dom::object object;
  if (value.get_object().get(object) != simdjson::SUCCESS) Refuse(where, "must be an object");
  std::uint32_t seen = 0;
  static_assert(sizeof...(members) <= 32);
  for (const auto [key, inner] : object) {
    std::uint32_t bit = 1;
    const auto visit = [&](const auto& member) {
      if (member.key != key) {
        bit <<= 1;
        return false;
      }
      if ((seen & bit) != 0) Refuse(where, fmt::format("has the key `{}` twice", key));
      seen |= bit;
      member.read(inner, key);
      return true;
    };
    if (!(visit(members) || ...)) Refuse(where, fmt::format("has the unknown key `{}`", key));
  }
}

void Read(Value value, std::string_view where, Type& type) {
  ReadObject(value, where, Member{"kind", Named(names::kTypeKinds, type.kind)}, Member{"declared", Into(type.declared)},
             Member{"domain", Into(type.domain)}, Member{"bits", Into(type.bits)},
             Member{"unsigned", Into(type.is_unsigned)}, Member{"length", Into(type.length)},
             Member{"precision", Into(type.precision)}, Member{"scale", Into(type.scale)},
             Member{"fractional_digits", Into(type.fractional_digits)}, Member{"enum_values", Into(type.enum_values)});
}

void Read(Value value, std::string_view where, Column& column) {
  ReadObject(value, where, Member{"name", Into(column.name)}, Member{"type", Into(column.type)},
             Member{"collation", Into(column.collation)}, Member{"nullable", Into(column.nullable)},
             Member{"default", Into(column.default_expression)},
             Member{"generated", Named(names::kGenerated, column.generated)},
             Member{"identity", Named(names::kIdentities, column.identity)},
             Member{"on_update", Into(column.on_update)}, Member{"base_schema", Into(column.base_schema)},
             Member{"base_table", Into(column.base_table)}, Member{"base_column", Into(column.base_column)},
             Member{"updatable", Into(column.updatable)}, Member{"may_select", Into(column.may_select)},
             Member{"may_update", Into(column.may_update)});
  if (column.name.empty()) Refuse(where, "holds a column without a name");
}

void Read(Value value, std::string_view where, Index& index) {
  ReadObject(value, where, Member{"name", Into(index.name)},
             Member{"origin", Named(names::kIndexOrigins, index.origin)}, Member{"columns", Into(index.columns)},
             Member{"unique", Into(index.unique)}, Member{"partial", Into(index.partial)},
             Member{"nulls_distinct", Into(index.nulls_distinct)}, Member{"valid", Into(index.valid)});
}

void Read(Value value, std::string_view where, ForeignKey& key) {
  ReadObject(value, where, Member{"name", Into(key.name)}, Member{"columns", Into(key.columns)},
             Member{"target_schema", Into(key.target_schema)}, Member{"target_table", Into(key.target_table)},
             Member{"target_columns", Into(key.target_columns)},
             Member{"on_update", Named(names::kActions, key.on_update)},
             Member{"on_delete", Named(names::kActions, key.on_delete)}, Member{"enforced", Into(key.enforced)});
}

void Read(Value value, std::string_view where, CheckConstraint& check) {
  ReadObject(value, where, Member{"name", Into(check.name)}, Member{"expression", Into(check.expression)},
             Member{"column", Into(check.column)}, Member{"one_of", Into(check.one_of)}, Member{"min", Into(check.min)},
             Member{"max", Into(check.max)}, Member{"min_exclusive", Into(check.min_exclusive)},
             Member{"max_exclusive", Into(check.max_exclusive)}, Member{"max_length", Into(check.max_length)},
             Member{"validated", Into(check.validated)});
}

void Read(Value value, std::string_view where, Trigger& trigger) {
  ReadObject(value, where, Member{"name", Into(trigger.name)}, Member{"before", Into(trigger.before)},
             Member{"on_insert", Into(trigger.on_insert)}, Member{"on_update", Into(trigger.on_update)},
             Member{"on_delete", Into(trigger.on_delete)}, Member{"enabled", Into(trigger.enabled)},
             Member{"update_columns", Into(trigger.update_columns)}, Member{"function", Into(trigger.function)},
             Member{"assigns", Into(trigger.assigns)},
             Member{"may_write_elsewhere", Into(trigger.may_write_elsewhere)});
}

void Read(Value value, std::string_view where, Policy& policy) {
  ReadObject(value, where, Member{"name", Into(policy.name)}, Member{"command", Into(policy.command)},
             Member{"permissive", Into(policy.permissive)}, Member{"roles", Into(policy.roles)},
             Member{"using", Into(policy.using_expression)}, Member{"check", Into(policy.check_expression)});
}

void Read(Value value, std::string_view where, Table& table) {
  ReadObject(value, where, Member{"schema", Into(table.schema)}, Member{"name", Into(table.name)},
             Member{"fingerprint", Into(table.fingerprint)}, Member{"kind", Named(names::kTableKinds, table.kind)},
             Member{"primary_key", Into(table.primary_key)}, Member{"partition_key", Into(table.partition_key)},
             Member{"updatable", Into(table.updatable)}, Member{"view_definition", Into(table.view_definition)},
             Member{"row_security", Into(table.row_security)},
             Member{"row_security_forced", Into(table.row_security_forced)},
             Member{"owned_by_role", Into(table.owned_by_role)}, Member{"may_select", Into(table.may_select)},
             Member{"may_insert", Into(table.may_insert)}, Member{"may_update", Into(table.may_update)},
             Member{"may_delete", Into(table.may_delete)}, Member{"columns", Into(table.columns)},
             Member{"indexes", Into(table.indexes)}, Member{"foreign_keys", Into(table.foreign_keys)},
             Member{"referenced_by", Into(table.referenced_by)}, Member{"checks", Into(table.checks)},
             Member{"triggers", Into(table.triggers)}, Member{"policies", Into(table.policies)});
  if (table.name.empty()) Refuse(where, "holds a table without a name");
}

void Read(Value value, std::string_view where, Role& role) {
  ReadObject(value, where, Member{"name", Into(role.name)}, Member{"superuser", Into(role.superuser)},
             Member{"bypass_rls", Into(role.bypass_rls)});
}

Snapshot ReadSnapshot(Value root) {
  Snapshot snapshot;
  std::string format, engine;
  ReadObject(root, "the snapshot", Member{"format", Into(format)}, Member{"engine", Into(engine)},
             Member{"server_version", Into(snapshot.server_version)},
             Member{"default_schema", Into(snapshot.default_schema)}, Member{"role", Into(snapshot.role)},
             Member{"tables", Into(snapshot.tables)});
  if (format != "synapsor.schema.v1") {
    throw Bad{fmt::format("the format is `{}`, but this program reads `synapsor.schema.v1`", format)};
  }
  const auto known = ParseEngine(engine);
  if (!known) throw Bad{fmt::format("`{}` is not an engine", engine)};
  snapshot.engine = *known;
  return snapshot;
}

// Fingerprints written in the file must be those of what it says; a file without them gets them.
void Verify(Snapshot& snapshot) {
  std::vector<std::string> written;
  Arrange(snapshot);
  written.reserve(snapshot.tables.size());
  for (Table& table : snapshot.tables) written.push_back(std::move(table.fingerprint));
  AddFingerprints(snapshot);
  for (std::size_t i = 0; i < snapshot.tables.size(); ++i) {
    const Table& table = snapshot.tables[i];
    if (i > 0 && table.schema == snapshot.tables[i - 1].schema && table.name == snapshot.tables[i - 1].name) {
      throw Bad{fmt::format("table `{}.{}` stands twice", table.schema, table.name)};
    }
    if (!written[i].empty() && table.fingerprint != written[i]) {
      throw Bad{
          fmt::format("table `{}.{}` does not match its fingerprint: the file was edited after "
                      "it was written",
                      table.schema, table.name)};
    }
  }
}

// Where a text that is no JSON goes wrong: the quick reader does not say.
std::string PlaceOfError(std::string_view text) {
  try {
    [[maybe_unused]] const nlohmann::json document = nlohmann::json::parse(text);
  } catch (const nlohmann::json::exception& error) {
    const std::string what = error.what();
    const std::size_t place = what.find("at line");
    if (place != std::string::npos) return " " + what.substr(place, what.find(':', place) - place);
  }
  return {};
}

}  // namespace

Result<Snapshot> FromJson(std::string_view text, const std::string& path) {
  simdjson::dom::parser parser;
  Value root;
  if (parser.parse(text.data(), text.size()).get(root) != simdjson::SUCCESS) {
    return Fail(ErrorKind::kInvalid, fmt::format("{}: not a JSON document{}", path, PlaceOfError(text)),
                "write it anew with `sync introspect`");
  }
  try {
    Snapshot snapshot = ReadSnapshot(root);
    Verify(snapshot);
    return snapshot;
  } catch (const Bad& bad) {
    return Fail(ErrorKind::kInvalid, fmt::format("{}: {}", path, bad.what), "write it anew with `sync introspect`");
  }
}

}  // namespace synapsor::schema
