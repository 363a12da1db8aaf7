#include "runtime/mcp/server.h"

#include <gtest/gtest.h>

#include "tests/unit/support/runtime_fixture.h"

namespace synapsor::mcp {
namespace {

using nlohmann::json;

class McpServer : public test::RuntimeFixture {
 protected:
  void SetUp() override {
    RuntimeFixture::SetUp();
    session_ = Session();
    service_ = std::make_unique<Service>(*runtime_, config_, ServiceOptions{.page_size = 1});
  }

  json Ask(const std::string& text) {
    const auto message = ParseMessage(text, 1 << 20);
    if (!message) return json::parse(ErrorReply(message.error().id, message.error().error));
    const auto reply = Answer(*service_, *message, peer_, {&session_, workflow_},
                              [this](std::string_view note) { notes_.push_back(json::parse(note)); });
    return reply ? json::parse(reply->text) : json();
  }
  json AskFor(const std::string& method, json params = json::object()) {
    return Ask(json{{"jsonrpc", "2.0"}, {"id", 7}, {"method", method}, {"params", std::move(params)}}.dump());
  }
  static json Modern(json params = json::object()) {
    params["_meta"] = {{"io.modelcontextprotocol/protocolVersion", "2026-07-28"},
                       {"io.modelcontextprotocol/clientCapabilities", json::object()}};
    return params;
  }
  void Shake(const std::string& version = "2025-11-25") {
    AskFor("initialize",
           {{"protocolVersion", version}, {"capabilities", json::object()}, {"clientInfo", json::object()}});
  }

  session::Session session_;
  std::string workflow_;
  std::unique_ptr<Service> service_;
  PeerState peer_;
  std::vector<json> notes_;
};

TEST_F(McpServer, NegotiatesHandshakeRevisions) {
  const auto version = [&](const char* asked) {
    return AskFor("initialize", {{"protocolVersion", asked}})["result"]["protocolVersion"].get<std::string>();
  };
  EXPECT_EQ(version("2025-06-18"), "2025-06-18");
  EXPECT_EQ(version("2025-11-25"), "2025-11-25");
  EXPECT_EQ(version("2024-11-05"), "2025-11-25");
  EXPECT_EQ(version("2026-07-28"), "2025-11-25");
}

TEST_F(McpServer, NeedsAnAgreementFirst) {
  EXPECT_EQ(AskFor("tools/list")["error"]["code"], kInvalidRequest);
  EXPECT_TRUE(AskFor("ping").contains("result"));
  Shake();
  EXPECT_TRUE(AskFor("tools/list").contains("result"));
}

TEST_F(McpServer, ServesStatelessRequestsWithoutAHandshake) {
  const json listed = AskFor("tools/list", Modern());
  EXPECT_EQ(listed["result"]["resultType"], "complete");
  EXPECT_EQ(listed["result"]["cacheScope"], "private");
  EXPECT_EQ(listed["result"]["_meta"]["io.modelcontextprotocol/serverInfo"]["name"], "synapsor-runner");
  const json discovered = AskFor("server/discover", Modern());
  EXPECT_EQ(discovered["result"]["supportedVersions"], json({"2026-07-28", "2025-11-25", "2025-06-18"}));
  EXPECT_EQ(AskFor("ping", Modern())["error"]["code"], kMethodNotFound);
  json other = Modern();
  other["_meta"]["io.modelcontextprotocol/protocolVersion"] = "1900-01-01";
  const json refused = AskFor("tools/list", other);
  EXPECT_EQ(refused["error"]["code"], kUnsupportedVersion);
  EXPECT_EQ(refused["error"]["data"]["requested"], "1900-01-01");
  json bare = Modern();
  bare["_meta"].erase("io.modelcontextprotocol/clientCapabilities");
  EXPECT_EQ(AskFor("tools/list", bare)["error"]["code"], kInvalidParams);
}

TEST_F(McpServer, PagesTools) {
  Shake();
  const json first = AskFor("tools/list")["result"];
  ASSERT_EQ(first["tools"].size(), 1U);
  const json second = AskFor("tools/list", {{"cursor", first["nextCursor"]}})["result"];
  ASSERT_EQ(second["tools"].size(), 1U);
  EXPECT_FALSE(second.contains("nextCursor"));
  EXPECT_NE(first["tools"][0]["name"], second["tools"][0]["name"]);
  for (const char* cursor : {"t2", "t99999999999999999999", "x", "t", "t1x", "-1"}) {
    EXPECT_EQ(AskFor("tools/list", {{"cursor", cursor}})["error"]["code"], kInvalidParams) << cursor;
  }
  EXPECT_EQ(AskFor("tools/list", {{"cursor", 1}})["error"]["code"], kInvalidParams);
}

TEST_F(McpServer, RestrictsToolsToTheWorkflow) {
  Shake();
  workflow_ = "no.such_workflow";
  EXPECT_TRUE(AskFor("tools/list")["result"]["tools"].empty());
  const json called = AskFor("tools/call", {{"name", "billing.read_invoice"}, {"arguments", json::object()}});
  EXPECT_EQ(called["error"]["code"], kInvalidParams);
}

TEST_F(McpServer, CallsToolsAndReportsRefusalsAsResults) {
  Shake();
  const json read = AskFor("tools/call", {{"name", "billing.read_invoice"}})["result"];
  EXPECT_EQ(read["isError"], false) << read.dump();
  EXPECT_EQ(json::parse(read["content"][0]["text"].get<std::string>()), read["structuredContent"]);
  const json refused =
      AskFor("tools/call", {{"name", "billing.read_invoice"}, {"arguments", {{"tenant_id", "globex"}}}})["result"];
  EXPECT_EQ(refused["isError"], true);
  EXPECT_EQ(AskFor("tools/call", {{"name", "approve"}})["error"]["code"], kInvalidParams);
  EXPECT_EQ(AskFor("tools/call", {{"name", 1}})["error"]["code"], kInvalidParams);
  EXPECT_EQ(AskFor("tools/call", {{"name", "billing.read_invoice"}, {"arguments", {1}}})["error"]["code"],
            kInvalidParams);
}

TEST_F(McpServer, SendsProgressOnlyWhenAskedTo) {
  Shake();
  AskFor("tools/call", {{"name", "billing.read_invoice"}});
  EXPECT_TRUE(notes_.empty());
  AskFor("tools/call", {{"name", "billing.read_invoice"}, {"_meta", {{"progressToken", "p1"}}}});
  ASSERT_EQ(notes_.size(), 2U);
  EXPECT_EQ(notes_[1]["params"]["progressToken"], "p1");
  EXPECT_EQ(notes_[1]["params"]["progress"], 1);
}

// Its owner is told that a record is gone and since when; to others it is as absent as one that never was.
TEST_F(McpServer, SaysWhatRetentionRemoved) {
  bundle::Workflow& workflow = bundle_.workflows[0];
  workflow.capabilities.push_back("billing.read_invoice");
  workflow_ = workflow.name;
  Start();
  service_ = std::make_unique<Service>(*runtime_, config_, ServiceOptions{});
  Shake();
  const json read = AskFor("tools/call", {{"name", "billing.read_invoice"}})["result"]["structuredContent"];
  const std::string evidence = read["evidence_bundle_id"], run = "agent-run://1";
  clock_.now.micros += 3 * 86'400LL * 1'000'000;
  for (const ledger::Retained what : {ledger::Retained::kEvidence, ledger::Retained::kRuns}) {
    ledger::RetentionCursor cursor;
    const auto step = ledger_->RemoveDue({workflow_, what, 2, "sha256:b", "operator"}, cursor);
    ASSERT_TRUE(step);
    ASSERT_EQ(step->count.removed, 1);
  }
  for (const std::string& handle : {evidence, run}) {
    const json told =
        json::parse(AskFor("resources/read", {{"uri", handle}})["result"]["contents"][0]["text"].get<std::string>());
    EXPECT_EQ(told["message"], "removed by retention on " + FormatInstant(clock_.now));
    EXPECT_EQ(told["removed_at"], FormatInstant(clock_.now));
    EXPECT_FALSE(told.contains("items") || told.contains("result"));
  }
  session_.values["principal"] = "agent_2";
  EXPECT_EQ(AskFor("resources/read", {{"uri", evidence}})["error"]["code"], kResourceNotFound);
  EXPECT_EQ(AskFor("resources/read", {{"uri", run}})["error"]["code"], kResourceNotFound);
}

TEST_F(McpServer, ReadsRecordsOfTheCallerOnly) {
  Shake();
  const json read = AskFor("tools/call", {{"name", "billing.read_invoice"}})["result"];
  const std::string handle = read["structuredContent"]["evidence_bundle_id"];
  EXPECT_TRUE(AskFor("resources/read", {{"uri", handle}}).contains("result"));
  for (const auto& [key, value] : {std::pair{"tenant_id", "globex"}, std::pair{"principal", "agent_2"}}) {
    session_ = Session();
    session_.values[key] = value;
    const json foreign = AskFor("resources/read", {{"uri", handle}});
    const json missing = AskFor("resources/read", {{"uri", "evidence://bundle/987654"}});
    EXPECT_EQ(foreign["error"]["code"], kResourceNotFound);
    EXPECT_EQ(foreign["error"]["message"], missing["error"]["message"]);
  }
  EXPECT_EQ(AskFor("resources/read", Modern({{"uri", "wrp://987654"}}))["error"]["code"], kInvalidParams);
}

TEST_F(McpServer, RefusesWhatIsNoMessage) {
  for (const char* text :
       {"", "[]", "{", "null", R"({"jsonrpc":"1.0","id":1,"method":"ping"})", R"({"id":1,"method":"ping"})",
        R"({"jsonrpc":"2.0","id":1})", R"({"jsonrpc":"2.0","id":{},"method":"ping"})",
        R"({"jsonrpc":"2.0","id":1.5,"method":"ping"})", R"({"jsonrpc":"2.0","id":null,"method":"ping"})",
        R"({"jsonrpc":"2.0","id":1,"id":2,"method":"ping"})", R"({"jsonrpc":"2.0","id":1,"method":"ping","params":[]})",
        "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"\xff\"}"}) {
    EXPECT_TRUE(Ask(text).contains("error")) << text;
  }
  EXPECT_EQ(AskFor("tools/approve")["error"]["code"], kInvalidRequest);
  Shake();
  EXPECT_EQ(AskFor("tools/approve")["error"]["code"], kMethodNotFound);
  EXPECT_TRUE(Ask(R"({"jsonrpc":"2.0","method":"no/such/notification"})").is_null());
}

// The list is the caller's: what is listed can be called, and nothing else can.
TEST_F(McpServer, ListsAndCallsByPrincipalAndWorkflow) {
  bundle::Workflow reading;
  reading.name = "billing.reading";
  reading.session_keys = {"principal", "tenant_id"};
  reading.capabilities = {"billing.read_invoice"};
  bundle_.workflows.push_back(reading);
  const std::string flow = bundle_.workflows.at(0).name;
  bundle_.workflows.at(0).capabilities = {"billing.propose_late_fee_waiver", "billing.read_invoice"};
  config_.session.workflows = {{flow, {{"proposer"}, {}}}, {"billing.reading", {{"reader"}, {"agent_7"}}}};
  Start();
  service_ = std::make_unique<Service>(*runtime_, config_, ServiceOptions{});
  Shake();
  const auto listed = [&] {
    std::string names;
    const json answer = AskFor("tools/list");
    for (const json& tool : answer["result"]["tools"]) {
      names += tool["name"].get<std::string>() + " ";
    }
    return names;
  };
  const auto calls = [&](const std::string& name) {
    const json answer = AskFor("tools/call", {{"name", name}, {"arguments", json::object()}});
    return answer.contains("result") ? std::string("answered") : answer["error"]["message"].get<std::string>();
  };
  session_.provider = "jwt";
  EXPECT_EQ(listed(), "");
  EXPECT_EQ(calls("billing.read_invoice"), "unknown tool");
  session_.roles = {"reader"};
  EXPECT_EQ(listed(), "billing__read_invoice ");
  EXPECT_EQ(calls("billing.read_invoice"), "answered");
  EXPECT_EQ(calls("billing.propose_late_fee_waiver"), "unknown tool");
  session_.roles = {"proposer"};
  EXPECT_EQ(listed(), "billing__propose_late_fee_waiver billing__read_invoice ");
  EXPECT_EQ(calls("billing.propose_late_fee_waiver"), "answered");
  session_.roles = {"proposer", "reader"};  // two contracts could hold for the read
  EXPECT_EQ(listed(), "billing__propose_late_fee_waiver ");
  EXPECT_EQ(calls("billing.read_invoice"), "unknown tool");
  workflow_ = "billing.reading";
  EXPECT_EQ(listed(), "billing__read_invoice ");
  EXPECT_EQ(calls("billing.read_invoice"), "answered");
  EXPECT_EQ(calls("billing.propose_late_fee_waiver"), "unknown tool");
  session_.roles = {"proposer"};
  EXPECT_EQ(listed(), "");
  EXPECT_EQ(calls("billing.read_invoice"), "unknown tool");
  session_.roles = {};
  session_.values["principal"] = "agent_7";
  EXPECT_EQ(listed(), "billing__read_invoice ");
}

}  // namespace
}  // namespace synapsor::mcp
