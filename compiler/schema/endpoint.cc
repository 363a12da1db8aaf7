#include "compiler/schema/endpoint.h"

#include <arpa/inet.h>

#include <string>

namespace synapsor::schema {

bool IsLoopback(std::string_view host) {
  const std::string text(host);
  if (text == "localhost" || text == "::1" || text == "[::1]") return true;
  in_addr address{};
  return inet_pton(AF_INET, text.c_str(), &address) == 1 && (ntohl(address.s_addr) >> 24) == 127;
}

}  // namespace synapsor::schema
