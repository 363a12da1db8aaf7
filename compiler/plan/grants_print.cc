#include "compiler/plan/grants_print.h"

#include <fmt/format.h>

#include "compiler/plan/dialect.h"

namespace synapsor::plan {
namespace {

constexpr std::size_t kWidth = 112;

}  // namespace

std::string Comment(std::string_view text) {
  std::string out, line, word;
  const auto end_word = [&] {
    if (!line.empty() && line.size() + 1 + word.size() > kWidth) {
      out += "-- " + line + "\n";
      line.clear();
    }
    line += (line.empty() ? "" : " ") + word;
    word.clear();
  };
  for (const char c : text) {
    if (c == ' ') {
      end_word();
    } else {
      word += static_cast<unsigned char>(c) < 0x20 || c == 0x7f ? '?' : c;
    }
  }
  end_word();
  return out + "-- " + line + "\n";
}

std::string Section(std::string_view text) { return "\n" + Comment(text); }

std::string ColumnList(schema::Engine engine, const std::set<std::string>& columns) {
  std::string out;
  for (const std::string& column : columns) out += (out.empty() ? "" : ", ") + QuoteName(engine, column);
  return "(" + out + ")";
}

std::string BeginPostgres() {
  return "\nBEGIN;\nSET LOCAL standard_conforming_strings = on;\nSET LOCAL client_min_messages = warning;\n"
         "SET LOCAL search_path = pg_catalog, pg_temp;\n";
}

std::string TextLiteral(std::string_view text) {
  std::string out = "'";
  for (const char c : text) out += c == '\'' ? std::string("''") : std::string(1, c);
  return out + "'";
}

std::string MysqlLiteral(std::string_view text) {
  std::string out = "'";
  for (const char c : text) {
    switch (c) {
      case '\0': out += "\\0"; break;
      case '\n': out += "\\n"; break;
      case '\r': out += "\\r"; break;
      case '\\': out += "\\\\"; break;
      case '\'': out += "''"; break;
      case '/': out += out.back() == '*' ? "\\/" : "/"; break;
      case '*': out += out.back() == '/' ? "\\*" : "*"; break;
      default: out += c;
    }
  }
  return out + "'";
}

std::string DoBlock(const std::string& body) {
  std::string tag = "$synapsor$";
  for (int i = 1; body.find(tag) != std::string::npos; ++i) tag = fmt::format("$synapsor{}$", i);
  return fmt::format("DO {0}\n{1}{0};\n", tag, body);
}

std::string PostgresRoles(const std::vector<std::pair<std::string, bool>>& roles, std::string_view mark) {
  std::string rows;
  for (const auto& [role, login] : roles) {
    rows += fmt::format("{}({}, '{}')", rows.empty() ? "" : ", ", TextLiteral(role), login ? "LOGIN" : "NOLOGIN");
  }
  return DoBlock(fmt::format(
      "DECLARE wanted record;\n"
      "BEGIN\n"
      "  FOR wanted IN SELECT * FROM (VALUES {0}) w (name, login) LOOP\n"
      "    IF NOT EXISTS (SELECT FROM pg_catalog.pg_roles WHERE rolname = wanted.name) THEN\n"
      "      EXECUTE format('CREATE ROLE %I', wanted.name);\n"
      "      EXECUTE format('COMMENT ON ROLE %I IS %L', wanted.name, {1});\n"
      "    ELSIF EXISTS (SELECT FROM pg_catalog.pg_roles WHERE rolname = wanted.name AND (rolsuper OR rolbypassrls OR rolreplication\n"
      "                  OR shobj_description(oid, 'pg_authid') IS DISTINCT FROM {1})) THEN\n"
      "      RAISE EXCEPTION USING MESSAGE = format('the role %I was not made by this script, or may do more than grants say', wanted.name),\n"
      "        HINT = format('choose another name; to hand it over with all it holds in this database: COMMENT ON ROLE %I IS %L', wanted.name, {1});\n"
      "    END IF;\n"
      // Only who may give an attribute may name it, so what is right already is not named.
      "    EXECUTE (SELECT format('ALTER ROLE %I %s NOINHERIT%s%s', wanted.name, wanted.login,\n"
      "        CASE WHEN rolcreatedb THEN ' NOCREATEDB' END, CASE WHEN rolcreaterole THEN ' NOCREATEROLE' END)\n"
      "      FROM pg_catalog.pg_roles WHERE rolname = wanted.name);\n"
      "    IF NOT has_database_privilege(wanted.name, current_database(), 'CONNECT') THEN\n"
      "      EXECUTE format('GRANT CONNECT ON DATABASE %I TO %I', current_database(), wanted.name);\n"
      "    END IF;\n"
      "  END LOOP;\n"
      "END\n",
      rows, TextLiteral(mark)));
}

}  // namespace synapsor::plan
