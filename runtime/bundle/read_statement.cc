#include "runtime/bundle/read_parts.h"
#include "runtime/bundle/spelling.h"

#include <limits>

namespace synapsor::bundle {
namespace {

Param ReadParam(CanonicalReader& in) {
  static constexpr Field<Param> kFields[] = {
      {"db", [](CanonicalReader& r, Param& v) { v.database_type = r.String(); }},
      {"type", [](CanonicalReader& r, Param& v) { v.type = ReadType(r); }},
      {"value", [](CanonicalReader& r, Param& v) { v.value = ReadValueRef(r); }},
  };
  return ReadFields(in, kFields);
}

struct ReadColumnResult {
  ResultColumn column;
  bool has_table = false, has_column = false;
};

ReadColumnResult ReadColumn(CanonicalReader& in) {
  using C = ReadColumnResult;
  static constexpr Field<C> kFields[] = {
      {"column", [](CanonicalReader& r, C& v) { v.column.column = r.String(), v.has_column = true; }},
      {"db", [](CanonicalReader& r, C& v) { v.column.database_type = r.String(); }},
      {"hidden", [](CanonicalReader& r, C& v) { v.column.visible = !r.Boolean(); }},
      {"name", [](CanonicalReader& r, C& v) { v.column.name = r.String(); }},
      {"table", [](CanonicalReader& r, C& v) { v.column.table = r.String(), v.has_table = true; }},
      {"type", [](CanonicalReader& r, C& v) { v.column.type = ReadType(r); }},
  };
  C read = ReadFields(in, kFields);
  if (!read.has_column) read.column.column = read.column.name;
  return read;
}

struct Fixed {
  bool has_value = false;
  Scalar scalar = Scalar::Null(ScalarType::kText);
};

}  // namespace

int ReadInt(CanonicalReader& in) {
  const std::int64_t value = in.Integer();
  if (value < std::numeric_limits<int>::min() || value > std::numeric_limits<int>::max()) {
    in.Fail("an integer is out of range");
    return 0;
  }
  return static_cast<int>(value);
}

ScalarType ReadType(CanonicalReader& in) {
  const std::string name = in.String();
  if (!in.ok()) return ScalarType::kText;
  const auto type = ParseScalarType(name);
  if (!type) in.Fail("type `" + name + "` is unknown");
  return type.value_or(ScalarType::kText);
}

std::vector<std::string> ReadTexts(CanonicalReader& in) {
  std::vector<std::string> texts;
  in.Array([&] { texts.push_back(in.String()); });
  return texts;
}

std::vector<std::pair<std::string, std::string>> ReadPairs(CanonicalReader& in) {
  std::vector<std::pair<std::string, std::string>> pairs;
  in.Array([&] {
    std::vector<std::string> texts = ReadTexts(in);
    if (texts.size() != 2) return in.Fail("a pair does not have two texts");
    pairs.emplace_back(std::move(texts[0]), std::move(texts[1]));
  });
  return pairs;
}

ValueRef ReadValueRef(CanonicalReader& in) {
  if (in.Peek() == '"') {
    const std::string text = in.String();
    if (!in.ok()) return {};
    auto reference = ParseReference(text);
    if (!reference) in.Fail("`" + text + "` is not a value reference");
    return reference.value_or(ValueRef{});
  }
  static constexpr Field<Fixed> kFields[] = {
      {"fixed",
       [](CanonicalReader& r, Fixed& v) {
         v.has_value = true;
         v.scalar.is_null = r.AcceptNull();
         if (!v.scalar.is_null) v.scalar.text = r.String();
       }},
      {"type", [](CanonicalReader& r, Fixed& v) { v.scalar.type = ReadType(r); }},
  };
  Fixed fixed = ReadFields(in, kFields);
  if (!fixed.has_value) in.Fail("a fixed value has no `fixed`");
  return {Origin::kFixed, {}, std::move(fixed.scalar)};
}

bool StatementReader::Member(CanonicalReader& in, std::string_view key) {
  if (key == "sql") {
    statement_.sql = in.String();
  } else if (key == "fingerprint") {
    statement_.fingerprint = in.String();
  } else if (key == "params") {
    statement_.params = ReadList(in, ReadParam);
  } else if (key == "columns") {
    in.Array([&] {
      ReadColumnResult read = ReadColumn(in);
      if (!read.has_table) without_table_.push_back(statement_.columns.size());
      statement_.columns.push_back(std::move(read.column));
    });
  } else {
    return false;
  }
  return true;
}

Statement StatementReader::Finish(const std::string& first_table) {
  for (const std::size_t i : without_table_) statement_.columns[i].table = first_table;
  return std::move(statement_);
}

}  // namespace synapsor::bundle
