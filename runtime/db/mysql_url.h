// What a MySQL URL says. Private to runtime/db.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace synapsor::db {

struct MysqlAddress {
  std::string user, password, host, database;
  std::string socket;  // path of a Unix socket; then `host` is not used
  int port = 3306;
};

// Nothing when `url` is not such a URL. Never quoted in messages: it holds the password.
std::optional<MysqlAddress> ParseMysqlUrl(std::string_view url);

}  // namespace synapsor::db
