#include "runtime/http/api.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <span>

#include "runtime/base/strict_json.h"

namespace synapsor::http {
namespace {

using nlohmann::json;

struct Route {
  std::string_view prefix;  // up to `{id}`, or the whole path
  std::string_view suffix;  // behind `{id}`; empty with has_id false: no id
  bool has_id;
  ApiAnswer (*run)(const ApiCall&);
  std::span<const std::string_view> members;
};

constexpr std::string_view kInvokeMembers[] = {"arguments", "auto_branch",       "capability",
                                               "mode",      "response_envelope", "workflow"};
constexpr std::string_view kStartMembers[] = {"input", "version", "workflow"};
constexpr std::string_view kStepMembers[] = {"arguments", "auto_branch",       "capability",
                                             "mode",      "response_envelope", "step_key"};
constexpr std::string_view kReplayMembers[] = {"run_id"};
constexpr std::string_view kReadMembers[] = {"uri"};
constexpr std::string_view kProposalMembers[] = {"proposal"};
constexpr std::string_view kDecisionMembers[] = {"proposal", "proposal_hash", "reason"};
constexpr std::string_view kListMembers[] = {"before", "capability", "limit", "principal", "state"};

constexpr std::string_view kSettleMembers[] = {"proposal", "settlement_policy"};
constexpr std::string_view kSettleRunMembers[] = {"settlement_policy"};

constexpr Route kRoutes[] = {
    {"/v1/agent/invoke", "", false, InvokeRoute, kInvokeMembers},
    {"/v1/agent/runs", "", false, StartRunRoute, kStartMembers},
    {"/v1/agent/runs/replay", "", false, ReplayRoute, kReplayMembers},
    {"/v1/agent/runs/", "/steps", true, StepRoute, kStepMembers},
    {"/v1/agent/proposals/preview", "", false, PreviewRoute, kProposalMembers},
    {"/v1/agent/proposals/approve", "", false, ApproveRoute, kDecisionMembers},
    {"/v1/agent/proposals/reject", "", false, RejectRoute, kDecisionMembers},
    {"/v1/agent/proposals/cancel", "", false, CancelRoute, kDecisionMembers},
    {"/v1/agent/proposals/commit", "", false, CommitRoute, kProposalMembers},
    {"/v1/agent/proposals/settle", "", false, SettleRoute, kSettleMembers},
    {"/v1/agent/runs/", "/settle", true, SettleRunRoute, kSettleRunMembers},
    {"/v1/agent/proposals/list", "", false, ListRoute, kListMembers},
    {"/v1/resources/read", "", false, ReadResourceRoute, kReadMembers},
};

struct Match {
  const Route* route = nullptr;
  std::string id;
};

Match FindRoute(std::string_view path) {
  for (const Route& route : kRoutes) {
    if (!route.has_id && path == route.prefix) return {&route, {}};
  }
  for (const Route& route : kRoutes) {
    if (route.has_id && path.starts_with(route.prefix) && path.ends_with(route.suffix) &&
        path.size() > route.prefix.size() + route.suffix.size()) {
      return {&route,
              std::string(path.substr(route.prefix.size(), path.size() - route.prefix.size() - route.suffix.size()))};
    }
  }
  return {};
}

ApiResult<json> ReadBody(const Request& request, const Route& route) {
  if (!request.Find("Content-Type").starts_with("application/json")) {
    return ApiFail("INVALID_ARGUMENT", "the body is application/json");
  }
  auto body = ParseStrictJson(request.body);
  if (!body) return ApiFail("INVALID_ARGUMENT", "the body cannot be read: " + body.error().message);
  if (!body->is_object()) return ApiFail("INVALID_ARGUMENT", "the body is a JSON object");
  for (const auto& [name, value] : body->items()) {
    if (name == "session") {
      return ApiFail("INVALID_ARGUMENT", "`session` is not taken from a body: trusted values come from the token");
    }
    if (std::find(route.members.begin(), route.members.end(), name) == route.members.end()) {
      return tl::unexpected(
          ApiError{"INVALID_ARGUMENT", fmt::format("this route has no member `{}`", name), name, false});
    }
  }
  return std::move(*body);
}

}  // namespace

bool IsApiPath(std::string_view path) { return path.starts_with("/v1/"); }

Response AnswerApi(const ApiContext& context, const session::Session& session, const Request& request,
                   const std::string& request_id) {
  const Match match = FindRoute(request.Path());
  if (match.route == nullptr) return ErrorAnswer({"NOT_FOUND", "no such route", {}, false}, request_id);
  if (request.method != "POST") {
    Response response = ErrorAnswer({"METHOD_NOT_ALLOWED", "this route takes POST", {}, false}, request_id);
    response.headers.push_back({"Allow", "POST"});
    return response;
  }
  const auto body = ReadBody(request, *match.route);
  if (!body) return ErrorAnswer(body.error(), request_id);
  const ApiAnswer answer = match.route->run({context, session, *body, match.id, request_id});
  return answer ? JsonAnswer(200, *answer) : ErrorAnswer(answer.error(), request_id);
}

ApiResult<std::string> TextMember(const json& body, std::string_view name, bool required) {
  const auto member = body.find(name);
  const bool absent = member == body.end() || member->is_null();
  if (absent && !required) return std::string();
  if (absent || !member->is_string() || (required && member->get_ref<const std::string&>().empty())) {
    return tl::unexpected(
        ApiError{"INVALID_ARGUMENT", fmt::format("`{}` is a text that is not empty", name), std::string(name), false});
  }
  return member->get<std::string>();
}

ApiResult<bool> BoolMember(const json& body, std::string_view name) {
  const auto member = body.find(name);
  if (member == body.end() || member->is_null()) return false;
  if (!member->is_boolean()) {
    return tl::unexpected(
        ApiError{"INVALID_ARGUMENT", fmt::format("`{}` is true or false", name), std::string(name), false});
  }
  return member->get<bool>();
}

ApiResult<std::int64_t> HandleMember(const json& body, std::string_view name, std::string_view scheme) {
  const auto member = body.find(name);
  std::int64_t id = -1;
  if (member != body.end() && member->is_number_integer()) id = member->get<std::int64_t>();
  if (member != body.end() && member->is_string()) id = ledger::ParseHandle(member->get<std::string>(), scheme);
  if (id <= 0) {
    return tl::unexpected(ApiError{"INVALID_ARGUMENT",
                                   fmt::format("`{}` is a handle `{}…` or its number", name, scheme), std::string(name),
                                   false});
  }
  return id;
}

const std::string& TenantOf(const ApiCall& call) { return *call.session.Find(call.context.config.session.tenant_key); }

const std::string& PrincipalOf(const ApiCall& call) {
  return *call.session.Find(call.context.config.session.principal_key);
}

}  // namespace synapsor::http
