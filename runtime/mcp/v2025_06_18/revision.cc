// Revision 2025-06-18: handshake, plain results.
#include "runtime/mcp/revision.h"

#include <fmt/format.h>

#include "runtime/mcp/message.h"

namespace synapsor::mcp {

const Revision& Revision20250618() {
  static const Revision kRevision = {
      .version = "2025-06-18",
      .missing_resource_code = kResourceNotFound,
      .wrap = [](ResultShape, std::string_view members) { return fmt::format("{{{}}}", members); },
  };
  return kRevision;
}

}  // namespace synapsor::mcp
