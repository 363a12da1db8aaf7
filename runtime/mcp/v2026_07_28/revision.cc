// Revision 2026-07-28: stateless. Each result says that it is complete and who answered; lists and reads say for how long
// and for whom they may be kept: a short time, and only within one authorization, because tools depend on the principal.
#include "runtime/mcp/revision.h"

#include <fmt/format.h>

#include "runtime/mcp/message.h"

namespace synapsor::mcp {
namespace {

constexpr int kTimeToLiveMs = 60'000;

std::string Wrap(ResultShape shape, std::string_view members) {
  std::string result = R"({"resultType":"complete")";
  if (shape == ResultShape::kCacheable) {
    result += fmt::format(R"(,"ttlMs":{},"cacheScope":"private")", kTimeToLiveMs);
  }
  result += fmt::format(R"(,"_meta":{{"io.modelcontextprotocol/serverInfo":{}}})", ServerInfoJson());
  if (!members.empty()) result += ',';
  result += members;
  result += '}';
  return result;
}

}  // namespace

const Revision& Revision20260728() {
  static const Revision kRevision = {
      .version = "2026-07-28",
      .stateless = true,
      .has_ping = false,
      .missing_resource_code = kInvalidParams,
      .wrap = Wrap,
  };
  return kRevision;
}

}  // namespace synapsor::mcp
