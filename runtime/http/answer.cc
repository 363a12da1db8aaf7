#include "runtime/http/answer.h"

#include <array>
#include <utility>

namespace synapsor::http {
namespace {

constexpr auto kStatuses = std::to_array<std::pair<std::string_view, int>>({
    {"UNAUTHENTICATED", 401},
    {"ROLE_REQUIRED", 403},
    {"SELF_APPROVAL", 403},
    {"SUBJECT_REQUIRED", 403},
    {"NOT_YOURS_TO_CANCEL", 403},
    {"NOT_YOURS_TO_SETTLE", 403},
    {"POLICY_CANNOT_DECIDE", 403},
    {"POLICY_VIOLATION", 403},
    {"CAPABILITY_NOT_ALLOWED", 403},
    {"ORIGIN_REFUSED", 403},
    {"SESSION_VALUE_MISSING", 403},
    {"NOT_FOUND", 404},
    {"NOT_FOUND_IN_TENANT", 404},
    {"CAPABILITY_NOT_FOUND", 404},
    {"WORKFLOW_NOT_FOUND", 404},
    {"RUN_NOT_FOUND", 404},
    {"POLICY_NOT_FOUND", 404},
    {"METHOD_NOT_ALLOWED", 405},
    {"PROPOSAL_ALREADY_EXISTS", 409},
    {"PROPOSAL_NOT_PENDING_REVIEW", 409},
    {"PROPOSAL_NOT_REJECTABLE", 409},
    {"PROPOSAL_NOT_APPROVED", 409},
    {"PROPOSAL_HASH_MISMATCH", 409},
    {"PROPOSAL_EXPIRED", 409},
    {"APPROVER_ALREADY_COUNTED", 409},
    {"STEP_KEY_REUSED", 409},
    {"BUNDLE_CHANGED", 409},
    {"POLICY_OUT_OF_SCOPE", 409},
    {"SETTLEMENT_CONFLICT", 409},
    {"NOTHING_TO_SETTLE", 409},
    {"LEDGER_TAMPERED", 409},
    {"TARGET_OUTSIDE_CONTEXT", 409},
    {"NO_CHANGE", 409},
    {"MULTI_ROW_BLOCKED", 409},
    {"PAYLOAD_TOO_LARGE", 413},
    {"RATE_LIMITED", 429},
    {"SCHEMA_DRIFT", 500},
    {"INTERNAL", 500},
    {"TEMPORARILY_UNAVAILABLE", 503},
});

}  // namespace

int StatusOfCode(std::string_view code) {
  for (const auto& [known, status] : kStatuses) {
    if (known == code) return status;
  }
  return 400;
}

std::string DumpJson(const nlohmann::json& value) {
  return value.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

Response JsonAnswer(int status, const nlohmann::json& body) {
  return {status, "application/json", {{"Cache-Control", "no-store"}}, DumpJson(body)};
}

Response ErrorAnswer(const ApiError& error, std::string_view request_id) {
  nlohmann::json body = {{"code", error.code}, {"message", error.message}, {"retryable", error.retryable}};
  if (!error.argument.empty()) body["argument"] = error.argument;
  Response response = JsonAnswer(StatusOfCode(error.code), {{"error", std::move(body)}, {"request_id", request_id}});
  if (error.retryable) response.headers.push_back({"Retry-After", "1"});
  return response;
}

}  // namespace synapsor::http
