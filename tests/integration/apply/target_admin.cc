#include "target_admin.h"

#include <libpq-fe.h>
#include <mysql_driver.h>
#include <sqlite3.h>

#include <cppconn/connection.h>
#include <cppconn/exception.h>
#include <cppconn/resultset.h>
#include <cppconn/statement.h>

#include <memory>
#include <regex>
#include <sstream>
#include <stdexcept>
#include <vector>

namespace synapsor::writeback {
namespace {

[[noreturn]] void Throw(const std::string& sql, const std::string& words) {
  throw std::runtime_error(sql + ": " + words);
}

void OnSqlite(const std::string& path, const std::string& sql) {
  sqlite3* db = nullptr;
  sqlite3_open(path.c_str(), &db);
  sqlite3_busy_timeout(db, 5000);
  const int code = sqlite3_exec(db, sql.c_str(), nullptr, nullptr, nullptr);
  const std::string words = sqlite3_errmsg(db);
  sqlite3_close(db);
  if (code != SQLITE_OK) Throw(sql, words);
}

void OnPostgres(const std::string& url, const std::string& sql) {
  const std::unique_ptr<PGconn, void (*)(PGconn*)> connection(PQconnectdb(url.c_str()), PQfinish);
  PQsetNoticeProcessor(
      connection.get(), [](void*, const char*) {}, nullptr);
  const std::unique_ptr<PGresult, void (*)(PGresult*)> result(PQexec(connection.get(), sql.c_str()), PQclear);
  const ExecStatusType status = PQresultStatus(result.get());
  if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK) Throw(sql, PQerrorMessage(connection.get()));
}

// On one connection, whose variables a script uses.
void OnMariadb(const std::string& url, const std::vector<std::string>& statements) {
  std::smatch part;
  if (!std::regex_match(url, part, std::regex("mysql://([^:@]+)@([^:/]+):([0-9]+)/(.+)"))) Throw(url, "unreadable");
  std::string running = "connect";
  try {
    const std::unique_ptr<sql::Connection> connection(
        get_driver_instance()->connect("tcp://" + part[2].str() + ":" + part[3].str(), part[1].str(), ""));
    connection->setSchema(part[4].str());
    for (const std::string& text : statements) {
      running = text;
      const std::unique_ptr<sql::Statement> statement(connection->createStatement());
      if (statement->execute(text)) const std::unique_ptr<sql::ResultSet> rows(statement->getResultSet());
    }
  } catch (const sql::SQLException& error) {
    Throw(running, error.what());
  }
}

}  // namespace

void RunSql(const std::string& engine, const std::string& where, const std::string& sql) {
  if (engine == "sqlite") return OnSqlite(where, sql);
  if (engine == "postgres") return OnPostgres(where, sql);
  OnMariadb(where, {sql});
}

void RunScript(const std::string& engine, const std::string& where, const std::string& script) {
  // PostgreSQL's simple protocol takes them all at once; the connector takes one.
  if (engine == "postgres") return OnPostgres(where, script);
  std::vector<std::string> statements;
  std::string statement;
  std::istringstream lines(script);
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with("--")) continue;
    statement += line + "\n";
    if (!line.ends_with(';')) continue;
    statements.push_back(statement.substr(0, statement.rfind(';')));
    statement.clear();
  }
  OnMariadb(where, statements);
}

}  // namespace synapsor::writeback
