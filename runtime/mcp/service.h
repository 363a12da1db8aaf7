// What the server offers, whatever the protocol revision and transport: the tools of one bundle, their calls, and the
// records behind the handles that calls return. There is no tool that approves, commits, applies, settles or shows SQL.
#pragma once

#include <functional>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "runtime/config/config.h"
#include "runtime/interp/invoke.h"
#include "runtime/mcp/message.h"
#include "runtime/session/session.h"

namespace synapsor::mcp {

// Who asks. The session outlives the call.
struct Caller {
  const session::Session* session = nullptr;
  std::string_view workflow;  // restricts the tools; empty: all that the session may use
};

struct ServiceOptions {
  std::size_t page_size = 50;  // tools a page of tools/list
  // Waits until calls may run and says whether they may; unset: they may. Tools are listed before, so that a client need not
  // wait for the databases.
  std::function<bool()> ready;
};

// Thread-safe.
class Service {
 public:
  Service(interp::Runtime& runtime, const config::Config& config, ServiceOptions options);

  // Result members of tools/list for the page at `cursor` (empty: the first). Tools stand in the bundle's order.
  RpcResult<std::string> ListTools(const Caller& caller, std::string_view cursor) const;

  // Result members of tools/call. Refusals are results with isError; only an unknown tool is a protocol error.
  RpcResult<std::string> CallTool(const Caller& caller, std::string_view name, const nlohmann::json& arguments);

  // Result members of resources/list and resources/templates/list: records are reached by handle, none is listed.
  std::string ListResources() const;
  std::string ListResourceTemplates() const;

  // Result members of resources/read. Fails with `missing_code` for what does not exist and, in the same words, for
  // what belongs to another tenant or principal.
  RpcResult<std::string> ReadResource(const Caller& caller, std::string_view uri, int missing_code) const;

 private:
  const std::vector<std::size_t>& ToolsOf(std::string_view workflow) const;
  std::vector<std::size_t> ToolsFor(const Caller& caller) const;
  bool Offers(const Caller& caller, std::size_t tool) const;

  interp::Runtime& runtime_;
  const config::Config& config_;
  ServiceOptions options_;
  std::unordered_map<std::string_view, std::size_t> tool_names_;  // tool and dotted names to capabilities
  std::vector<std::size_t> all_tools_;
  std::unordered_map<std::string_view, std::vector<std::size_t>> workflow_tools_;
};

}  // namespace synapsor::mcp
