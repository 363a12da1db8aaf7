// Which hosts are this machine: those that may be reached without TLS. Private to compiler/schema.
#pragma once

#include <string_view>

namespace synapsor::schema {

// 127.0.0.0/8, ::1 and `localhost`. A name that merely resolves there does not count.
bool IsLoopback(std::string_view host);

}  // namespace synapsor::schema
