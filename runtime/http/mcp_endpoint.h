// The MCP endpoint of the Streamable HTTP transport, for the stateless revision and for handshake revisions without
// sessions. One POST is one message; nothing is kept between requests.
#pragma once

#include <memory>

#include "runtime/http/server.h"
#include "runtime/mcp/server.h"

namespace synapsor::http {

// Answers one request that has passed the guard, for `caller`.
void AnswerMcp(mcp::Service& service, const mcp::Caller& caller, const Request& request,
               const std::shared_ptr<Exchange>& exchange, std::size_t max_message_bytes);

// JSON-RPC error as an HTTP response.
Response McpError(int status, const nlohmann::json& id, const mcp::RpcError& error);

}  // namespace synapsor::http
