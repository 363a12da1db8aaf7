// A MySQL or MariaDB connection for catalog queries only: TLS rules, one read-only transaction, rows as text.
// Private to compiler/schema; keeps the connector's headers and exceptions out of everything else.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "compiler/schema/introspect.h"
#include "compiler/schema/prober.h"
#include "runtime/base/result.h"

namespace synapsor::schema::mysql {

struct Rows {
  std::vector<std::string> names;  // of the columns
  std::vector<std::vector<std::optional<std::string>>> rows;
  std::size_t size() const { return rows.size(); }
  std::optional<std::size_t> Position(std::string_view name) const;  // of the column with it
  const std::string& Text(std::size_t row, std::size_t column) const;  // NULL reads as ""
  bool IsNull(std::size_t row, std::size_t column) const { return !rows[row][column].has_value(); }
};

class Catalog {
 public:
  // mysql://user:password@host:port/database, with ?socket=PATH or ?ssl-ca=PATH. Errors never hold any of it.
  static Result<Catalog> Connect(const std::string& url, const IntrospectOptions& options);
  Catalog(Catalog&&) noexcept;
  ~Catalog();

  // Prepared; every parameter is text.
  Result<Rows> Query(std::string_view purpose, const std::string& sql, const std::vector<std::string>& parameters = {});
  // Begins the read-only transaction anew, behind a COMMIT. As text: MySQL does not prepare it.
  Status Begin();
  bool is_mariadb() const;
  // Prepares and does not run. The types of parameters are not known to the server.
  Result<Preparation> Prepare(const std::string& sql, int params);

 private:
  struct Connection;
  explicit Catalog(std::unique_ptr<Connection> connection);
  std::unique_ptr<Connection> connection_;
};

}  // namespace synapsor::schema::mysql
