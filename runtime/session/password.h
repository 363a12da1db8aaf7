// Password hashes of reviewers where no identity provider is: scrypt with one set of costs, so that checking any of them,
// and checking a name that nobody has, takes the same time.
#pragma once

#include <string>
#include <string_view>

#include "runtime/base/result.h"

namespace synapsor::session {

inline constexpr std::size_t kLeastPasswordLength = 12, kMostPasswordLength = 1024;  // bytes

// "scrypt$32768$8$1$SALT$HASH", hex. A fresh random salt each time.
Result<std::string> HashPassword(std::string_view password);

// Whether the text is a hash of exactly this form.
bool IsPasswordHash(std::string_view hash);

// Takes about 0.1 s and 32 MiB. Compares in constant time; false for anything that is no hash, after the same work.
bool PasswordMatches(std::string_view password, std::string_view hash);

// Random bytes from the system as lower-case hex: 2 characters a byte.
Result<std::string> RandomHex(std::size_t bytes);

// HMAC-SHA-256 as lower-case hex: shows that the text was seen by whoever holds the key.
std::string KeyedDigest(std::string_view key, std::string_view text);

// Equal, in a time that depends on the lengths only.
bool SameSecret(std::string_view a, std::string_view b);

}  // namespace synapsor::session
