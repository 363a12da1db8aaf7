// From a source and a secret to a pool: shared by the two doors (reader.h, writer.h). Private to
// runtime/db.
#pragma once

#include <memory>
#include <string>

#include "runtime/base/result.h"
#include "runtime/config/config.h"
#include "runtime/db/connector.h"

namespace synapsor::db {

// `secret` is a URL, for SQLite a path. Connects once, so that a wrong secret or a role that may do
// too much is known now; that connection is the pool's first.
Result<std::unique_ptr<Database>> OpenPool(const config::Source& source, const std::string& secret, Role role);

// The SQLite path of the configuration, or the secret that `ref` names.
Result<std::string> SecretOrPath(const config::Source& source, const config::SecretRef& ref, const char* which);

}  // namespace synapsor::db
