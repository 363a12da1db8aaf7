#include "runtime/mcp/message.h"

#include <fmt/format.h>

#include "runtime/base/strict_json.h"

namespace synapsor::mcp {
namespace {

using nlohmann::json;

std::string Dump(const json& value) { return value.dump(-1, ' ', false, json::error_handler_t::replace); }

bool IsId(const json& id) { return id.is_string() || id.is_number_integer(); }

}  // namespace

tl::expected<Message, BadMessage> ParseMessage(std::string_view text, std::size_t max_bytes) {
  auto parsed = ParseStrictJson(text, {.max_bytes = max_bytes});
  const auto bad = [](json id, int code, std::string why) {
    return tl::unexpected(BadMessage{std::move(id), {code, std::move(why), nullptr}});
  };
  if (!parsed) return bad(nullptr, kParseError, "the message cannot be read: " + parsed.error().message);
  json& body = *parsed;
  if (body.is_array()) return bad(nullptr, kInvalidRequest, "batches are not part of this protocol revision");
  if (!body.is_object()) return bad(nullptr, kInvalidRequest, "a message is a JSON object");

  const bool has_id = body.contains("id");
  json id = has_id && IsId(body["id"]) ? body["id"] : json(nullptr);
  if (has_id && id.is_null()) return bad(nullptr, kInvalidRequest, "`id` is a string or an integer");
  if (!body.contains("jsonrpc") || body["jsonrpc"] != "2.0") {
    return bad(id, kInvalidRequest, "`jsonrpc` is \"2.0\"");
  }
  // A response is never answered: nothing was asked, and its id may be that of a call of the client's own.
  const bool is_response = !body.contains("method") && (body.contains("result") || body.contains("error"));
  if (is_response) return Message{false, std::move(id), {}, json::object()};
  if (!body.contains("method") || !body["method"].is_string()) {
    return bad(id, kInvalidRequest, "`method` is a string");
  }
  Message message{has_id, std::move(id), body["method"].get<std::string>(), json::object()};
  if (body.contains("params")) {
    if (!body["params"].is_object()) return bad(message.id, kInvalidParams, "`params` is an object");
    message.params = std::move(body["params"]);
  }
  return message;
}

std::string ResultReply(const json& id, std::string_view result) {
  return fmt::format(R"({{"jsonrpc":"2.0","id":{},"result":{}}})", Dump(id), result);
}

std::string ErrorReply(const json& id, const RpcError& error) {
  json body = {{"code", error.code}, {"message", error.message}};
  if (!error.data.is_null()) body["data"] = error.data;
  return fmt::format(R"({{"jsonrpc":"2.0","id":{},"error":{}}})", Dump(id), Dump(body));
}

std::string NotificationText(std::string_view method, std::string_view params) {
  return fmt::format(R"({{"jsonrpc":"2.0","method":{},"params":{}}})", Quote(method), params);
}

std::string Quote(std::string_view text) { return Dump(json(text)); }

}  // namespace synapsor::mcp
