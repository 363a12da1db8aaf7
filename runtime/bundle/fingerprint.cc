#include "runtime/bundle/fingerprint.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <cstdlib>
#include <nlohmann/json.hpp>

#include "runtime/base/digest.h"

namespace synapsor::bundle {
namespace {

struct Alias {
  std::string_view from, to;
};

constexpr std::array<Alias, 17> kPostgresAliases = {{
    {"varchar", "character varying"},
    {"char", "character"},
    {"bpchar", "character"},
    {"int", "integer"},
    {"int4", "integer"},
    {"int2", "smallint"},
    {"int8", "bigint"},
    {"serial", "integer"},
    {"bigserial", "bigint"},
    {"smallserial", "smallint"},
    {"bool", "boolean"},
    {"decimal", "numeric"},
    {"float4", "real"},
    {"float8", "double precision"},
    {"float", "double precision"},
    {"timestamptz", "timestamp with time zone"},
    {"timestamp", "timestamp without time zone"},
}};

constexpr std::array<Alias, 24> kMysqlAliases = {{
    {"integer", "int"},
    {"int1", "tinyint"},
    {"int2", "smallint"},
    {"int3", "mediumint"},
    {"int4", "int"},
    {"int8", "bigint"},
    {"middleint", "mediumint"},
    {"numeric", "decimal"},
    {"dec", "decimal"},
    {"fixed", "decimal"},
    {"bool", "tinyint"},
    {"boolean", "tinyint"},
    {"double precision", "double"},
    {"real", "double"},
    {"float4", "float"},
    {"float8", "double"},
    {"json", "longtext"},
    {"character", "char"},
    {"nchar", "char"},
    {"national char", "char"},
    {"national character", "char"},
    {"character varying", "varchar"},
    {"nvarchar", "varchar"},
    {"national varchar", "varchar"},
}};

constexpr std::array<std::string_view, 6> kDisplayWidth = {"tinyint", "smallint", "mediumint", "int", "bigint", "year"};

// Lower case outside quotes (enum labels keep theirs), runs of white space as one, none beside parentheses and commas.
std::string Level(std::string_view text) {
  std::string out;
  char quote = 0;
  for (const char c : text) {
    if (quote != 0) {
      out += c;
      if (c == quote) quote = 0;
      continue;
    }
    if (c == '\'' || c == '"') quote = c;
    const bool space = std::isspace(static_cast<unsigned char>(c)) != 0;
    const bool tight = !out.empty() && (out.back() == '(' || out.back() == ',' || out.back() == ' ');
    if (space) {
      if (!out.empty() && !tight) out += ' ';
      continue;
    }
    if ((c == '(' || c == ')' || c == ',') && !out.empty() && out.back() == ' ') out.pop_back();
    out += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  }
  if (!out.empty() && out.back() == ' ') out.pop_back();
  return out;
}

template <std::size_t N>
std::string_view Resolve(const std::array<Alias, N>& aliases, std::string_view name) {
  for (const Alias& alias : aliases) {
    if (alias.from == name) return alias.to;
  }
  return name;
}

// The name up to its arguments; `rest` gets the arguments and what follows.
std::string_view SplitName(std::string_view type, std::string_view& rest) {
  const std::size_t end = std::min(type.find('('), type.find('['));
  const std::size_t cut = std::min(end, type.size());
  rest = type.substr(cut);
  return type.substr(0, cut);
}

// Whether a type's schema is written depends on the search path; extensions may lie in any schema.
std::string_view WithoutSchema(std::string_view type) {
  std::size_t start = 0;
  bool quoted = false;
  for (std::size_t i = 0; i < type.size() && (quoted || type[i] != '('); ++i) {
    if (type[i] == '"') quoted = !quoted;
    if (type[i] == '.' && !quoted) start = i + 1;
  }
  return type.substr(start);
}

std::string NormalizePostgres(std::string_view written) {
  const std::string_view type = WithoutSchema(written);
  std::string_view rest;
  const std::string_view name = SplitName(type, rest);
  std::string out(Resolve(kPostgresAliases, name));
  // The fields and digits of an interval are not told apart by a schema file.
  if (name.starts_with("interval") && rest.find('[') == std::string_view::npos) return "interval";
  // `timestamp(3) with time zone` carries its digits inside the name.
  const std::size_t zone = out.find(" with");
  if (rest.starts_with('(') && zone != std::string::npos && out.starts_with("time") &&
      rest.find(' ') == std::string_view::npos) {
    out.insert(zone, rest);
    return out;
  }
  if (name == "timestamp" && rest.find(" with") != std::string_view::npos) out = "timestamp";
  if (name == "bpchar" && rest.empty()) return "bpchar";
  if ((name == "char" || name == "character") && rest.empty()) return "character(1)";
  return out.append(rest);
}

std::string NormalizeMysql(std::string_view type) {
  std::string_view rest;
  std::string name(SplitName(type, rest));
  const bool is_unsigned = type.find(" unsigned") != std::string_view::npos;
  if (const std::size_t space = name.find(" unsigned"); space != std::string::npos) name.resize(space);
  std::string out(Resolve(kMysqlAliases, name));
  // The digits of a float only round what is shown; FLOAT(25) and more is a double.
  if (out == "float" || out == "double") {
    constexpr int kMostFloatBits = 24;
    const std::string_view digits = rest.substr(0, rest.find(')'));
    const bool precision = digits.starts_with('(') && digits.find(',') == std::string_view::npos;
    if (precision && std::atoi(std::string(digits.substr(1)).c_str()) > kMostFloatBits) out = "double";
    return out + (is_unsigned ? " unsigned" : "");
  }
  if (std::find(kDisplayWidth.begin(), kDisplayWidth.end(), out) != kDisplayWidth.end()) {
    // tinyint(1) is how MySQL spells a boolean, the other widths mean nothing.
    const bool boolean = out == "tinyint" && (rest.starts_with("(1)") || name.starts_with("bool"));
    return out + (boolean ? "(1)" : "") + (is_unsigned ? " unsigned" : "");
  }
  return out + std::string(rest);
}

}  // namespace

std::string NormalizeDeclaredType(std::string_view engine, std::string_view declared) {
  const std::string type = Level(declared);
  if (engine == "postgres") return NormalizePostgres(type);
  if (engine == "mysql" || engine == "mariadb") return NormalizeMysql(type);
  return type;
}

std::string FingerprintColumns(std::string_view engine, std::vector<ColumnFacts> columns) {
  std::sort(columns.begin(), columns.end(), [](const ColumnFacts& a, const ColumnFacts& b) { return a.name < b.name; });
  nlohmann::json rows = nlohmann::json::array();
  for (const ColumnFacts& column : columns) {
    rows.push_back({column.name, NormalizeDeclaredType(engine, column.declared), column.nullable, column.in_primary_key,
                    column.in_unique_key});
  }
  return Digest(CanonicalJson(rows));
}

}  // namespace synapsor::bundle
