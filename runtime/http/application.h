// What the runtime serves over HTTP: the protocol's endpoint under /mcp, the application API under /v1/, health, readiness
// and metrics. Decides the order of the checks that each request passes: origin, identity, rate, then its meaning.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "runtime/http/api.h"
#include "runtime/http/guard.h"
#include "runtime/http/metrics.h"
#include "runtime/http/server.h"
#include "runtime/mcp/service.h"

namespace synapsor::http {

inline constexpr std::string_view kWorkflowHeader = "Synapsor-Workflow";

struct ApplicationOptions {
  OriginPolicy origins;
  double rate = 1000, burst = 2000;  // calls a second a principal; 0: no limit
  std::string workflow;              // restricts the tools of /mcp; empty: whichever the session may use
  std::size_t max_message_bytes = std::size_t{1} << 20;
  std::function<void(const std::string&)> log;  // one JSON object a line; never a token, a session value or a body
  std::function<std::string()> not_ready;       // empty when ready; otherwise what is missing
  std::function<Counters()> counters;
};

// Thread-safe. Outlives the server that calls it.
class Application {
 public:
  Application(interp::Runtime& runtime, const config::Config& config, const Clock& clock, mcp::Service& service,
              Authenticator authenticator, ApplicationOptions options);

  void Handle(const Request& request, std::shared_ptr<Exchange> exchange);

 private:
  void HandleKnown(const Request& request, const std::shared_ptr<Exchange>& exchange, const std::string& request_id);
  tl::expected<std::string, std::string> WorkflowOf(const Request& request) const;
  Response Operations(const Request& request);

  ApiContext api_;
  mcp::Service& service_;
  Authenticator authenticator_;
  ApplicationOptions options_;
  RateLimiter limiter_;
  Metrics metrics_;
};

}  // namespace synapsor::http
