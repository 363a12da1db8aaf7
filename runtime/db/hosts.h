// Which hosts may be spoken to without TLS. Private to runtime/db.
#pragma once

#include <string>
#include <string_view>

#include "runtime/config/config.h"

namespace synapsor::db {

struct TlsOptions {
  config::TlsMode mode = config::TlsMode::kVerify;
  std::string ca_file;  // empty: the URL's, then the system's
};

// `localhost`, 127.0.0.0/8, ::1 and Unix socket paths. A name is never resolved: what a name points
// to can change.
bool IsLoopback(std::string_view host);

// Debian's, Red Hat's or Alpine's bundle of certificate authorities, or null.
const char* SystemCaFile();

}  // namespace synapsor::db
