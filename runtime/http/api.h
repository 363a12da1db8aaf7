// The application API: what a backend calls with a verified token. Runs and their steps, capability calls, proposals and
// what reviewers decide on them, replay, records by handle. Every route is a POST with a JSON object.
//
// Trusted values come from the token alone: a `session` member in a body is refused, not ignored.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>

#include "runtime/base/clock.h"
#include "runtime/config/config.h"
#include "runtime/http/answer.h"
#include "runtime/http/server.h"
#include "runtime/interp/invoke.h"
#include "runtime/proposal/settle.h"
#include "runtime/session/session.h"

namespace synapsor::http {

// What a route works with. Everything outlives the request.
struct ApiContext {
  interp::Runtime& runtime;
  const config::Config& config;
  const Clock& clock;
};

// One request to a route, with who asks.
struct ApiCall {
  const ApiContext& context;
  const session::Session& session;
  const nlohmann::json& body;
  std::string path_id;  // `{id}` of the route, or empty
  std::string request_id;
};

using ApiAnswer = ApiResult<nlohmann::json>;

bool IsApiPath(std::string_view path);
// Answers a request under /v1/; thread-safe.
Response AnswerApi(const ApiContext& context, const session::Session& session, const Request& request,
                   const std::string& request_id);

// Routes, by file.
ApiAnswer InvokeRoute(const ApiCall& call);  // api_runs.cc
ApiAnswer StartRunRoute(const ApiCall& call);
ApiAnswer StepRoute(const ApiCall& call);
ApiAnswer ReplayRoute(const ApiCall& call);
ApiAnswer SettleRunRoute(const ApiCall& call);
ApiAnswer ReadResourceRoute(const ApiCall& call);
ApiAnswer PreviewRoute(const ApiCall& call);  // api_proposals.cc
ApiAnswer ApproveRoute(const ApiCall& call);
ApiAnswer RejectRoute(const ApiCall& call);
ApiAnswer CancelRoute(const ApiCall& call);
ApiAnswer CommitRoute(const ApiCall& call);
ApiAnswer ListRoute(const ApiCall& call);
ApiAnswer SettleRoute(const ApiCall& call);

// Members of a body, strictly typed; INVALID_ARGUMENT names the member.
ApiResult<std::string> TextMember(const nlohmann::json& body, std::string_view name, bool required);
ApiResult<bool> BoolMember(const nlohmann::json& body, std::string_view name);
// A handle, or its bare number as text or integer.
ApiResult<std::int64_t> HandleMember(const nlohmann::json& body, std::string_view name, std::string_view scheme);

// What settling came to; refusals are errors of the route.
ApiAnswer SettlementAnswer(const Result<proposal::Settlement>& settlement);  // api_proposals.cc

// The tenant and principal of the session; a verified session always has both.
const std::string& TenantOf(const ApiCall& call);
const std::string& PrincipalOf(const ApiCall& call);

}  // namespace synapsor::http
