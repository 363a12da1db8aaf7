#include "runtime/http/application.h"

#include <gtest/gtest.h>

#include "tests/unit/support/runtime_fixture.h"

namespace synapsor::http {
namespace {

using nlohmann::json;

class Captured final : public Exchange {
 public:
  void Reply(Response response) override { answer = std::move(response); }
  std::shared_ptr<EventStream> Open(Response head, std::string first_chunk) override {
    answer = std::move(head);
    answer.body = std::move(first_chunk);
    return nullptr;
  }
  Response answer;
};

class HttpApplication : public test::RuntimeFixture {
 protected:
  void SetUp() override {
    RuntimeFixture::SetUp();
    service_ = std::make_unique<mcp::Service>(*runtime_, config_, mcp::ServiceOptions{});
    As("agent_1");
  }
  // From here on every request speaks for this principal.
  void As(const std::string& principal, std::vector<std::string> roles = {}, const std::string& tenant = "acme") {
    session::Session session = Session();
    session.values["principal"] = principal;
    session.values["tenant_id"] = tenant;
    session.roles = std::move(roles);
    ApplicationOptions options;
    options.rate = rate_;
    options.burst = rate_;
    application_ = std::make_unique<Application>(*runtime_, config_, clock_, *service_,
                                                 Authenticator(std::nullopt, session, clock_), std::move(options));
  }
  Response Send(Request request) {
    if (request.Count("Host") == 0) request.headers.push_back({"Host", "127.0.0.1:1"});
    request.headers.push_back({"Content-Type", "application/json"});
    auto exchange = std::make_shared<Captured>();
    application_->Handle(request, exchange);
    return exchange->answer;
  }
  json Post(const std::string& path, const json& body, int expected_status = 200) {
    const Response response = Send({"POST", path, {}, body.dump(), "127.0.0.1"});
    EXPECT_EQ(response.status, expected_status) << response.body;
    return json::parse(response.body);
  }
  json Propose() {
    return Post("/v1/agent/invoke", {{"capability", "billing.propose_late_fee_waiver"},
                                     {"arguments", {{"invoice_id", 3001}, {"reason", "card update failure"}}}});
  }

  double rate_ = 0;
  std::unique_ptr<mcp::Service> service_;
  std::unique_ptr<Application> application_;
};

TEST_F(HttpApplication, CarriesAProposalFromCallToApproval) {
  const json proposed = Propose();
  const std::string handle = proposed["proposal"]["proposal_id"];
  const json preview = Post("/v1/agent/proposals/preview", {{"proposal", handle}});
  EXPECT_EQ(preview["status"], "pending_review");
  EXPECT_EQ(preview["diff"]["late_fee_cents"]["before"], 5500);
  EXPECT_EQ(preview["diff"]["late_fee_cents"]["after"], 0);

  EXPECT_EQ(Post("/v1/agent/proposals/commit", {{"proposal", handle}}, 409)["error"]["code"], "PROPOSAL_NOT_APPROVED");
  As("agent_1", {preview["required_role"]});
  EXPECT_EQ(Post("/v1/agent/proposals/approve", {{"proposal", handle}, {"reason", "mine"}}, 403)["error"]["code"],
            "SELF_APPROVAL");
  As("lead_7", {"other_role"});
  EXPECT_EQ(Post("/v1/agent/proposals/approve", {{"proposal", handle}, {"reason", "x"}}, 404)["error"]["code"],
            "NOT_FOUND");
  As("lead_7", {preview["required_role"]}, "globex");
  EXPECT_EQ(Post("/v1/agent/proposals/approve", {{"proposal", handle}, {"reason", "x"}}, 404)["error"]["code"],
            "NOT_FOUND");
  As("lead_7", {preview["required_role"]});
  EXPECT_EQ(Post("/v1/agent/proposals/approve", {{"proposal", handle}, {"reason", "x"}, {"proposal_hash", "sha256:0"}},
                 409)["error"]["code"],
            "PROPOSAL_HASH_MISMATCH");
  EXPECT_EQ(Post("/v1/agent/proposals/approve", {{"proposal", handle}, {"reason", "policy read"}})["status"],
            "approved");
  EXPECT_EQ(Post("/v1/agent/proposals/approve", {{"proposal", handle}, {"reason", "again"}}, 409)["error"]["code"],
            "PROPOSAL_NOT_PENDING_REVIEW");
  const json committed = Post("/v1/agent/proposals/commit", {{"proposal", handle}});
  EXPECT_EQ(committed["status"], "approved");
  EXPECT_EQ(committed["trusted_worker_required"], true);
}

TEST_F(HttpApplication, KeepsStepsIdempotentByTheirKey) {
  const json started = Post("/v1/agent/runs", {{"workflow", bundle_.workflows.at(0).name}, {"input", {{"x", 1}}}});
  const std::string steps = "/v1/agent/runs/" + std::to_string(started["agent_run_id"].get<int>()) + "/steps";
  const json body = {{"capability", "billing.propose_late_fee_waiver"},
                     {"step_key", "waive"},
                     {"arguments", {{"invoice_id", 3001}, {"reason", "card"}}}};
  const json first = Post(steps, body);
  EXPECT_EQ(Post(steps, body)["proposal"]["proposal_id"], first["proposal"]["proposal_id"]);
  json other = body;
  other["arguments"]["reason"] = "another";
  Post(steps, other, 409);
  const json replay = Post("/v1/agent/runs/replay", {{"run_id", started["agent_run_id"]}});
  ASSERT_EQ(replay["steps"].size(), 1U);
  EXPECT_EQ(replay["steps"][0]["result"], first);
  As("agent_2");
  Post("/v1/agent/runs/replay", {{"run_id", started["agent_run_id"]}}, 404);
  Post(steps, body, 404);
}

TEST_F(HttpApplication, AnswersWithThePayloadAloneWhenAsked) {
  json body = {{"capability", "billing.read_invoice"}, {"response_envelope", true}};
  const json whole = Post("/v1/agent/invoke", body);
  EXPECT_EQ(whole["status"], "ok");
  body["response_envelope"] = false;
  EXPECT_EQ(Post("/v1/agent/invoke", body), whole["payload"]);
  body["response_envelope"] = "no";
  EXPECT_EQ(Post("/v1/agent/invoke", body, 400)["error"]["argument"], "response_envelope");
}

TEST_F(HttpApplication, TakesNoTrustedValueFromABody) {
  const json refused =
      Post("/v1/agent/invoke", {{"capability", "billing.read_invoice"}, {"session", {{"tenant_id", "globex"}}}}, 400);
  EXPECT_EQ(refused["error"]["code"], "INVALID_ARGUMENT");
  Post("/v1/agent/invoke", {{"capability", "billing.read_invoice"}, {"tenant_id", "globex"}}, 400);
  Post("/v1/agent/invoke", {{"capability", "billing.read_invoice"}, {"arguments", {{"tenant_id", "globex"}}}}, 400);
}

TEST_F(HttpApplication, RefusesWhatItCannotRead) {
  for (const char* body : {"", "[]", "{\"capability\":1}", "{\"a\":1,\"a\":2}", "{\"capability\":\"x\",", "\"x\""}) {
    EXPECT_EQ(Send({"POST", "/v1/agent/invoke", {}, body, "127.0.0.1"}).status, 400) << body;
  }
  std::string deep(100'000, '[');
  EXPECT_EQ(Send({"POST", "/v1/agent/invoke", {}, deep, "127.0.0.1"}).status, 400);
  EXPECT_EQ(Send({"GET", "/v1/agent/invoke", {}, "", "127.0.0.1"}).status, 405);
  EXPECT_EQ(Send({"POST", "/v1/sql", {}, "{}", "127.0.0.1"}).status, 404);
  EXPECT_EQ(Send({"POST", "/v1/agent/runs//steps", {}, "{}", "127.0.0.1"}).status, 404);
}

TEST_F(HttpApplication, ChecksOriginBeforeAnythingElse) {
  EXPECT_EQ(Send({"POST", "/v1/agent/invoke", {{"Origin", "https://evil.example"}}, "{}", "127.0.0.1"}).status, 403);
  EXPECT_EQ(Send({"POST", "/mcp", {{"Host", "evil.example"}}, "{}", "127.0.0.1"}).status, 403);
}

TEST_F(HttpApplication, LimitsTheRateOfEachPrincipal) {
  rate_ = 3;
  As("agent_1");
  int limited = 0;
  for (int i = 0; i < 10; ++i) {
    if (Send({"POST", "/v1/resources/read", {}, R"({"uri":"wrp://1"})", "127.0.0.1"}).status == 429) ++limited;
  }
  EXPECT_EQ(limited, 7);
}

TEST_F(HttpApplication, ServesTheProtocolsEndpoint) {
  const json hello =
      Post("/mcp",
           {{"jsonrpc", "2.0"}, {"id", 1}, {"method", "initialize"}, {"params", {{"protocolVersion", "2025-11-25"}}}});
  EXPECT_EQ(hello["result"]["protocolVersion"], "2025-11-25");
  EXPECT_EQ(Send({"GET", "/mcp", {}, "", "127.0.0.1"}).status, 405);
  EXPECT_EQ(Send({"POST", "/mcp", {}, R"({"jsonrpc":"2.0","method":"notifications/initialized"})", "127.0.0.1"}).status,
            202);

  const json meta = {{"io.modelcontextprotocol/protocolVersion", "2026-07-28"},
                     {"io.modelcontextprotocol/clientCapabilities", json::object()}};
  const std::string list =
      json{{"jsonrpc", "2.0"}, {"id", 1}, {"method", "tools/list"}, {"params", {{"_meta", meta}}}}.dump();
  const std::vector<Header> right = {{"MCP-Protocol-Version", "2026-07-28"}, {"Mcp-Method", "tools/list"}};
  EXPECT_EQ(Send({"POST", "/mcp", right, list, "127.0.0.1"}).status, 200);
  for (const std::vector<Header>& wrong : {std::vector<Header>{},
                                           {right[0]},
                                           {right[1]},
                                           {right[0], {"Mcp-Method", "tools/call"}},
                                           {{"MCP-Protocol-Version", "2025-11-25"}, right[1]}}) {
    const Response response = Send({"POST", "/mcp", wrong, list, "127.0.0.1"});
    EXPECT_EQ(response.status, 400);
    EXPECT_EQ(json::parse(response.body)["error"]["code"], mcp::kHeaderMismatch);
  }
  const std::string call =
      json{{"jsonrpc", "2.0"},
           {"id", 1},
           {"method", "tools/call"},
           {"params", {{"_meta", meta}, {"name", "billing.read_invoice"}, {"arguments", json::object()}}}}
          .dump();
  const auto named = [&](const std::string& name) {
    return Send({"POST", "/mcp", {right[0], {"Mcp-Method", "tools/call"}, {"Mcp-Name", name}}, call, "127.0.0.1"})
        .status;
  };
  EXPECT_EQ(named("billing.read_invoice"), 200);
  EXPECT_EQ(named("=?base64?YmlsbGluZy5yZWFkX2ludm9pY2U=?="), 200);
  EXPECT_EQ(named("other"), 400);
  EXPECT_EQ(named("=?base64?!!?="), 400);
  const std::string unknown =
      json{{"jsonrpc", "2.0"}, {"id", 1}, {"method", "no/such"}, {"params", {{"_meta", meta}}}}.dump();
  EXPECT_EQ(Send({"POST", "/mcp", {right[0], {"Mcp-Method", "no/such"}}, unknown, "127.0.0.1"}).status, 404);
}

TEST_F(HttpApplication, ShowsHealthAndMetrics) {
  EXPECT_EQ(Send({"GET", "/healthz", {}, "", "127.0.0.1"}).status, 200);
  EXPECT_EQ(Send({"GET", "/readyz", {}, "", "127.0.0.1"}).status, 200);
  Propose();
  const Response metrics = Send({"GET", "/metrics", {}, "", "127.0.0.1"});
  EXPECT_NE(metrics.body.find(R"(synapsor_http_requests_total{area="api",status="2xx"} 1)"), std::string::npos)
      << metrics.body;
  EXPECT_EQ(Send({"GET", "/metrics", {}, "", "10.0.0.9"}).status, 404);
}

TEST_F(HttpApplication, SettlesOnlyWhenAskedByWhoMay) {
  bundle::Policy policy;
  policy.name = "billing.small";
  policy.scope = "billing.propose_late_fee_waiver";
  policy.target_branch = "main";
  policy.conditions = {{"trusted_before.late_fee_cents", "<=", Scalar::Of(ScalarType::kDecimal, "6000")}};
  policy.digest = bundle::PolicyDigest(policy);
  bundle_.policies = {policy};
  const json proposal = Propose()["proposal"]["proposal_id"];
  const char* const kSettle = "/v1/agent/proposals/settle";
  Post(kSettle, {{"proposal", proposal}, {"settlement_policy", "billing.none"}}, 404);
  Post(kSettle, {{"proposal", proposal}}, 400);
  Post(kSettle, {{"proposal", proposal}, {"settlement_policy", "billing.small"}, {"trusted_before", json::object()}},
       400);
  As("eve", {"auditor"});
  Post(kSettle, {{"proposal", proposal}, {"settlement_policy", "billing.small"}}, 404);
  As("agent_1", {}, "rival");
  Post(kSettle, {{"proposal", proposal}, {"settlement_policy", "billing.small"}}, 404);
  As("agent_1");
  const json settled = Post(kSettle, {{"proposal", proposal}, {"settlement_policy", "billing.small"}});
  EXPECT_EQ(settled["status"], "approved");
  EXPECT_EQ(settled["settlement"]["steps"], json{"approve"});
  EXPECT_EQ(settled["settlement"]["conditions"][0]["outcome"], "holds");
  const json preview = Post("/v1/agent/proposals/preview", {{"proposal", proposal}});
  EXPECT_EQ(preview["decisions"][0]["policy_digest"], policy.digest);
  EXPECT_EQ(preview["decisions"][0]["conditions"][0], "trusted_before.late_fee_cents <= 6000: holds");
  Post(kSettle, {{"proposal", proposal}, {"settlement_policy", "billing.small"}}, 409);
}

TEST_F(HttpApplication, HoldsEachPrincipalToItsWorkflows) {
  const std::string flow = bundle_.workflows.at(0).name;
  bundle_.workflows.at(0).capabilities = {"billing.propose_late_fee_waiver"};
  config_.session.workflows.emplace()[flow].roles = {"proposer"};
  Start();
  service_ = std::make_unique<mcp::Service>(*runtime_, config_, mcp::ServiceOptions{});
  const json invoke = {{"capability", "billing.propose_late_fee_waiver"},
                       {"arguments", {{"invoice_id", 3001}, {"reason", "card"}}}};
  json named = invoke;
  named["workflow"] = flow;
  const std::string list = R"({"jsonrpc":"2.0","id":1,"method":"tools/list"})";

  As("agent_1", {"other"});
  EXPECT_EQ(Post("/v1/agent/invoke", invoke, 404)["error"]["code"], "CAPABILITY_NOT_FOUND");
  EXPECT_EQ(Post("/v1/agent/invoke", named, 404)["error"]["code"], "WORKFLOW_NOT_FOUND");
  EXPECT_EQ(Post("/v1/agent/runs", {{"workflow", flow}}, 404)["error"]["code"], "WORKFLOW_NOT_FOUND");
  EXPECT_EQ(json::parse(Send({"POST", "/mcp", {}, list, "127.0.0.1"}).body)["result"]["tools"].size(), 0U);

  As("agent_1", {"proposer"});
  EXPECT_EQ(json::parse(Send({"POST", "/mcp", {}, list, "127.0.0.1"}).body)["result"]["tools"].size(), 1U);
  EXPECT_EQ(Post("/v1/agent/invoke", {{"capability", "billing.read_invoice"}}, 404)["error"]["code"],
            "CAPABILITY_NOT_FOUND");
  const json run = Post("/v1/agent/runs", {{"workflow", flow}});
  const std::string handle = Post("/v1/agent/invoke", invoke)["proposal"]["proposal_id"];
  EXPECT_EQ(Post("/v1/agent/proposals/preview", {{"proposal", handle}})["workflow"], flow);

  As("agent_1", {});  // the role was taken away since the run began
  const json step = {
      {"capability", "billing.propose_late_fee_waiver"}, {"step_key", "s"}, {"arguments", invoke["arguments"]}};
  const std::string steps = "/v1/agent/runs/" + std::to_string(run["agent_run_id"].get<int>()) + "/steps";
  EXPECT_EQ(Post(steps, step, 404)["error"]["code"], "WORKFLOW_NOT_FOUND");
}

TEST_F(HttpApplication, TakesTheWorkflowOfAgentsFromOneHeader) {
  const std::string flow = bundle_.workflows.at(0).name;
  bundle_.workflows.at(0).capabilities = {"billing.read_invoice"};
  Start();
  service_ = std::make_unique<mcp::Service>(*runtime_, config_, mcp::ServiceOptions{});
  As("agent_1");
  const std::string list = R"({"jsonrpc":"2.0","id":1,"method":"tools/list"})";
  const auto ask = [&](const std::vector<Header>& headers) {
    return Send({"POST", "/mcp", headers, list, "127.0.0.1"});
  };
  EXPECT_EQ(json::parse(ask({}).body)["result"]["tools"].size(), bundle_.capabilities.size());
  EXPECT_EQ(json::parse(ask({{"Synapsor-Workflow", flow}}).body)["result"]["tools"].size(), 1U);
  EXPECT_EQ(ask({{"Synapsor-Workflow", "no.such"}}).status, 400);
  EXPECT_EQ(ask({{"Synapsor-Workflow", ""}}).status, 400);
  EXPECT_EQ(ask({{"Synapsor-Workflow", flow}, {"Synapsor-Workflow", flow}}).status, 400);
}

}  // namespace
}  // namespace synapsor::http
