// Which hosts may be spoken to without TLS. Private to runtime/db.
#pragma once

#include <string_view>

namespace synapsor::db {

// `localhost`, 127.0.0.0/8, ::1 and Unix socket paths. A name is never resolved: what a name points to can change.
bool IsLoopback(std::string_view host);

// Debian's, Red Hat's or Alpine's bundle of certificate authorities, or null.
const char* SystemCaFile();

}  // namespace synapsor::db
