#include "runtime/session/jws.h"

#include <fmt/format.h>
#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/ecdsa.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/param_build.h>

#include <array>
#include <nlohmann/json.hpp>

#include "runtime/base/strict_json.h"

namespace synapsor::session {
namespace {

using nlohmann::json;

template <auto kFree>
struct Deleter {
  template <typename T>
  void operator()(T* pointer) const {
    kFree(pointer);
  }
};
using PkeyPtr = std::unique_ptr<EVP_PKEY, Deleter<EVP_PKEY_free>>;
using PkeyContextPtr = std::unique_ptr<EVP_PKEY_CTX, Deleter<EVP_PKEY_CTX_free>>;
using DigestContextPtr = std::unique_ptr<EVP_MD_CTX, Deleter<EVP_MD_CTX_free>>;
using ParamBuilderPtr = std::unique_ptr<OSSL_PARAM_BLD, Deleter<OSSL_PARAM_BLD_free>>;
using ParamsPtr = std::unique_ptr<OSSL_PARAM, Deleter<OSSL_PARAM_free>>;
using BignumPtr = std::unique_ptr<BIGNUM, Deleter<BN_free>>;
using SignaturePtr = std::unique_ptr<ECDSA_SIG, Deleter<ECDSA_SIG_free>>;

constexpr int kEs256Half = 32;

const unsigned char* Bytes(std::string_view text) { return reinterpret_cast<const unsigned char*>(text.data()); }

BignumPtr ToBignum(std::string_view bytes) {
  return BignumPtr(BN_bin2bn(Bytes(bytes), static_cast<int>(bytes.size()), nullptr));
}

std::optional<std::string> Base64Member(const json& jwk, const char* name) {
  const auto member = jwk.find(name);
  if (member == jwk.end() || !member->is_string()) return std::nullopt;
  return DecodeBase64Url(member->get<std::string>());
}

PkeyPtr FromParams(const char* type, OSSL_PARAM_BLD* builder) {
  const ParamsPtr params(OSSL_PARAM_BLD_to_param(builder));
  const PkeyContextPtr context(EVP_PKEY_CTX_new_from_name(nullptr, type, nullptr));
  EVP_PKEY* key = nullptr;
  if (!params || !context || EVP_PKEY_fromdata_init(context.get()) <= 0 ||
      EVP_PKEY_fromdata(context.get(), &key, EVP_PKEY_PUBLIC_KEY, params.get()) <= 0) {
    return nullptr;
  }
  return PkeyPtr(key);
}

PkeyPtr ReadRsa(const json& jwk) {
  const auto n = Base64Member(jwk, "n");
  const auto e = Base64Member(jwk, "e");
  if (!n || !e) return nullptr;
  const BignumPtr modulus = ToBignum(*n);
  const BignumPtr exponent = ToBignum(*e);
  const ParamBuilderPtr builder(OSSL_PARAM_BLD_new());
  OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_N, modulus.get());
  OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_E, exponent.get());
  PkeyPtr key = FromParams("RSA", builder.get());
  constexpr int kSmallestRsaBits = 2048;
  if (!key || EVP_PKEY_get_bits(key.get()) < kSmallestRsaBits) return nullptr;
  return key;
}

PkeyPtr ReadP256(const json& jwk) {
  const auto x = Base64Member(jwk, "x");
  const auto y = Base64Member(jwk, "y");
  if (jwk.value("crv", "") != "P-256" || !x || !y || x->size() != kEs256Half || y->size() != kEs256Half) return nullptr;
  const std::string point = "\x04" + *x + *y;
  const ParamBuilderPtr builder(OSSL_PARAM_BLD_new());
  OSSL_PARAM_BLD_push_utf8_string(builder.get(), OSSL_PKEY_PARAM_GROUP_NAME, "prime256v1", 0);
  OSSL_PARAM_BLD_push_octet_string(builder.get(), OSSL_PKEY_PARAM_PUB_KEY, point.data(), point.size());
  return FromParams("EC", builder.get());
}

PkeyPtr ReadEd25519(const json& jwk) {
  const auto x = Base64Member(jwk, "x");
  if (jwk.value("crv", "") != "Ed25519" || !x) return nullptr;
  return PkeyPtr(EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nullptr, Bytes(*x), x->size()));
}

struct KeyType {
  std::string_view name;
  std::string_view algorithm_name;
  Algorithm algorithm;
  PkeyPtr (*read)(const json&);
};

constexpr std::array<KeyType, 3> kKeyTypes = {{
    {"RSA", "RS256", Algorithm::kRs256, ReadRsa},
    {"EC", "ES256", Algorithm::kEs256, ReadP256},
    {"OKP", "EdDSA", Algorithm::kEdDsa, ReadEd25519},
}};

// JOSE carries r and s side by side; OpenSSL wants them in DER.
std::string DerSignature(std::string_view raw) {
  if (raw.size() != 2 * kEs256Half) return {};
  const SignaturePtr signature(ECDSA_SIG_new());
  ECDSA_SIG_set0(signature.get(), ToBignum(raw.substr(0, kEs256Half)).release(),
                 ToBignum(raw.substr(kEs256Half)).release());
  unsigned char* der = nullptr;
  const int size = i2d_ECDSA_SIG(signature.get(), &der);
  if (size <= 0) return {};
  std::string text(reinterpret_cast<char*>(der), static_cast<std::size_t>(size));
  OPENSSL_free(der);
  return text;
}

bool VerifyPublic(EVP_PKEY* key, const EVP_MD* digest, std::string_view input, std::string_view signature) {
  const DigestContextPtr context(EVP_MD_CTX_new());
  return EVP_DigestVerifyInit(context.get(), nullptr, digest, nullptr, key) > 0 &&
         EVP_DigestVerify(context.get(), Bytes(signature), signature.size(), Bytes(input), input.size()) == 1;
}

bool VerifyHmac(std::string_view secret, std::string_view input, std::string_view signature) {
  unsigned char expected[EVP_MAX_MD_SIZE];
  unsigned int size = 0;
  if (HMAC(EVP_sha256(), secret.data(), static_cast<int>(secret.size()), Bytes(input), input.size(), expected, &size) ==
      nullptr) {
    return false;
  }
  return signature.size() == size && CRYPTO_memcmp(expected, signature.data(), size) == 0;
}

}  // namespace

struct Key::Material {
  PkeyPtr pkey;        // null for HS256
  std::string secret;  // HS256 only
};

std::optional<Algorithm> ParseAlgorithm(std::string_view name) {
  for (const KeyType& type : kKeyTypes) {
    if (type.algorithm_name == name) return type.algorithm;
  }
  if (name == "HS256") return Algorithm::kHs256;
  return std::nullopt;
}

Result<Key> Key::FromSecret(std::string secret) {
  constexpr std::size_t kShortestSecret = 32;
  if (secret.size() < kShortestSecret) {
    return Fail(ErrorKind::kUsage, "the HS256 secret is shorter than 32 bytes", "use at least 32 random bytes");
  }
  return Key("", Algorithm::kHs256, std::make_shared<Material>(Material{nullptr, std::move(secret)}));
}

bool Key::Verify(std::string_view signing_input, std::string_view signature) const {
  switch (algorithm_) {
    case Algorithm::kRs256: return VerifyPublic(material_->pkey.get(), EVP_sha256(), signing_input, signature);
    case Algorithm::kEs256: {
      const std::string der = DerSignature(signature);
      return !der.empty() && VerifyPublic(material_->pkey.get(), EVP_sha256(), signing_input, der);
    }
    case Algorithm::kEdDsa: return VerifyPublic(material_->pkey.get(), nullptr, signing_input, signature);
    case Algorithm::kHs256: return VerifyHmac(material_->secret, signing_input, signature);
  }
  return false;
}

Result<std::vector<Key>> ParseJwks(std::string_view text, const std::string& path) {
  const auto refuse = [&](std::string why) {
    return Fail(ErrorKind::kInvalid, fmt::format("`{}`: {}", path, why),
                "a JWKS file holds public RSA (2048 bits or more), P-256 or Ed25519 keys");
  };
  const auto document = ParseStrictJson(text);
  if (!document) return refuse(document.error().message);
  if (!document->is_object() || !document->contains("keys") || !(*document)["keys"].is_array()) {
    return refuse("it has no `keys` array");
  }
  std::vector<Key> keys;
  for (const json& jwk : (*document)["keys"]) {
    const std::string where = fmt::format("key {}", keys.size() + 1);
    if (!jwk.is_object() || !jwk.contains("kty") || !jwk["kty"].is_string()) return refuse(where + " has no `kty`");
    for (const char* text_member : {"kid", "alg", "use", "crv"}) {
      if (jwk.contains(text_member) && !jwk[text_member].is_string()) {
        return refuse(fmt::format("`{}` of {} is no text", text_member, where));
      }
    }
    if (jwk.contains("d") || jwk.contains("k")) return refuse(where + " holds a private part");
    const auto type = std::find_if(kKeyTypes.begin(), kKeyTypes.end(),
                                   [&](const KeyType& candidate) { return candidate.name == jwk["kty"]; });
    if (type == kKeyTypes.end()) return refuse(where + " is of a type that is not supported");
    if (jwk.contains("alg") && jwk["alg"] != type->algorithm_name) {
      return refuse(fmt::format("{} is for an algorithm other than {}", where, type->algorithm_name));
    }
    if (jwk.value("use", "sig") != "sig") return refuse(where + " is not for signatures");
    PkeyPtr pkey = type->read(jwk);
    if (!pkey) return refuse(where + " cannot be read, is too short or on another curve");
    std::string id = jwk.value("kid", "");
    for (const Key& other : keys) {
      if (other.id() == id) return refuse(fmt::format("{} repeats the `kid` of another key", where));
    }
    keys.push_back(
        Key(std::move(id), type->algorithm, std::make_shared<Key::Material>(Key::Material{std::move(pkey), {}})));
  }
  if (keys.empty()) return refuse("it holds no key");
  return keys;
}

std::optional<std::string> DecodeBase64Url(std::string_view text) {
  if (text.size() % 4 == 1) return std::nullopt;
  std::string bytes;
  bytes.reserve(text.size() * 3 / 4);
  unsigned int buffer = 0;
  int bits = 0;
  for (const char c : text) {
    unsigned int value = 0;
    if (c >= 'A' && c <= 'Z')
      value = static_cast<unsigned int>(c - 'A');
    else if (c >= 'a' && c <= 'z')
      value = static_cast<unsigned int>(c - 'a') + 26;
    else if (c >= '0' && c <= '9')
      value = static_cast<unsigned int>(c - '0') + 52;
    else if (c == '-')
      value = 62;
    else if (c == '_')
      value = 63;
    else
      return std::nullopt;
    buffer = (buffer << 6 | value) & 0xFFFFFF;
    bits += 6;
    if (bits >= 8) {
      bits -= 8;
      bytes += static_cast<char>(buffer >> bits & 0xFF);
    }
  }
  // One spelling a value: leftover bits are zero.
  if ((buffer & ((1U << bits) - 1)) != 0) return std::nullopt;
  return bytes;
}

}  // namespace synapsor::session
