#include "runtime/interp/refusals.h"

#include <fmt/format.h>

namespace synapsor::interp {

tl::unexpected<Refusal> RefuseArgument(std::string_view argument, std::string message) {
  return tl::unexpected(Refusal{"INVALID_ARGUMENT", {}, std::move(message), std::string(argument), false});
}

tl::unexpected<Refusal> RefuseOverride(std::string_view argument) {
  return tl::unexpected(Refusal{
      "INVALID_ARGUMENT", "MODEL_CANNOT_OVERRIDE_BINDING",
      fmt::format("argument `{}` names a value that only the trusted session sets: call again without it", argument),
      std::string(argument), false});
}

Refusal CapabilityNotFound() { return {"CAPABILITY_NOT_FOUND", {}, "there is no such capability", {}, false}; }

Refusal NotFound() { return {"NOT_FOUND_IN_TENANT", {}, "there is no such object for this session", {}, false}; }

Refusal FromFailure(const db::Failure& failure) {
  switch (failure.kind) {
    case db::FailureKind::kUnavailable:
    case db::FailureKind::kConflict:
    case db::FailureKind::kOutcomeUnknown:
      return {"TEMPORARILY_UNAVAILABLE", {}, "the source does not answer now: try again later", {}, true};
    case db::FailureKind::kTimeout:
      return {"TEMPORARILY_UNAVAILABLE", "TIMEOUT", "the source took too long to answer: try again later", {}, true};
    case db::FailureKind::kSchema:
      return {"SCHEMA_DRIFT",
              {},
              "the source is no longer as it was when this capability was built: tell the operator",
              {},
              false};
    case db::FailureKind::kConstraint:
    case db::FailureKind::kPermission:
    case db::FailureKind::kOther: break;
  }
  return Internal("the source could not be read: tell the operator");
}

Refusal LedgerAway() {
  return {"TEMPORARILY_UNAVAILABLE",
          "LEDGER",
          "the call could not be recorded, so it was not made: try again later",
          {},
          true};
}

Refusal Internal(std::string what) { return {"INTERNAL", {}, std::move(what), {}, false}; }

}  // namespace synapsor::interp
