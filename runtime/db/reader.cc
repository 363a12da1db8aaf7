#include "runtime/db/reader.h"

#include "runtime/db/open.h"

namespace synapsor::db {

Result<std::unique_ptr<Database>> OpenReader(const config::Source& source) {
  SYN_ASSIGN_OR_RETURN(const std::string secret, SecretOrPath(source, source.read, "read"));
  return OpenPool(source, secret, Role::kReader);
}

}  // namespace synapsor::db
