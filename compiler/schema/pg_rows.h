// A PostgreSQL connection for catalog queries only: TLS rules, one read-only transaction, rows as text. Private to
// compiler/schema; the only header there that sees libpq, through a forward declaration.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "compiler/schema/introspect.h"
#include "runtime/base/result.h"

struct pg_conn;
struct pg_result;

namespace synapsor::schema::pg {

class Rows {
 public:
  explicit Rows(pg_result* result);
  int size() const { return size_; }
  std::string_view Text(int row, int column) const;  // NULL reads as ""
  bool IsNull(int row, int column) const;
  bool Bool(int row, int column) const { return Text(row, column) == "t"; }
  long long Int(int row, int column) const;
  std::vector<std::string> Texts(int row, int column) const;  // a JSON array of strings

 private:
  std::shared_ptr<pg_result> result_;
  int size_ = 0;
};

class Catalog {
 public:
  // Errors never hold the URL, the host or a password.
  static Result<Catalog> Connect(const std::string& url, const IntrospectOptions& options);

  // Fails with what the catalog query was for; the server's text stays out of it but for its SQLSTATE.
  Result<Rows> Query(std::string_view purpose, const std::string& sql, const std::vector<std::string>& parameters = {});
  int server_version() const;                            // 150020
  pg_conn* handle() const { return connection_.get(); }  // for what is no catalog query (prober_postgres.cc)

 private:
  explicit Catalog(pg_conn* connection);
  std::shared_ptr<pg_conn> connection_;
};

}  // namespace synapsor::schema::pg
