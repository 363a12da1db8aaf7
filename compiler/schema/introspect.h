// A schema from a live database: catalog queries only, in a read-only transaction, never a row of a user's table.
#pragma once

#include <string>
#include <vector>

#include "compiler/schema/snapshot.h"
#include "runtime/base/result.h"

namespace synapsor::schema {

struct IntrospectOptions {
  std::vector<std::string> schemas;  // empty: all that are not the system's
  bool allow_plaintext = false;      // remote hosts need verified TLS unless set
  std::string ca_file;               // PEM; empty: the URL's, else the system's
};

// PostgreSQL: a connection URL, or the words of one. MySQL: mysql://user:password@host:port/database; without `schemas`
// only that database is read. SQLite: a path. `url` is the value of an environment variable, never a command line's. Errors never repeat it.
Result<Snapshot> Introspect(Engine engine, const std::string& url, const IntrospectOptions& options);

}  // namespace synapsor::schema
