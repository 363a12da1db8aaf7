#include "runtime/http/tls.h"

#include <fmt/format.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <string_view>

namespace synapsor::http {
namespace {

tl::unexpected<Error> Cannot(std::string_view what, const std::string& path, std::string_view why,
                             std::string hint = {}) {
  ERR_clear_error();
  return Fail(ErrorKind::kIo, fmt::format("cannot use the {} `{}`: {}", what, path, why), std::move(hint));
}

Status Readable(std::string_view what, const std::string& path) {
  if (::access(path.c_str(), R_OK) != 0) return Cannot(what, path, std::strerror(errno));
  return {};
}

Status CheckTimes(SSL_CTX* context, const std::string& path) {
  const X509* certificate = SSL_CTX_get0_certificate(context);
  constexpr const char* kRenew = "renew it, and start again";
  if (X509_cmp_current_time(X509_get0_notAfter(certificate)) < 0)
    return Cannot("certificate", path, "it has expired", kRenew);
  if (X509_cmp_current_time(X509_get0_notBefore(certificate)) > 0) {
    return Cannot("certificate", path, "it does not hold yet", "look at the clock of this machine");
  }
  return {};
}

}  // namespace

Status LoadTls(SSL_CTX* context, const std::string& certificate_file, const std::string& key_file) {
  if (certificate_file.empty() || key_file.empty()) {
    return Fail(ErrorKind::kUsage, "a certificate and its key are given together",
                "add `--tls-cert FILE` and `--tls-key FILE`");
  }
  SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
  SSL_CTX_set_options(context, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION);
  SYN_RETURN_IF_ERROR(Readable("certificate", certificate_file));
  if (SSL_CTX_use_certificate_chain_file(context, certificate_file.c_str()) != 1) {
    return Cannot("certificate", certificate_file, "it is not a certificate chain in PEM format");
  }
  SYN_RETURN_IF_ERROR(CheckTimes(context, certificate_file));
  SYN_RETURN_IF_ERROR(Readable("key", key_file));
  struct stat about {};
  if (::stat(key_file.c_str(), &about) == 0 && (about.st_mode & (S_IROTH | S_IWOTH)) != 0) {
    return Cannot("key", key_file, "every account may read it", fmt::format("run `chmod 600 {}`", key_file));
  }
  // A key under a passphrase is not asked for: nobody sits before a server.
  SSL_CTX_set_default_passwd_cb(context, [](char*, int, int, void*) { return 0; });
  if (SSL_CTX_use_PrivateKey_file(context, key_file.c_str(), SSL_FILETYPE_PEM) != 1) {
    const bool mismatch = ERR_GET_REASON(ERR_peek_last_error()) == X509_R_KEY_VALUES_MISMATCH;
    return Cannot("key", key_file,
                  mismatch ? "it does not belong to the certificate"
                           : "it is not a private key in PEM format without a passphrase");
  }
  if (SSL_CTX_check_private_key(context) != 1) return Cannot("key", key_file, "it does not belong to the certificate");
  return {};
}

}  // namespace synapsor::http
