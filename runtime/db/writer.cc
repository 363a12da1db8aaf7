#include "runtime/db/writer.h"

#include "runtime/db/open.h"

namespace synapsor::db {

Result<WriteCredential> WriteCredential::FromConfig(const config::Source& source) {
  SYN_ASSIGN_OR_RETURN(std::string secret, SecretOrPath(source, source.write, "write"));
  return WriteCredential(source, std::move(secret));
}

Result<std::unique_ptr<Database>> OpenWriter(const WriteCredential& credential) {
  return OpenPool(credential.source(), credential.secret(), Role::kWriter);
}

}  // namespace synapsor::db
