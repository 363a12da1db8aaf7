// PostgreSQL sources through libpq: the extended protocol in pipeline mode and nothing else.
// Private to runtime/db and its tests.
#pragma once

#include <memory>
#include <string>

#include "runtime/base/result.h"
#include "runtime/db/connector.h"
#include "runtime/db/hosts.h"

namespace synapsor::db {

// `url` is a postgresql:// URL or a libpq keyword string that names its hosts. A host other than
// loopback or a Unix socket is only ever spoken to over TLS with chain and host name verified. A
// reader that can write is refused on connect unless `allow_writing_reader`; then a warning goes to
// stderr, once a connector.
Result<std::unique_ptr<Connector>> MakePostgresConnector(const std::string& source_name, const std::string& url,
                                                         const ConnectOptions& options, const TlsOptions& tls,
                                                         bool allow_writing_reader);

}  // namespace synapsor::db
