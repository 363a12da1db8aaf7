#include "runtime/http/mcp_endpoint.h"

#include <fmt/format.h>
#include <openssl/evp.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <optional>

#include "runtime/mcp/message.h"

namespace synapsor::http {
namespace {

using mcp::Message;
using mcp::RpcError;
using nlohmann::json;

constexpr std::string_view kVersionKey = "io.modelcontextprotocol/protocolVersion";

// `=?base64?…?=` carries what a header cannot say plainly.
std::optional<std::string> DecodeHeader(std::string_view value) {
  constexpr std::string_view kPrefix = "=?base64?";
  constexpr std::string_view kSuffix = "?=";
  if (!value.starts_with(kPrefix) || !value.ends_with(kSuffix) || value.size() < kPrefix.size() + kSuffix.size()) {
    const bool plain =
        std::all_of(value.begin(), value.end(), [](char c) { return c == '\t' || (c >= 0x20 && c <= 0x7E); });
    return plain ? std::optional<std::string>(value) : std::nullopt;
  }
  const std::string_view encoded = value.substr(kPrefix.size(), value.size() - kPrefix.size() - kSuffix.size());
  if (encoded.size() % 4 != 0) return std::nullopt;
  std::string bytes(encoded.size() / 4 * 3, '\0');
  const int size =
      EVP_DecodeBlock(reinterpret_cast<unsigned char*>(bytes.data()),
                      reinterpret_cast<const unsigned char*>(encoded.data()), static_cast<int>(encoded.size()));
  if (size < 0) return std::nullopt;
  std::size_t padding = 0;
  while (padding < 2 && padding < encoded.size() && encoded[encoded.size() - 1 - padding] == '=') ++padding;
  bytes.resize(static_cast<std::size_t>(size) - padding);
  return bytes;
}

const json* VersionInBody(const Message& message) {
  const auto meta = message.params.find("_meta");
  if (meta == message.params.end() || !meta->is_object()) return nullptr;
  const auto version = meta->find(kVersionKey);
  return version == meta->end() ? nullptr : &*version;
}

// Which parameter a header repeats.
const char* NamedParameter(std::string_view method) {
  if (method == "tools/call" || method == "prompts/get") return "name";
  if (method == "resources/read") return "uri";
  return nullptr;
}

std::optional<RpcError> Mismatch(std::string why) { return RpcError{mcp::kHeaderMismatch, std::move(why), nullptr}; }

// Headers that intermediaries route by must say what the body says.
std::optional<RpcError> CheckModernHeaders(const Request& request, const Message& message, const json& version) {
  if (request.Count("MCP-Protocol-Version") != 1) return Mismatch("the header `MCP-Protocol-Version` is missing");
  if (!version.is_string() || request.Find("MCP-Protocol-Version") != version.get<std::string>()) {
    return Mismatch("the header `MCP-Protocol-Version` differs from the body");
  }
  if (request.Count("Mcp-Method") != 1) return Mismatch("the header `Mcp-Method` is missing");
  if (request.Find("Mcp-Method") != message.method) return Mismatch("the header `Mcp-Method` differs from the body");
  if (const char* parameter = NamedParameter(message.method)) {
    const auto value = message.params.find(parameter);
    if (value == message.params.end() || !value->is_string()) return std::nullopt;  // answered as invalid params
    if (request.Count("Mcp-Name") != 1) return Mismatch("the header `Mcp-Name` is missing");
    const auto name = DecodeHeader(request.Find("Mcp-Name"));
    if (!name) return Mismatch("the header `Mcp-Name` has invalid characters");
    if (*name != value->get<std::string>()) return Mismatch("the header `Mcp-Name` differs from the body");
  }
  return std::nullopt;
}

// The handshake revision that a request without `_meta` speaks; the header is the only word on it. Requests from before
// the header existed are taken for the oldest revision served.
const mcp::Revision* LegacyRevision(const Request& request) {
  const std::string_view version = request.Find("MCP-Protocol-Version");
  if (version.empty()) return &mcp::Revision20250618();
  const mcp::Revision* revision = mcp::FindRevision(version);
  return revision != nullptr && !revision->stateless ? revision : nullptr;
}

// The header promises a revision whose requests say everything in their body.
bool SaysStateless(const Request& request) {
  const mcp::Revision* revision = mcp::FindRevision(request.Find("MCP-Protocol-Version"));
  return revision != nullptr && revision->stateless;
}

RpcError UnsupportedVersion(std::string_view requested) {
  json supported = json::array();
  for (const mcp::Revision* revision : mcp::AllRevisions()) supported.push_back(revision->version);
  return {mcp::kUnsupportedVersion,
          "unsupported protocol version",
          {{"supported", std::move(supported)}, {"requested", requested}}};
}

// Errors that the modern revision gives an HTTP status of their own.
int StatusOf(const mcp::Reply& reply) {
  if (reply.about_envelope) return 400;
  switch (reply.error_code) {
    case mcp::kMethodNotFound: return 404;
    case mcp::kUnsupportedVersion:
    case mcp::kHeaderMismatch: return 400;
    default: return 200;
  }
}

std::string SseEvent(std::string_view text) { return fmt::format("event: message\ndata: {}\n\n", text); }

Response EventStreamHead() {
  return {200, "text/event-stream", {{"Cache-Control", "no-store"}, {"X-Accel-Buffering", "no"}}, {}};
}

bool AsksForProgress(const Message& message) {
  const auto meta = message.params.find("_meta");
  return meta != message.params.end() && meta->is_object() && meta->contains("progressToken");
}

}  // namespace

Response McpError(int status, const json& id, const RpcError& error) {
  return {status, "application/json", {}, mcp::ErrorReply(id, error)};
}

void AnswerMcp(mcp::Service& service, const mcp::Caller& caller, const Request& request,
               const std::shared_ptr<Exchange>& exchange, std::size_t max_message_bytes) {
  if (request.method != "POST") {
    return exchange->Reply({405, "text/plain; charset=utf-8", {{"Allow", "POST"}}, "only POST is served here\n"});
  }
  if (!request.Find("Content-Type").starts_with("application/json")) {
    return exchange->Reply(McpError(415, nullptr, {mcp::kInvalidRequest, "the body is application/json", nullptr}));
  }
  const auto message = mcp::ParseMessage(request.body, max_message_bytes);
  if (!message) return exchange->Reply(McpError(400, message.error().id, message.error().error));
  if (!message->is_request) return exchange->Reply({202, "application/json", {}, {}});

  mcp::PeerState peer;
  const json* version = VersionInBody(*message);
  if (version != nullptr) {
    if (const auto mismatch = CheckModernHeaders(request, *message, *version)) {
      return exchange->Reply(McpError(400, message->id, *mismatch));
    }
  } else if (SaysStateless(request)) {
    return exchange->Reply(
        McpError(400, message->id, {mcp::kInvalidParams, fmt::format("`_meta` has no `{}`", kVersionKey), nullptr}));
  } else if (message->method != "initialize") {
    peer.negotiated = LegacyRevision(request);
    if (peer.negotiated == nullptr) {
      return exchange->Reply(McpError(400, message->id, UnsupportedVersion(request.Find("MCP-Protocol-Version"))));
    }
  }

  std::string events;
  const mcp::Notify collect = [&events](std::string_view text) { events += SseEvent(text); };
  const auto reply = mcp::Answer(service, *message, peer, caller, collect);
  if (!reply) {  // a subscription: acknowledged, and open until the client leaves
    exchange->Open(EventStreamHead(), std::move(events));
    return;
  }
  if (!events.empty() && AsksForProgress(*message) &&
      request.Find("Accept").find("text/event-stream") != std::string_view::npos) {
    Response response = EventStreamHead();
    response.body = std::move(events) + SseEvent(reply->text);
    return exchange->Reply(std::move(response));
  }
  const bool modern = version != nullptr;
  exchange->Reply({modern ? StatusOf(*reply) : 200, "application/json", {}, reply->text});
}

}  // namespace synapsor::http
