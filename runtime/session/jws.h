// Signatures of JSON Web Tokens: keys from a JWKS document and the check of one compact token's signature. Decides which
// algorithms exist (RS256, ES256, EdDSA with Ed25519, HS256) and that a key is only ever used with its own; what the
// claims say is decided in jwt.h. Formats: RFC 7515, 7517, 7518, 8037.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/base/result.h"

namespace synapsor::session {

enum class Algorithm { kRs256, kEs256, kEdDsa, kHs256 };

std::optional<Algorithm> ParseAlgorithm(std::string_view name);  // never "none"

// A verification key, pinned to one algorithm. Immutable, thread-safe, cheap to copy.
class Key {
 public:
  static Result<Key> FromSecret(std::string secret);  // HS256, at least 32 bytes

  const std::string& id() const { return id_; }
  Algorithm algorithm() const { return algorithm_; }
  bool Verify(std::string_view signing_input, std::string_view signature) const;

 private:
  friend Result<std::vector<Key>> ParseJwks(std::string_view text, const std::string& path);
  struct Material;
  Key(std::string id, Algorithm algorithm, std::shared_ptr<const Material> material)
      : id_(std::move(id)), algorithm_(algorithm), material_(std::move(material)) {}

  std::string id_;
  Algorithm algorithm_;
  std::shared_ptr<const Material> material_;
};

// Public keys of a JWKS document. RSA below 2048 bits, curves and key types that no algorithm here uses, private parts and
// symmetric keys are refused: the whole file then, so that nobody wonders why one key is not known.
Result<std::vector<Key>> ParseJwks(std::string_view text, const std::string& path);

// base64url without padding; nothing for any other text.
std::optional<std::string> DecodeBase64Url(std::string_view text);

}  // namespace synapsor::session
