// The server's certificate and key, and which TLS is spoken: 1.2 or newer. What cannot be served with is an error at the start
// that names the file, not a failed handshake later.
#pragma once

#include <string>

#include "runtime/base/result.h"

struct ssl_ctx_st;

namespace synapsor::http {

// Refuses one file without the other, a key that does not belong to the certificate or that every account may read, and a
// certificate that does not hold now.
Status LoadTls(ssl_ctx_st* context, const std::string& certificate_file, const std::string& key_file);

}  // namespace synapsor::http
