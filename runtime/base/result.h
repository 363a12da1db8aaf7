// The "could not do its job" error channel: unreadable files, databases that are away, internal faults.
// What is wrong in the user's text is a diagnostic (compiler/diag), what the runtime says no to is a
// refusal (runtime/interp); neither travels here.
#pragma once

#include <string>
#include <tl/expected.hpp>
#include <utility>

namespace synapsor {

enum class ErrorKind {
  kUsage,        // the command line or configuration cannot be acted on
  kIo,           // a file or stream
  kInvalid,      // a bundle, snapshot or ledger that is damaged, tampered with or from another version
  kUnavailable,  // a database or peer that does not answer now; trying again may help
  kDatabase,     // a database that answered with an error
  kInternal,     // a fault of this program
};

// What failed and what to do next. `message` starts in lower case, names the thing and the place, and never
// holds a value from a user's rows or a secret. `hint` is the next step, or empty.
struct Error {
  ErrorKind kind = ErrorKind::kInternal;
  std::string message;
  std::string hint;
};

template <typename T>
using Result = tl::expected<T, Error>;
using Status = Result<void>;

inline tl::unexpected<Error> Fail(ErrorKind kind, std::string message, std::string hint = {}) {
  return tl::unexpected<Error>(Error{kind, std::move(message), std::move(hint)});
}

}  // namespace synapsor

// Returns the error of EXPR from the enclosing function, or declares VAR with its value.
#define SYN_CONCAT_INNER(a, b) a##b
#define SYN_CONCAT(a, b) SYN_CONCAT_INNER(a, b)
#define SYN_ASSIGN_OR_RETURN(var, expr)                                                                                \
  auto SYN_CONCAT(syn_result_, __LINE__) = (expr);                                                                     \
  if (!SYN_CONCAT(syn_result_, __LINE__)) return tl::unexpected(std::move(SYN_CONCAT(syn_result_, __LINE__).error())); \
  var = std::move(*SYN_CONCAT(syn_result_, __LINE__))
#define SYN_RETURN_IF_ERROR(expr) \
  if (auto syn_status = (expr); !syn_status) return tl::unexpected(std::move(syn_status.error()))
