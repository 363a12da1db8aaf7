// What differs between the protocol revisions that this server speaks. One folder a revision; everything that all of
// them share is in service.h and server.h.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <span>
#include <string>
#include <string_view>

namespace synapsor::mcp {

enum class ResultShape {
  kPlain,      // tools/call and the like
  kCacheable,  // lists and reads: a client may keep them for a time
};

// Immutable, with static lifetime.
struct Revision {
  std::string_view version;  // "2025-11-25"
  bool stateless = false;    // no handshake: each request says its version in `_meta`
  bool has_ping = true;
  int missing_resource_code = 0;
  // Wraps the members of a result (`"tools":[…]`, without braces) into the result object of the revision.
  std::string (*wrap)(ResultShape shape, std::string_view members) = nullptr;
};

const Revision& Revision20250618();
const Revision& Revision20251125();
const Revision& Revision20260728();

std::span<const Revision* const> AllRevisions();         // newest first
const Revision* FindRevision(std::string_view version);  // null: not spoken

// `{"name":…,"title":…,"version":…}` of this server.
const std::string& ServerInfoJson();
// Members of the capabilities object.
inline constexpr std::string_view kCapabilitiesJson = R"({"resources":{},"tools":{}})";
// How a model should use the server.
std::string_view Instructions();

}  // namespace synapsor::mcp
