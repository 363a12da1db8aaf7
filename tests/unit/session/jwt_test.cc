#include "runtime/session/jwt.h"

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rsa.h>

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

namespace synapsor::session {
namespace {

using nlohmann::json;

constexpr std::int64_t kNowSeconds = 1'800'000'000;
constexpr Instant kNow = {kNowSeconds * 1'000'000};
const std::string kSecret = "0123456789abcdef0123456789abcdef";

std::string Encode(std::string_view bytes) {
  static constexpr char kAlphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  std::string text;
  unsigned int buffer = 0;
  int bits = 0;
  for (const char c : bytes) {
    buffer = buffer << 8 | static_cast<unsigned char>(c);
    bits += 8;
    while (bits >= 6) {
      bits -= 6;
      text += kAlphabet[buffer >> bits & 63];
    }
  }
  if (bits > 0) text += kAlphabet[buffer << (6 - bits) & 63];
  return text;
}

json GoodClaims() {
  return {{"iss", "https://id.example"}, {"aud", "synapsor"},       {"sub", "support_agent_17"},
          {"tenant_id", "acme"},         {"exp", kNowSeconds + 60}, {"roles", {"billing_reviewer"}}};
}

std::string Token(const json& header, const json& claims, const std::string& secret = kSecret) {
  const std::string input = Encode(header.dump()) + "." + Encode(claims.dump());
  unsigned char digest[EVP_MAX_MD_SIZE];
  unsigned int size = 0;
  HMAC(EVP_sha256(), secret.data(), static_cast<int>(secret.size()),
       reinterpret_cast<const unsigned char*>(input.data()), input.size(), digest, &size);
  return input + "." + Encode(std::string_view(reinterpret_cast<char*>(digest), size));
}

TokenVerifier Verifier(int leeway = 30) {
  config::Session config;
  config.issuer = "https://id.example";
  config.audience = "synapsor";
  config.leeway_seconds = leeway;
  config.claims = {{"current_invoice_id", "inv"}};
  return TokenVerifier(config, {*Key::FromSecret(kSecret)});
}

std::string ReasonFor(const std::string& token) {
  const auto session = Verifier().Verify(token, kNow);
  return session ? "accepted" : session.error().reason;
}

TEST(Jwt, MapsClaimsToSessionKeys) {
  json claims = GoodClaims();
  claims["inv"] = 3001;
  const auto session = Verifier().Verify(Token({{"alg", "HS256"}}, claims), kNow);
  ASSERT_TRUE(session.has_value()) << session.error().reason;
  EXPECT_EQ(*session->Find("tenant_id"), "acme");
  EXPECT_EQ(*session->Find("principal"), "support_agent_17");
  EXPECT_EQ(*session->Find("current_invoice_id"), "3001");
  EXPECT_EQ(session->roles, std::vector<std::string>{"billing_reviewer"});
}

TEST(Jwt, RefusesForgedAndUnsignedTokens) {
  const json header = {{"alg", "HS256"}};
  EXPECT_EQ(ReasonFor(Token(header, GoodClaims(), std::string(32, 'x'))), "the signature does not verify");
  EXPECT_EQ(ReasonFor(Token({{"alg", "none"}}, GoodClaims())), "the algorithm is not accepted");
  const std::string unsigned_token = Encode(R"({"alg":"none"})") + "." + Encode(GoodClaims().dump()) + ".";
  EXPECT_EQ(ReasonFor(unsigned_token), "the token is not signed");
  EXPECT_EQ(ReasonFor(Token({{"alg", "RS256"}}, GoodClaims())), "no configured key fits the token");
  EXPECT_EQ(ReasonFor(Token({{"alg", "HS256"}, {"crit", {"b64"}}}, GoodClaims())), "the header demands extensions");
  EXPECT_NE(ReasonFor("a.b"), "accepted");
  EXPECT_NE(ReasonFor(""), "accepted");
  std::string cut = Token(header, GoodClaims());
  cut.pop_back();
  EXPECT_NE(ReasonFor(cut), "accepted");
}

TEST(Jwt, ChecksTimesWithLeeway) {
  json claims = GoodClaims();
  claims["exp"] = kNowSeconds - 29;
  EXPECT_EQ(ReasonFor(Token({{"alg", "HS256"}}, claims)), "accepted");
  claims["exp"] = kNowSeconds - 30;
  EXPECT_EQ(ReasonFor(Token({{"alg", "HS256"}}, claims)), "the token has expired");
  claims.erase("exp");
  EXPECT_EQ(ReasonFor(Token({{"alg", "HS256"}}, claims)), "the token has no expiry");
  claims = GoodClaims();
  claims["nbf"] = kNowSeconds + 31;
  EXPECT_EQ(ReasonFor(Token({{"alg", "HS256"}}, claims)), "the token is not valid yet");
  claims["nbf"] = "soon";
  EXPECT_EQ(ReasonFor(Token({{"alg", "HS256"}}, claims)), "the token is not valid yet");
}

TEST(Jwt, ChecksIssuerAudienceAndScope) {
  json claims = GoodClaims();
  claims["iss"] = "https://other.example";
  EXPECT_EQ(ReasonFor(Token({{"alg", "HS256"}}, claims)), "the issuer is another");
  claims = GoodClaims();
  claims["aud"] = {"other", "synapsor"};
  EXPECT_EQ(ReasonFor(Token({{"alg", "HS256"}}, claims)), "accepted");
  claims["aud"] = {"other"};
  EXPECT_EQ(ReasonFor(Token({{"alg", "HS256"}}, claims)), "the audience is another");
  claims = GoodClaims();
  claims["tenant_id"] = "";
  EXPECT_EQ(ReasonFor(Token({{"alg", "HS256"}}, claims)), "the token names no tenant or no principal");
  claims["tenant_id"] = {{"x", 1}};
  EXPECT_EQ(ReasonFor(Token({{"alg", "HS256"}}, claims)), "the token names no tenant or no principal");
}

TEST(Jws, VerifiesTheEd25519ExampleOfRfc8037) {
  const auto keys = ParseJwks(
      R"({"keys":[{"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}]})", "k.json");
  ASSERT_TRUE(keys.has_value()) << keys.error().message;
  const std::string input = "eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc";
  const auto signature =
      DecodeBase64Url("hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg");
  ASSERT_TRUE(signature.has_value());
  EXPECT_TRUE(keys->at(0).Verify(input, *signature));
  EXPECT_FALSE(keys->at(0).Verify(input + "x", *signature));
}

TEST(Jws, VerifiesTheEs256ExampleOfRfc7515) {
  const auto keys = ParseJwks(
      R"({"keys":[{"kty":"EC","crv":"P-256","x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",
          "y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"}]})",
      "k.json");
  ASSERT_TRUE(keys.has_value()) << keys.error().message;
  const std::string input =
      "eyJhbGciOiJFUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0c"
      "nVlfQ";
  auto signature =
      DecodeBase64Url("DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q");
  ASSERT_TRUE(signature.has_value());
  EXPECT_TRUE(keys->at(0).Verify(input, *signature));
  (*signature)[5] ^= 1;
  EXPECT_FALSE(keys->at(0).Verify(input, *signature));
}

std::string RsaJwks(EVP_PKEY* key) {
  const auto number = [&](const char* name) {
    BIGNUM* value = nullptr;
    EVP_PKEY_get_bn_param(key, name, &value);
    std::string bytes(static_cast<std::size_t>(BN_num_bytes(value)), '\0');
    BN_bn2bin(value, reinterpret_cast<unsigned char*>(bytes.data()));
    BN_free(value);
    return Encode(bytes);
  };
  return fmt::format(R"({{"keys":[{{"kty":"RSA","kid":"a","alg":"RS256","n":"{}","e":"{}"}}]}})",
                     number(OSSL_PKEY_PARAM_RSA_N), number(OSSL_PKEY_PARAM_RSA_E));
}

TEST(Jws, VerifiesRs256AndRefusesShortKeys) {
  EVP_PKEY* key = EVP_RSA_gen(2048);
  const auto keys = ParseJwks(RsaJwks(key), "k.json");
  ASSERT_TRUE(keys.has_value()) << keys.error().message;
  const std::string input = "header.claims";
  std::string signature(256, '\0');
  std::size_t size = signature.size();
  EVP_MD_CTX* context = EVP_MD_CTX_new();
  EVP_DigestSignInit(context, nullptr, EVP_sha256(), nullptr, key);
  EVP_DigestSign(context, reinterpret_cast<unsigned char*>(signature.data()), &size,
                 reinterpret_cast<const unsigned char*>(input.data()), input.size());
  EVP_MD_CTX_free(context);
  EVP_PKEY_free(key);
  EXPECT_TRUE(keys->at(0).Verify(input, signature));
  EXPECT_FALSE(keys->at(0).Verify("header.other", signature));

  EVP_PKEY* small = EVP_RSA_gen(1024);
  EXPECT_FALSE(ParseJwks(RsaJwks(small), "k.json").has_value());
  EVP_PKEY_free(small);
}

// A configuration in a folder below the current one, as `--config conf/synapsor.json` names it.
TEST(Jwt, FindsTheKeyFileBesideTheConfiguration) {
  namespace fs = std::filesystem;
  const fs::path before = fs::current_path();
  const fs::path folder = fs::path(testing::TempDir()) / fmt::format("jwks_{}", ::getpid());
  fs::create_directories(folder / "conf");
  fs::current_path(folder);
  const auto write = [](const fs::path& path, std::string_view text) { std::ofstream(path) << text; };
  const auto verifier = [] {
    const auto config = config::Load("conf/synapsor.json");
    EXPECT_TRUE(config) << config.error().message;
    return TokenVerifier::FromConfig(*config);
  };
  constexpr std::string_view kConfig =
      R"({{"session": {{"provider": "jwt", "jwt": {{"issuer": "i", "audience": "a", "jwks_file": "{}"}}}}}})";
  write("conf/synapsor.json", fmt::format(kConfig, "keys.json"));
  EXPECT_NE(verifier().error().message.find("no such file"), std::string::npos);
  write("conf/keys.json", "");
  EXPECT_NE(verifier().error().message.find("cannot read the JWKS file `conf/keys.json`"), std::string::npos);
  constexpr std::string_view kKeys =
      R"({"keys":[{"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}]})";
  write("conf/keys.json", kKeys);
  EXPECT_TRUE(verifier());
  write("conf/synapsor.json", fmt::format(kConfig, (folder / "conf" / "keys.json").string()));
  EXPECT_TRUE(verifier());
  write("conf/synapsor.json", fmt::format(kConfig, "."));
  EXPECT_NE(verifier().error().message.find("it is a folder"), std::string::npos);
  fs::current_path(before);
  fs::remove_all(folder);
}

TEST(Jws, RefusesKeysThatDoNotBelongInTheFile) {
  EXPECT_FALSE(ParseJwks(R"({"keys":[{"kty":"oct","k":"AAAA"}]})", "k").has_value());
  EXPECT_FALSE(ParseJwks(R"({"keys":[]})", "k").has_value());
  EXPECT_FALSE(ParseJwks("[]", "k").has_value());
  EXPECT_FALSE(ParseJwks(R"({"keys":[{"kty":"OKP","crv":"Ed25519","alg":"RS256",
      "x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}]})",
                         "k")
                   .has_value());
  EXPECT_FALSE(ParseJwks(R"({"keys":[{"kty":"OKP","crv":"Ed25519","d":"AA",
      "x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}]})",
                         "k")
                   .has_value());
  EXPECT_FALSE(Key::FromSecret("short").has_value());
}

TEST(Base64Url, HasOneSpellingAValue) {
  EXPECT_EQ(DecodeBase64Url("Zg"), "f");
  EXPECT_FALSE(DecodeBase64Url("Zh").has_value());
  EXPECT_FALSE(DecodeBase64Url("Zg==").has_value());
  EXPECT_FALSE(DecodeBase64Url("Z").has_value());
  EXPECT_FALSE(DecodeBase64Url("Z+8v").has_value());
}

}  // namespace
}  // namespace synapsor::session
