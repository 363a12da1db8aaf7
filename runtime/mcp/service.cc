#include "runtime/mcp/service.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <nlohmann/json.hpp>

#include "runtime/interp/entitlement.h"
#include "runtime/mcp/resources.h"

namespace synapsor::mcp {
namespace {

using nlohmann::json;

// A cursor is the position of the next tool, marked so that a stray number is not taken for one.
constexpr std::string_view kCursorPrefix = "t";

std::optional<std::size_t> ParseCursor(std::string_view cursor) {
  if (!cursor.starts_with(kCursorPrefix)) return std::nullopt;
  cursor.remove_prefix(kCursorPrefix.size());
  std::size_t position = 0;
  const auto [end, error] = std::from_chars(cursor.data(), cursor.data() + cursor.size(), position);
  if (error != std::errc() || end != cursor.data() + cursor.size() || cursor.empty()) return std::nullopt;
  return position;
}

std::string CallMembers(const interp::Outcome& outcome) {
  const std::string envelope = outcome.envelope->dump(-1, ' ', false, json::error_handler_t::replace);
  const bool refused = outcome.refusal.has_value();
  const std::string text = refused ? fmt::format("{}: {}", outcome.refusal->code, outcome.refusal->message) : envelope;
  return fmt::format(R"("content":[{{"type":"text","text":{}}}],"structuredContent":{},"isError":{})", Quote(text),
                     envelope, refused);
}

}  // namespace

Service::Service(interp::Runtime& runtime, const config::Config& config, ServiceOptions options)
    : runtime_(runtime), config_(config), options_(std::move(options)) {
  const bundle::Bundle& bundle = runtime.bundle();
  for (std::size_t i = 0; i < bundle.capabilities.size(); ++i) {
    tool_names_[bundle.capabilities[i].tool_name] = i;
    tool_names_.try_emplace(bundle.capabilities[i].name, i);
    all_tools_.push_back(i);
  }
  for (const bundle::Workflow& workflow : bundle.workflows) {
    std::vector<std::size_t>& tools = workflow_tools_[workflow.name];
    for (const std::string& capability : workflow.capabilities) {
      const auto found = tool_names_.find(capability);
      if (found != tool_names_.end()) tools.push_back(found->second);
    }
    std::sort(tools.begin(), tools.end());
  }
}

const std::vector<std::size_t>& Service::ToolsOf(std::string_view workflow) const {
  static const std::vector<std::size_t> kNone;
  if (workflow.empty()) return all_tools_;
  const auto found = workflow_tools_.find(workflow);
  return found == workflow_tools_.end() ? kNone : found->second;
}

bool Service::Offers(const Caller& caller, std::size_t tool) const {
  const std::vector<std::size_t>& tools = ToolsOf(caller.workflow);
  return std::binary_search(tools.begin(), tools.end(), tool) &&
         runtime_.entitlements().WorkflowOf(*caller.session, tool, caller.workflow).has_value();
}

// What is listed can be called: a capability that several of the session's workflows have is offered once one is named.
std::vector<std::size_t> Service::ToolsFor(const Caller& caller) const {
  const interp::Entitlements& entitlements = runtime_.entitlements();
  std::vector<std::size_t> tools = ToolsOf(caller.workflow);
  if (!entitlements.Restrict(*caller.session)) return tools;
  if (!caller.workflow.empty())
    return entitlements.MayUse(*caller.session, caller.workflow) ? tools : std::vector<std::size_t>();
  std::erase_if(tools, [&](std::size_t tool) { return !Offers(caller, tool); });
  return tools;
}

RpcResult<std::string> Service::ListTools(const Caller& caller, std::string_view cursor) const {
  std::size_t begin = 0;
  const std::vector<std::size_t> tools = ToolsFor(caller);
  if (!cursor.empty()) {
    const auto position = ParseCursor(cursor);
    if (!position || *position >= tools.size()) return RpcFail(kInvalidParams, "unknown cursor");
    begin = *position;
  }
  const std::size_t end = std::min(tools.size(), begin + options_.page_size);
  std::string members = R"("tools":[)";
  for (std::size_t i = begin; i < end; ++i) {
    if (i != begin) members += ',';
    members += runtime_.bundle().capabilities[tools[i]].tool;
  }
  members += ']';
  if (end < tools.size()) members += fmt::format(R"(,"nextCursor":"{}{}")", kCursorPrefix, end);
  return members;
}

RpcResult<std::string> Service::CallTool(const Caller& caller, std::string_view name, const json& arguments) {
  const auto found = tool_names_.find(name);
  if (found == tool_names_.end() || !Offers(caller, found->second)) {
    return RpcFail(kInvalidParams, "unknown tool");
  }
  if (options_.ready && !options_.ready()) {
    return RpcFail(kInternalError, "the sources are not what the bundle was built for; the operator's log says more");
  }
  interp::CallOptions options;
  options.workflow = caller.workflow;
  const auto outcome =
      runtime_.Invoke(runtime_.bundle().capabilities[found->second].name, arguments, *caller.session, options);
  if (!outcome) return RpcFail(kInternalError, "the call could not be carried out; the operator's log says why");
  return CallMembers(*outcome);
}

std::string Service::ListResources() const { return R"("resources":[])"; }

std::string Service::ListResourceTemplates() const { return ResourceTemplateMembers(); }

RpcResult<std::string> Service::ReadResource(const Caller& caller, std::string_view uri, int missing_code) const {
  const auto text = ReadRecord(runtime_, config_, *caller.session, uri);
  if (!text) return RpcFail(kInternalError, "the record could not be read; the operator's log says why");
  if (!*text) return RpcFail(missing_code, "no such resource", {{"uri", uri}});
  return fmt::format(R"("contents":[{{"uri":{},"mimeType":"application/json","text":{}}}])", Quote(uri), Quote(**text));
}

}  // namespace synapsor::mcp
