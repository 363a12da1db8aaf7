#include "compiler/schema/json_writer.h"

#include <fmt/format.h>

#include <charconv>

#include "compiler/schema/names.h"

namespace synapsor::schema {
namespace {

// One object, written member by member.
class Object {
 public:
  explicit Object(std::string& out) : out_(out) { out_ += '{'; }
  void Close() { out_ += '}'; }

  std::string& Member(std::string_view key) {
    if (!first_) out_ += ',';
    first_ = false;
    out_ += '"';
    out_ += key;  // a word of this file
    out_ += "\":";
    return out_;
  }
  void Text(std::string_view key, std::string_view value) { AppendJsonString(Member(key), value); }
  void TextUnlessEmpty(std::string_view key, std::string_view value) {
    if (!value.empty()) Text(key, value);
  }
  void Bool(std::string_view key, bool value) { Member(key) += value ? "true" : "false"; }
  void BoolUnless(std::string_view key, bool value, bool usual) {
    if (value != usual) Bool(key, value);
  }
  void Number(std::string_view key, std::int64_t value) { Member(key) += std::to_string(value); }
  template <typename T>
  void NumberIfSet(std::string_view key, const std::optional<T>& value) {
    if (value) Number(key, *value);
  }
  void BoolIfSet(std::string_view key, const std::optional<bool>& value) {
    if (value) Bool(key, *value);
  }
  void TextIfSet(std::string_view key, const std::optional<std::string>& value) {
    if (value) Text(key, *value);
  }
  void Texts(std::string_view key, const std::vector<std::string>& values) {
    std::string& out = Member(key);
    out += '[';
    for (std::size_t i = 0; i < values.size(); ++i) {
      if (i > 0) out += ',';
      AppendJsonString(out, values[i]);
    }
    out += ']';
  }
  void TextsUnlessEmpty(std::string_view key, const std::vector<std::string>& values) {
    if (!values.empty()) Texts(key, values);
  }

 private:
  std::string& out_;
  bool first_ = true;
};

void AppendTypeJson(std::string& out, const Type& type) {
  Object object(out);
  object.Text("kind", names::NameOf(names::kTypeKinds, type.kind));
  object.TextUnlessEmpty("declared", type.declared);
  object.TextUnlessEmpty("domain", type.domain);
  if (type.bits != 0) object.Number("bits", type.bits);
  object.BoolUnless("unsigned", type.is_unsigned, false);
  object.NumberIfSet("length", type.length);
  object.NumberIfSet("precision", type.precision);
  object.NumberIfSet("scale", type.scale);
  object.NumberIfSet("fractional_digits", type.fractional_digits);
  object.TextsUnlessEmpty("enum_values", type.enum_values);
  object.Close();
}

// `"key": [` and one item a line, or nothing for an empty list.
template <typename T, typename Write>
void AppendList(std::string& out, std::string_view key, const std::vector<T>& items, TableForm form, Write write) {
  if (items.empty()) return;
  const bool file = form == TableForm::kFile;
  out += file ? ",\n      " : ",";
  AppendJsonString(out, key);
  out += file ? ": [" : ":[";
  for (std::size_t i = 0; i < items.size(); ++i) {
    if (i > 0) out += ',';
    if (file) out += "\n        ";
    write(out, items[i]);
  }
  out += file ? "\n      ]" : "]";
}

}  // namespace

void AppendJsonString(std::string& out, std::string_view text) {
  out += '"';
  std::size_t kept = 0;  // everything before is written
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto c = static_cast<unsigned char>(text[i]);
    if (c >= 0x20 && c != '"' && c != '\\') continue;
    out.append(text, kept, i - kept);
    kept = i + 1;
    switch (c) {
      case '"': out += "\\\""; break;
      case '\\': out += "\\\\"; break;
      case '\n': out += "\\n"; break;
      case '\r': out += "\\r"; break;
      case '\t': out += "\\t"; break;
      default: out += fmt::format("\\u{:04x}", c);
    }
  }
  out.append(text, kept);
  out += '"';
}

void AppendColumnJson(std::string& out, const Column& column, bool with_privileges) {
  Object object(out);
  object.Text("name", column.name);
  AppendTypeJson(object.Member("type"), column.type);
  object.TextUnlessEmpty("collation", column.collation);
  object.BoolUnless("nullable", column.nullable, true);
  object.TextIfSet("default", column.default_expression);
  if (column.generated != Generated::kNo) {
    object.Text("generated", names::NameOf(names::kGenerated, column.generated));
  }
  if (column.identity != Identity::kNo) {
    object.Text("identity", names::NameOf(names::kIdentities, column.identity));
  }
  object.TextIfSet("on_update", column.on_update);
  object.TextUnlessEmpty("base_schema", column.base_schema);
  object.TextUnlessEmpty("base_table", column.base_table);
  object.TextUnlessEmpty("base_column", column.base_column);
  object.BoolUnless("updatable", column.updatable, true);
  if (with_privileges) {
    object.BoolIfSet("may_select", column.may_select);
    object.BoolIfSet("may_update", column.may_update);
  }
  object.Close();
}

void AppendIndexJson(std::string& out, const Index& index) {
  Object object(out);
  object.TextUnlessEmpty("name", index.name);
  if (index.origin != IndexOrigin::kIndex) {
    object.Text("origin", names::NameOf(names::kIndexOrigins, index.origin));
  }
  object.Texts("columns", index.columns);
  object.BoolUnless("unique", index.unique, false);
  object.BoolUnless("partial", index.partial, false);
  object.BoolUnless("nulls_distinct", index.nulls_distinct, true);
  object.BoolUnless("valid", index.valid, true);
  object.Close();
}

void AppendForeignKeyJson(std::string& out, const ForeignKey& key) {
  Object object(out);
  object.TextUnlessEmpty("name", key.name);
  object.Texts("columns", key.columns);
  object.TextUnlessEmpty("target_schema", key.target_schema);
  object.Text("target_table", key.target_table);
  object.Texts("target_columns", key.target_columns);
  if (key.on_update != ReferentialAction::kNoAction) {
    object.Text("on_update", names::NameOf(names::kActions, key.on_update));
  }
  if (key.on_delete != ReferentialAction::kNoAction) {
    object.Text("on_delete", names::NameOf(names::kActions, key.on_delete));
  }
  object.BoolUnless("enforced", key.enforced, true);
  object.Close();
}

void AppendCheckJson(std::string& out, const CheckConstraint& check) {
  Object object(out);
  object.TextUnlessEmpty("name", check.name);
  object.Text("expression", check.expression);
  object.TextUnlessEmpty("column", check.column);
  if (check.one_of) object.Texts("one_of", *check.one_of);
  object.TextIfSet("min", check.min);
  object.TextIfSet("max", check.max);
  object.BoolUnless("min_exclusive", check.min_exclusive, false);
  object.BoolUnless("max_exclusive", check.max_exclusive, false);
  object.NumberIfSet("max_length", check.max_length);
  object.BoolUnless("validated", check.validated, true);
  object.Close();
}

void AppendTriggerJson(std::string& out, const Trigger& trigger) {
  Object object(out);
  object.Text("name", trigger.name);
  object.BoolUnless("before", trigger.before, true);
  object.BoolUnless("on_insert", trigger.on_insert, false);
  object.BoolUnless("on_update", trigger.on_update, false);
  object.BoolUnless("on_delete", trigger.on_delete, false);
  object.BoolUnless("enabled", trigger.enabled, true);
  object.TextsUnlessEmpty("update_columns", trigger.update_columns);
  object.TextUnlessEmpty("function", trigger.function);
  object.TextsUnlessEmpty("assigns", trigger.assigns);
  object.BoolUnless("may_write_elsewhere", trigger.may_write_elsewhere, false);
  object.Close();
}

void AppendPolicyJson(std::string& out, const Policy& policy) {
  Object object(out);
  object.Text("name", policy.name);
  object.Text("command", policy.command);
  object.BoolUnless("permissive", policy.permissive, true);
  object.TextsUnlessEmpty("roles", policy.roles);
  object.TextUnlessEmpty("using", policy.using_expression);
  object.TextUnlessEmpty("check", policy.check_expression);
  object.Close();
}

void AppendTableJson(std::string& out, const Table& table, TableForm form) {
  const bool file = form == TableForm::kFile;
  const std::string_view separator = file ? ",\n      " : ",", colon = file ? ": " : ":";
  bool first = true;
  const auto member = [&](std::string_view key) -> std::string& {
    if (!first) out += separator;
    first = false;
    AppendJsonString(out, key);
    return out += colon;
  };
  const auto texts = [&](std::string_view key, const std::vector<std::string>& values) {
    if (values.empty()) return;
    member(key) += '[';
    for (std::size_t i = 0; i < values.size(); ++i) {
      if (i > 0) out += ',';
      AppendJsonString(out, values[i]);
    }
    out += ']';
  };
  out += file ? "    {\n      " : "{";
  AppendJsonString(member("schema"), table.schema);
  AppendJsonString(member("name"), table.name);
  if (file) AppendJsonString(member("fingerprint"), table.fingerprint);
  if (table.kind != TableKind::kTable) {
    AppendJsonString(member("kind"), names::NameOf(names::kTableKinds, table.kind));
  }
  texts("primary_key", table.primary_key);
  texts("partition_key", table.partition_key);
  if (!table.updatable) member("updatable") += "false";
  if (!table.view_definition.empty()) {
    AppendJsonString(member("view_definition"), table.view_definition);
  }
  if (table.row_security) member("row_security") += "true";
  if (table.row_security_forced) member("row_security_forced") += "true";
  if (file) {
    const auto privilege = [&](std::string_view key, const std::optional<bool>& value) {
      if (value) member(key) += *value ? "true" : "false";
    };
    privilege("owned_by_role", table.owned_by_role);
    privilege("may_select", table.may_select);
    privilege("may_insert", table.may_insert);
    privilege("may_update", table.may_update);
    privilege("may_delete", table.may_delete);
  }
  AppendList(out, "columns", table.columns, form,
             [&](std::string& to, const Column& column) { AppendColumnJson(to, column, file); });
  AppendList(out, "indexes", table.indexes, form, AppendIndexJson);
  AppendList(out, "foreign_keys", table.foreign_keys, form, AppendForeignKeyJson);
  AppendList(out, "referenced_by", table.referenced_by, form, AppendForeignKeyJson);
  AppendList(out, "checks", table.checks, form, AppendCheckJson);
  AppendList(out, "triggers", table.triggers, form, AppendTriggerJson);
  AppendList(out, "policies", table.policies, form, AppendPolicyJson);
  out += file ? "\n    }" : "}";
}

}  // namespace synapsor::schema
