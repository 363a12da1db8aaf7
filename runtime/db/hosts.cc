#include "runtime/db/hosts.h"

#include <arpa/inet.h>
#include <unistd.h>

#include <string>

namespace synapsor::db {

bool IsLoopback(std::string_view host) {
  if (host.empty()) return false;
  if (host == "localhost" || host.front() == '/' || host.front() == '@') return true;
  const std::string text(host);
  in_addr v4{};
  if (inet_pton(AF_INET, text.c_str(), &v4) == 1) return (ntohl(v4.s_addr) >> 24) == 127;
  in6_addr v6{};
  return inet_pton(AF_INET6, text.c_str(), &v6) == 1 && IN6_IS_ADDR_LOOPBACK(&v6);
}

const char* SystemCaFile() {
  for (const char* path :
       {"/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt", "/etc/ssl/cert.pem"}) {
    if (access(path, R_OK) == 0) return path;
  }
  return nullptr;
}

}  // namespace synapsor::db
