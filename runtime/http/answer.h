// How the application API answers: one envelope, one table from codes to HTTP statuses. Described in docs/openapi.json.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "runtime/http/server.h"
#include "runtime/interp/invoke.h"
#include "runtime/ledger/ledger.h"

namespace synapsor::http {

// A refusal of the API; the message is our own text.
struct ApiError {
  std::string code, message;
  std::string argument;
  bool retryable = false;
};

template <typename T>
using ApiResult = tl::expected<T, ApiError>;

inline tl::unexpected<ApiError> ApiFail(std::string code, std::string message) {
  return tl::unexpected(ApiError{std::move(code), std::move(message), {}, false});
}

// 401, 403, 404, 405, 409, 413, 429, 500 or 503 for a code; 400 for one that is not in the table.
int StatusOfCode(std::string_view code);

Response JsonAnswer(int status, const nlohmann::json& body);
Response ErrorAnswer(const ApiError& error, std::string_view request_id);

// Text of a JSON value that never fails: invalid UTF-8 is replaced.
std::string DumpJson(const nlohmann::json& value);

}  // namespace synapsor::http
