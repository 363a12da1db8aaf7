// One JSON-RPC 2.0 message, as the Model Context Protocol uses it. Decides what is a well-formed message and how replies
// are spelt; not what any method does.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "runtime/base/result.h"

namespace synapsor::mcp {

inline constexpr int kParseError = -32700;
inline constexpr int kInvalidRequest = -32600;
inline constexpr int kMethodNotFound = -32601;
inline constexpr int kInvalidParams = -32602;
inline constexpr int kInternalError = -32603;
inline constexpr int kServerBusy = -32000;
inline constexpr int kResourceNotFound = -32002;  // legacy revisions
inline constexpr int kHeaderMismatch = -32020;
inline constexpr int kUnsupportedVersion = -32022;

// A request has an id (a string or an integer), a notification has none.
struct Message {
  bool is_request = false;
  nlohmann::json id;
  std::string method;
  nlohmann::json params = nlohmann::json::object();
};

struct RpcError {
  int code = kInternalError;
  std::string message;
  nlohmann::json data;          // null: none
  bool about_envelope = false;  // the request's own metadata is at fault, whatever its method
};

template <typename T>
using RpcResult = tl::expected<T, RpcError>;

inline tl::unexpected<RpcError> RpcFail(int code, std::string message, nlohmann::json data = nullptr) {
  return tl::unexpected<RpcError>(RpcError{code, std::move(message), std::move(data)});
}

// What could not be read. `id` is known when the envelope was readable.
struct BadMessage {
  nlohmann::json id;
  RpcError error;
};

// Refuses batches, responses without a question, ids of other kinds, params that are no object, text beyond the limits.
tl::expected<Message, BadMessage> ParseMessage(std::string_view text, std::size_t max_bytes);

// Replies and notifications without a line feed. `result` and `params` are JSON text.
std::string ResultReply(const nlohmann::json& id, std::string_view result);
std::string ErrorReply(const nlohmann::json& id, const RpcError& error);
std::string NotificationText(std::string_view method, std::string_view params);

// JSON text of a string, invalid UTF-8 replaced.
std::string Quote(std::string_view text);

}  // namespace synapsor::mcp
