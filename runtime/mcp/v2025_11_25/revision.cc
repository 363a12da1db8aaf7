// Revision 2025-11-25: handshake, plain results.
#include "runtime/mcp/revision.h"

#include <fmt/format.h>

#include "runtime/mcp/message.h"

namespace synapsor::mcp {

const Revision& Revision20251125() {
  static const Revision kRevision = {
      .version = "2025-11-25",
      .missing_resource_code = kResourceNotFound,
      .wrap = [](ResultShape, std::string_view members) { return fmt::format("{{{}}}", members); },
  };
  return kRevision;
}

}  // namespace synapsor::mcp
