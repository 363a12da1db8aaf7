// `synapsor-runner serve`: the model-facing side. Holds read credentials only; over stdio the session is the environment's,
// over HTTP it is each request's token.
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <future>
#include <set>
#include <thread>

#include "runtime/cli/output.h"
#include "runtime/http/application.h"
#include "runtime/http/server.h"
#include "runtime/interp/drift.h"
#include "runtime/interp/entitlement.h"
#include "runtime/mcp/service.h"
#include "runtime/mcp/stdio.h"
#include "runtime/session/jwt.h"
#include "runtime/session/session.h"
#include "runtime/tool/command.h"
#include "runtime/tool/parts.h"
#include "runtime/tool/signals.h"

namespace synapsor::runner {
namespace {

constexpr cli::OptionSpec kOptions[] = {
    kBundleOption,
    kConfigOption,
    {"--stdio", "", "serve one client on standard input and output"},
    {"--http", "ADDRESS:PORT", "serve over HTTP: MCP under /mcp, the application API under /v1/"},
    {"--workflow", "NAME", "only the tools of this workflow, under its contract"},
    {"--page-size", "N", "tools a page of tools/list; default 50"},
    {"--workers", "N", "calls at a time; default 8"},
    {"--tls-cert", "FILE", "certificate chain (PEM); needed to listen on anything but loopback"},
    {"--tls-key", "FILE", "its key (PEM)"},
    {"--allow-host", "NAME", "host name that clients use, beside loopback ones", "", "", true},
    {"--allow-origin", "URL", "origin whose pages may call, beside loopback ones", "", "", true},
    {"--rate", "N", "calls a second that a principal may make over HTTP; default 1000, 0: no limit"},
    {"--quiet", "", "no line for each HTTP request"},
};

// Every session key that a capability of the bundle may need.
std::vector<std::string> SessionKeys(const bundle::Bundle& bundle, const config::Config& config) {
  std::set<std::string> keys = {config.session.tenant_key, config.session.principal_key};
  for (const bundle::Capability& capability : bundle.capabilities) {
    keys.insert(capability.session_keys.begin(), capability.session_keys.end());
  }
  for (const bundle::Workflow& workflow : bundle.workflows) {
    keys.insert(workflow.session_keys.begin(), workflow.session_keys.end());
  }
  return {keys.begin(), keys.end()};
}

// Names only; a missing value refuses the calls that need it, and this says so before the first one does.
void RemarkMissing(const std::vector<std::string>& keys, const session::Session& session) {
  constexpr std::size_t kMostNamed = 8;
  std::vector<std::string> missing;
  for (const std::string& key : keys) {
    if (session.Find(key) == nullptr) missing.push_back(fmt::format("`{}`", key));
  }
  if (missing.empty()) return;
  const std::size_t named = std::min(missing.size(), kMostNamed);
  const std::string rest = named < missing.size() ? fmt::format(" and {} more", missing.size() - named) : "";
  cli::PrintRemark(
      kProgram,
      fmt::format("the environment gives no session value for {}{}; calls that need one are refused",
                  fmt::join(missing.begin(), missing.begin() + static_cast<std::ptrdiff_t>(named), ", "), rest));
}

Status CheckWorkflows(const bundle::Bundle& bundle, const config::Config& config, const std::string& workflow) {
  if (!workflow.empty() && bundle.FindWorkflow(workflow) == nullptr) {
    return Fail(ErrorKind::kUsage, fmt::format("the bundle has no workflow `{}`", workflow));
  }
  const std::string unknown = interp::FindUnknownWorkflow(config.session, bundle);
  if (unknown.empty()) return {};
  return Fail(ErrorKind::kUsage, fmt::format("`session.workflows` names `{}`, which the bundle does not have", unknown),
              "correct the name in synapsor.json, or take it out");
}

// Who speaks over HTTP: the bearer of a token; on loopback, and only if the configuration says so, the environment.
Result<http::Authenticator> MakeAuthenticator(const bundle::Bundle& bundle, const config::Config& config,
                                              const Endpoint& endpoint) {
  if (config.session.provider == "jwt") {
    SYN_ASSIGN_OR_RETURN(session::TokenVerifier verifier, session::TokenVerifier::FromConfig(config));
    return http::Authenticator(std::move(verifier), {}, SystemClock());
  }
  if (!http::IsLoopback(endpoint.address)) {
    return Fail(ErrorKind::kUsage,
                "over HTTP on a public address every request needs a token, and `session.provider` is not `jwt`",
                "set `session.provider` to `jwt` with `issuer`, `audience` and `jwks_file`");
  }
  const std::vector<std::string> keys = SessionKeys(bundle, config);
  session::Session session = session::FromEnvironment(config.session, keys);
  RemarkMissing(keys, session);
  cli::PrintRemark(
      kProgram,
      "DEVELOPMENT: every HTTP request speaks for the session of the environment; set `session.provider` to `jwt` for anything else");
  return http::Authenticator(std::nullopt, std::move(session), SystemClock());
}

// Empty when the ledger and every source answer.
std::string NotReady(ledger::Ledger& ledger, const interp::Readers& readers) {
  constexpr int kPatienceMs = 500;
  if (!ledger.FindRun(1)) return "the ledger does not answer";
  for (const auto& [name, reader] : readers) {
    if (!reader->Acquire(kPatienceMs)) return fmt::format("source {} does not answer", name);
  }
  return {};
}

Result<int> ServeHttp(const cli::Arguments& arguments, const bundle::Bundle& bundle, const config::Config& config,
                      const interp::Readers& readers, interp::Runtime& runtime, mcp::Service& service) {
  SYN_ASSIGN_OR_RETURN(const Endpoint endpoint, ParseEndpoint(arguments.ValueOr("--http", "")));
  SYN_ASSIGN_OR_RETURN(http::Authenticator authenticator, MakeAuthenticator(bundle, config, endpoint));
  SYN_ASSIGN_OR_RETURN(const auto rate, arguments.Number("--rate", 0));
  SYN_ASSIGN_OR_RETURN(const auto workers, arguments.Number("--workers", 1));

  http::ServerOptions options;
  options.address = endpoint.address;
  options.port = endpoint.port;
  options.certificate_file = arguments.ValueOr("--tls-cert", "");
  options.key_file = arguments.ValueOr("--tls-key", "");
  options.workers = workers.value_or(options.workers);

  http::Server* server_for_counters = nullptr;
  http::ApplicationOptions application_options;
  application_options.origins.loopback = http::IsLoopback(endpoint.address);
  application_options.origins.allowed_hosts = arguments.Values("--allow-host");
  application_options.origins.allowed_origins = arguments.Values("--allow-origin");
  application_options.rate = rate.value_or(1000);
  application_options.burst = application_options.rate * 2;
  application_options.workflow = arguments.ValueOr("--workflow", "");
  application_options.max_message_bytes = options.limits.max_body_bytes;
  if (!arguments.Has("--quiet")) {
    application_options.log = [](const std::string& line) { cli::PrintRemark(kProgram, line); };
  }
  application_options.not_ready = [&] { return NotReady(runtime.ledger(), readers); };
  application_options.counters = [&] { return server_for_counters->counters(); };
  http::Application application(runtime, config, SystemClock(), service, std::move(authenticator),
                                std::move(application_options));
  SYN_ASSIGN_OR_RETURN(const auto server,
                       http::Server::Listen(options, [&](const http::Request& request, auto exchange) {
                         application.Handle(request, std::move(exchange));
                       }));
  server_for_counters = server.get();
  StopOnSignals();
  std::jthread watch([&](const std::stop_token& finished) {
    while (!finished.stop_requested() && !StopAsked()) ::usleep(100'000);
    server->Stop();
  });
  cli::PrintRemark(kProgram, fmt::format("serving on {}://{}:{}", options.certificate_file.empty() ? "http" : "https",
                                         endpoint.address, server->port()));
  server->Run();
  watch.request_stop();
  cli::PrintRemark(kProgram, "stopped");
  return kExitFine;
}

Result<int> ServeStdio(const cli::Arguments& arguments, const bundle::Bundle& bundle, const config::Config& config,
                       mcp::Service& service) {
  const std::vector<std::string> keys = SessionKeys(bundle, config);
  const session::Session session = session::FromEnvironment(config.session, keys);
  RemarkMissing(keys, session);
  SYN_ASSIGN_OR_RETURN(const auto workers, arguments.Number("--workers", 1));
  mcp::StdioOptions options;
  options.workers = workers.value_or(options.workers);
  StopOnSignals();
  const std::string workflow = arguments.ValueOr("--workflow", "");
  SYN_RETURN_IF_ERROR(mcp::ServeStdio(service, {&session, workflow}, options, StopFlag()));
  return kExitFine;
}

Result<int> Run(const cli::Arguments& arguments) {
  if (!arguments.positional().empty()) return Fail(ErrorKind::kUsage, "`serve` takes no words, only options");
  if (arguments.Has("--stdio") == arguments.Has("--http"))
    return Fail(ErrorKind::kUsage, "say either `--stdio` or `--http ADDRESS:PORT`");
  SYN_ASSIGN_OR_RETURN(const auto page_size, arguments.Number("--page-size", 1));
  SYN_ASSIGN_OR_RETURN(const config::Config config, LoadConfig(arguments));
  SYN_ASSIGN_OR_RETURN(const bundle::Bundle bundle, LoadBundle(arguments));
  SYN_RETURN_IF_ERROR(CheckWorkflows(bundle, config, arguments.ValueOr("--workflow", "")));
  SYN_ASSIGN_OR_RETURN(const interp::Readers readers, OpenReaders(bundle, config));
  SYN_ASSIGN_OR_RETURN(const auto ledger, OpenLedger(config));
  // Whether the databases are what the bundle was built for is found out while the first client is greeted; no call runs
  // before. If they are not, serving ends.
  const auto drift = std::async(std::launch::async, [&] {
                       Status found = interp::CheckDrift(bundle, readers);
                       if (!found) AskToStop();
                       return found;
                     }).share();
  interp::Runtime runtime(bundle, config, readers, *ledger, SystemClock(),
                          [](const std::string& line) { cli::PrintRemark(kProgram, line); });
  mcp::ServiceOptions service_options;
  service_options.ready = [drift] { return drift.get().has_value(); };
  if (page_size) service_options.page_size = static_cast<std::size_t>(*page_size);
  mcp::Service service(runtime, config, service_options);
  if (arguments.Has("--http")) SYN_RETURN_IF_ERROR(drift.get());
  auto code = arguments.Has("--stdio") ? ServeStdio(arguments, bundle, config, service)
                                       : ServeHttp(arguments, bundle, config, readers, runtime, service);
  SYN_RETURN_IF_ERROR(drift.get());
  return code;
}

}  // namespace

const Command kServeCommand = {
    "serve",
    "offer the bundle's capabilities to agents and applications",
    "--stdio | --http ADDRESS:PORT --bundle FILE [--config FILE]",
    "Serves the capabilities as MCP tools that show their arguments only. Over stdio the trusted values come from the\n"
    "environment (SYNAPSOR_SESSION_TENANT_ID, SYNAPSOR_SESSION_PRINCIPAL, …); over HTTP from each request's token.\n"
    "Nothing here approves, applies or shows SQL, and no write credential is read. SIGTERM finishes what is under way.",
    "SYNAPSOR_SESSION_TENANT_ID=acme SYNAPSOR_SESSION_PRINCIPAL=agent_7 \\\n"
    "  synapsor-runner serve --stdio --bundle app.bundle.json\n"
    "synapsor-runner serve --http 127.0.0.1:8765 --bundle app.bundle.json --config synapsor.json",
    kOptions,
    Run,
};

}  // namespace synapsor::runner
