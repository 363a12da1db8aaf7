// MySQL and MariaDB sources. Private to runtime/db and its tests.
#pragma once

#include <memory>
#include <string>

#include "runtime/base/result.h"
#include "runtime/db/connector.h"
#include "runtime/db/hosts.h"

namespace synapsor::db {

// `url` is mysql://USER:PASSWORD@HOST:PORT/DATABASE or mariadb://…, percent-encoded;
// `?socket=/PATH` for a Unix socket. Hosts, TLS and readers that can write are treated as in
// MakePostgresConnector. Lock timeouts count in whole seconds, rounded up: the engines know no
// shorter one.
Result<std::unique_ptr<Connector>> MakeMysqlConnector(const std::string& source_name, const std::string& url,
                                                      const ConnectOptions& options, const TlsOptions& tls,
                                                      bool allow_writing_reader);

}  // namespace synapsor::db
