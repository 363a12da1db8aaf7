#include "runtime/http/application.h"

#include <fmt/format.h>

#include <atomic>
#include <nlohmann/json.hpp>
#include <utility>

#include "runtime/http/mcp_endpoint.h"

namespace synapsor::http {
namespace {

using nlohmann::json;

std::string NewRequestId(Instant now) {
  static std::atomic<std::uint64_t> count{0};
  return fmt::format("{:x}-{:x}", now.micros, ++count);
}

Area AreaOf(std::string_view path) {
  if (path == "/mcp") return Area::kMcp;
  return IsApiPath(path) ? Area::kApi : Area::kOther;
}

// Counts and logs an answer on its way out.
class Observed final : public Exchange {
 public:
  using Note = std::function<void(int status)>;
  Observed(std::shared_ptr<Exchange> inner, std::string request_id, Note note)
      : inner_(std::move(inner)), request_id_(std::move(request_id)), note_(std::move(note)) {}

  void Reply(Response response) override {
    note_(response.status);
    response.headers.push_back({"X-Request-Id", request_id_});
    response.headers.push_back({"X-Content-Type-Options", "nosniff"});
    inner_->Reply(std::move(response));
  }
  std::shared_ptr<EventStream> Open(Response head, std::string first_chunk) override {
    note_(head.status);
    return inner_->Open(std::move(head), std::move(first_chunk));
  }

 private:
  std::shared_ptr<Exchange> inner_;
  std::string request_id_;
  Note note_;
};

Response Unauthenticated(bool mcp, const std::string& request_id) {
  constexpr std::string_view kWhy = "a valid bearer token is needed";
  Response response = mcp ? McpError(401, nullptr, {mcp::kInvalidRequest, std::string(kWhy), nullptr})
                          : ErrorAnswer({"UNAUTHENTICATED", std::string(kWhy), {}, false}, request_id);
  response.headers.push_back({"WWW-Authenticate", "Bearer"});
  return response;
}

Response RateLimited(bool mcp, const std::string& request_id) {
  constexpr std::string_view kWhy = "too many calls; try again in a second";
  if (!mcp) return ErrorAnswer({"RATE_LIMITED", std::string(kWhy), {}, true}, request_id);
  Response response = McpError(429, nullptr, {mcp::kServerBusy, std::string(kWhy), nullptr});
  response.headers.push_back({"Retry-After", "1"});
  return response;
}

}  // namespace

Application::Application(interp::Runtime& runtime, const config::Config& config, const Clock& clock,
                         mcp::Service& service, Authenticator authenticator, ApplicationOptions options)
    : api_{runtime, config, clock},
      service_(service),
      authenticator_(std::move(authenticator)),
      options_(std::move(options)),
      limiter_(options_.rate, options_.burst, clock) {}

void Application::Handle(const Request& request, std::shared_ptr<Exchange> exchange) {
  const Instant begun = api_.clock.Now();
  const std::string request_id = NewRequestId(begun);
  const std::string path(request.Path());
  const std::string method = request.method;
  auto observed = std::make_shared<Observed>(std::move(exchange), request_id, [=, this](int status) {
    const std::int64_t micros = api_.clock.Now().micros - begun.micros;
    metrics_.Count(AreaOf(path), status, micros);
    if (options_.log) {
      options_.log(DumpJson({{"at", FormatInstant(begun)},
                             {"event", "http.request"},
                             {"request_id", request_id},
                             {"method", method},
                             {"path", path},
                             {"status", status},
                             {"micros", micros}}));
    }
  });
  if (AreaOf(path) == Area::kOther) return observed->Reply(Operations(request));
  HandleKnown(request, observed, request_id);
}

void Application::HandleKnown(const Request& request, const std::shared_ptr<Exchange>& exchange,
                              const std::string& request_id) {
  const bool mcp = AreaOf(request.Path()) == Area::kMcp;
  if (const auto why = RefuseOrigin(request, options_.origins)) {
    return exchange->Reply(mcp ? McpError(403, nullptr, {mcp::kInvalidRequest, *why, nullptr})
                               : ErrorAnswer({"ORIGIN_REFUSED", *why, {}, false}, request_id));
  }
  const auto session = authenticator_.Authenticate(request);
  if (!session) {
    metrics_.CountUnauthenticated();
    if (options_.log) {
      options_.log(DumpJson(
          {{"event", "http.unauthenticated"}, {"request_id", request_id}, {"reason", session.error().reason}}));
    }
    return exchange->Reply(Unauthenticated(mcp, request_id));
  }
  const std::string* principal = session->Find(api_.config.session.principal_key);
  const std::string* tenant = session->Find(api_.config.session.tenant_key);
  if (principal == nullptr || tenant == nullptr) return exchange->Reply(Unauthenticated(mcp, request_id));
  if (!limiter_.Admit(*tenant + '\n' + *principal)) {
    metrics_.CountRateLimited();
    return exchange->Reply(RateLimited(mcp, request_id));
  }
  if (!mcp) return exchange->Reply(AnswerApi(api_, *session, request, request_id));
  const auto workflow = WorkflowOf(request);
  if (!workflow) return exchange->Reply(McpError(400, nullptr, {mcp::kInvalidRequest, workflow.error(), nullptr}));
  AnswerMcp(service_, {&*session, *workflow}, request, exchange, options_.max_message_bytes);
}

// The application that connects an agent may name the workflow that all of a request's tools run under. It narrows what the
// server was started for and what the session may use; it is a header because nothing that a model writes ends up there.
tl::expected<std::string, std::string> Application::WorkflowOf(const Request& request) const {
  const int count = request.Count(kWorkflowHeader);
  if (count == 0) return options_.workflow;
  const std::string named(request.Find(kWorkflowHeader));
  const bool fits = options_.workflow.empty() || options_.workflow == named;
  if (count == 1 && fits && api_.runtime.bundle().FindWorkflow(named) != nullptr) return named;
  return tl::unexpected(fmt::format("the header `{}` names no workflow that is served here", kWorkflowHeader));
}

Response Application::Operations(const Request& request) {
  const std::string_view path = request.Path();
  const auto text = [](int status, std::string body) {
    return Response{status, "text/plain; charset=utf-8", {}, std::move(body)};
  };
  if (request.method != "GET") return text(405, "only GET is served here\n");
  if (path == "/healthz") return text(200, "ok\n");
  if (path == "/readyz") {
    const std::string missing = options_.not_ready ? options_.not_ready() : std::string();
    return missing.empty() ? text(200, "ready\n") : text(503, missing + "\n");
  }
  if (path == "/metrics" && IsLoopback(request.peer)) {
    return {200,
            "text/plain; version=0.0.4; charset=utf-8",
            {},
            metrics_.Text(options_.counters ? options_.counters() : Counters{})};
  }
  return text(404, "nothing is served here\n");
}

}  // namespace synapsor::http
