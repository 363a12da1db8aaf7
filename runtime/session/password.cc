#include "runtime/session/password.h"

#include <fmt/format.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>

#include <array>
#include <optional>
#include <vector>

namespace synapsor::session {
namespace {

constexpr std::string_view kPrefix = "scrypt$32768$8$1$";
constexpr std::uint64_t kCost = 32768, kBlock = 8, kLanes = 1;
constexpr std::uint64_t kMostMemory = std::uint64_t{64} << 20;
constexpr std::size_t kSaltBytes = 16, kHashBytes = 32;

std::string Hex(const unsigned char* bytes, std::size_t size) {
  std::string out;
  for (std::size_t i = 0; i < size; ++i) out += fmt::format("{:02x}", bytes[i]);
  return out;
}

bool IsHex(std::string_view text, std::size_t bytes) {
  return text.size() == bytes * 2 && text.find_first_not_of("0123456789abcdef") == text.npos;
}

struct Parts {
  std::string_view salt, hash;
};

std::optional<Parts> Split(std::string_view text) {
  if (!text.starts_with(kPrefix)) return std::nullopt;
  text.remove_prefix(kPrefix.size());
  const std::size_t dollar = text.find('$');
  if (dollar == text.npos) return std::nullopt;
  const Parts parts{text.substr(0, dollar), text.substr(dollar + 1)};
  if (!IsHex(parts.salt, kSaltBytes) || !IsHex(parts.hash, kHashBytes)) return std::nullopt;
  return parts;
}

// The hash as hex; empty when there is no memory for it.
std::string Derive(std::string_view password, std::string_view salt) {
  std::array<unsigned char, kHashBytes> out{};
  const int done = EVP_PBE_scrypt(password.data(), password.size(), reinterpret_cast<const unsigned char*>(salt.data()),
                                  salt.size(), kCost, kBlock, kLanes, kMostMemory, out.data(), out.size());
  return done == 1 ? Hex(out.data(), out.size()) : std::string();
}

// The derivation pads with NULs: a password and the same with NULs behind would be one.
bool HasNul(std::string_view password) { return password.find('\0') != password.npos; }

}  // namespace

Result<std::string> RandomHex(std::size_t bytes) {
  std::vector<unsigned char> raw(bytes);
  if (RAND_bytes(raw.data(), static_cast<int>(raw.size())) != 1) {
    return Fail(ErrorKind::kInternal, "the system gives no random numbers");
  }
  return Hex(raw.data(), raw.size());
}

std::string KeyedDigest(std::string_view key, std::string_view text) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> out{};
  unsigned int size = 0;
  HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()), reinterpret_cast<const unsigned char*>(text.data()),
       text.size(), out.data(), &size);
  return Hex(out.data(), size);
}

bool SameSecret(std::string_view a, std::string_view b) {
  return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

Result<std::string> HashPassword(std::string_view password) {
  if (password.size() < kLeastPasswordLength || password.size() > kMostPasswordLength || HasNul(password)) {
    return Fail(ErrorKind::kUsage, fmt::format("a password has {} to {} bytes, none of them NUL", kLeastPasswordLength,
                                               kMostPasswordLength));
  }
  SYN_ASSIGN_OR_RETURN(const std::string salt, RandomHex(kSaltBytes));
  const std::string hash = Derive(password, salt);
  if (hash.empty()) return Fail(ErrorKind::kInternal, "the password could not be hashed: 32 MiB of memory are needed");
  return fmt::format("{}{}${}", kPrefix, salt, hash);
}

bool IsPasswordHash(std::string_view hash) { return Split(hash).has_value(); }

bool PasswordMatches(std::string_view password, std::string_view hash) {
  constexpr std::string_view kNoSalt = "00000000000000000000000000000000";
  const auto parts = Split(hash);
  const std::string derived = Derive(password.substr(0, kMostPasswordLength), parts ? parts->salt : kNoSalt);
  return parts && password.size() <= kMostPasswordLength && !HasNul(password) && SameSecret(derived, parts->hash);
}

}  // namespace synapsor::session
