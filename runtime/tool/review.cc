// `synapsor-runner review`: the pages where people decide. Holds the ledger and the bundle; no credential of a source
// database is read, neither to read nor to write.
#include <fmt/format.h>
#include <unistd.h>

#include <iostream>
#include <thread>

#include "runtime/cli/output.h"
#include "runtime/http/review_app.h"
#include "runtime/http/server.h"
#include "runtime/session/password.h"
#include "runtime/tool/command.h"
#include "runtime/tool/parts.h"
#include "runtime/tool/signals.h"

namespace synapsor::runner {
namespace {

constexpr cli::OptionSpec kOptions[] = {
    kBundleOption,
    kConfigOption,
    {"--http", "ADDRESS:PORT", "where to serve the pages"},
    {"--tls-cert", "FILE", "certificate chain (PEM); needed to listen on anything but loopback"},
    {"--tls-key", "FILE", "its key (PEM)"},
    {"--behind-tls", "", "a proxy before this program speaks TLS with browsers: cookies are for TLS only"},
    {"--allow-host", "NAME", "host name that browsers use, beside loopback ones", "", "", true},
    {"--allow-origin", "URL", "origin that browsers see, when a proxy changes the host", "", "", true},
    {"--quiet", "", "no line for each request"},
    {"--hash-password", "", "read a password from standard input and print its hash for the reviewers file"},
};

Result<int> PrintHash() {
  std::string password;
  if (::isatty(STDIN_FILENO) != 0)
    cli::PrintRemark(kProgram, "type the password and press Enter; it can be seen: better pipe it in");
  std::getline(std::cin, password);
  SYN_ASSIGN_OR_RETURN(const std::string hash, session::HashPassword(password));
  SYN_RETURN_IF_ERROR(cli::WriteData(hash + "\n"));
  return kExitFine;
}

Result<http::ReviewIdentities> Identities(const config::Config& config) {
  http::ReviewIdentities identities;
  if (config.session.provider == "jwt") {
    SYN_ASSIGN_OR_RETURN(identities.tokens, session::TokenVerifier::FromConfig(config));
  }
  if (!config.approval.reviewers_file.empty()) {
    SYN_ASSIGN_OR_RETURN(identities.reviewers, session::ReviewerDirectory::Load(config.approval.reviewers_file));
  }
  return identities;
}

Result<int> Run(const cli::Arguments& arguments) {
  if (!arguments.positional().empty()) return Fail(ErrorKind::kUsage, "`review` takes no words, only options");
  if (arguments.Has("--hash-password")) return PrintHash();
  SYN_ASSIGN_OR_RETURN(const Endpoint endpoint, ParseEndpoint(arguments.ValueOr("--http", "")));
  SYN_ASSIGN_OR_RETURN(const config::Config config, LoadConfig(arguments));
  SYN_ASSIGN_OR_RETURN(const bundle::Bundle bundle, LoadBundle(arguments));
  SYN_ASSIGN_OR_RETURN(http::ReviewIdentities identities, Identities(config));
  SYN_ASSIGN_OR_RETURN(const auto ledger, OpenLedger(config));

  http::ServerOptions options;
  options.address = endpoint.address;
  options.port = endpoint.port;
  options.certificate_file = arguments.ValueOr("--tls-cert", "");
  options.key_file = arguments.ValueOr("--tls-key", "");
  const bool tls = !options.certificate_file.empty();

  http::ReviewOptions review;
  review.origins.loopback = http::IsLoopback(endpoint.address);
  review.origins.allowed_hosts = arguments.Values("--allow-host");
  if (!review.origins.loopback && review.origins.allowed_hosts.empty()) {
    return Fail(ErrorKind::kUsage, "no host name is given that browsers may use for the review pages",
                "add `--allow-host review.example.com`, the name in the certificate");
  }
  review.origins.allowed_origins = arguments.Values("--allow-origin");
  review.secure = tls || arguments.Has("--behind-tls");
  if (!arguments.Has("--quiet")) review.log = [](const std::string& line) { cli::PrintRemark(kProgram, line); };
  SYN_ASSIGN_OR_RETURN(const auto app, http::ReviewApp::Make(*ledger, bundle, config, SystemClock(),
                                                             std::move(identities), std::move(review)));
  SYN_ASSIGN_OR_RETURN(const auto server,
                       http::Server::Listen(options, [&](const http::Request& request, auto exchange) {
                         app->Handle(request, exchange);
                       }));
  StopOnSignals();
  std::jthread watch([&](const std::stop_token& finished) {
    constexpr int kTicksBetweenExpiries = 300;
    for (int tick = 0; !finished.stop_requested() && !StopAsked(); ++tick) {
      // A proposal whose time is over is refused in any case; this keeps the list of what waits in order.
      if (tick % kTicksBetweenExpiries == 0) (void)ledger->ExpireProposals();
      ::usleep(100'000);
    }
    server->Stop();
  });
  cli::PrintRemark(kProgram,
                   fmt::format("reviewing on {}://{}:{}", tls ? "https" : "http", endpoint.address, server->port()));
  server->Run();
  watch.request_stop();
  cli::PrintRemark(kProgram, "stopped");
  return kExitFine;
}

}  // namespace

const Command kReviewCommand = {
    "review",
    "serve the pages where reviewers decide on proposals",
    "--http ADDRESS:PORT --bundle FILE [--config FILE] [--tls-cert FILE --tls-key FILE] | --hash-password",
    "Shows each proposal with its change, who chose every value, the evidence and the exact statement, and takes approvals\n"
    "and rejections. Reviewers log in with a token of the identity provider, or with a password from the file that\n"
    "`approval.reviewers_file` names. No credential of a source database is needed. SIGTERM finishes what is under way.",
    "synapsor-runner review --http 127.0.0.1:8790 --bundle app.bundle.json --config synapsor.json\n"
    "printf '%s' \"$PASSWORD\" | synapsor-runner review --hash-password",
    kOptions,
    Run,
};

}  // namespace synapsor::runner
