// Opens a source for writing: for the trusted runner only.
#pragma once

#include <memory>

#include "runtime/base/result.h"
#include "runtime/config/config.h"
#include "runtime/db/database.h"

namespace synapsor::db {

// The write credential of one source. Made from the configuration's `write` secret, by the trusted
// runner only.
class WriteCredential {
 public:
  static Result<WriteCredential> FromConfig(const config::Source& source);
  const config::Source& source() const { return source_; }
  const std::string& secret() const { return secret_; }

 private:
  WriteCredential(config::Source source, std::string secret) : source_(std::move(source)), secret_(std::move(secret)) {}
  config::Source source_;
  std::string secret_;
};

Result<std::unique_ptr<Database>> OpenWriter(const WriteCredential& credential);

}  // namespace synapsor::db
