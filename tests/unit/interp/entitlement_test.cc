#include "runtime/interp/entitlement.h"

#include "tests/unit/support/runtime_fixture.h"

namespace synapsor::interp {
namespace {

const std::string kRead = "billing.read_invoice", kPropose = "billing.propose_late_fee_waiver";

class Entitlement : public test::RuntimeFixture {
 protected:
  void SetUp() override {
    RuntimeFixture::SetUp();
    flow_ = bundle_.workflows.at(0).name;
    bundle::Workflow reading;
    reading.name = "billing.reading";
    reading.session_keys = {"principal", "tenant_id"};
    reading.capabilities = {kRead};
    bundle_.workflows.push_back(reading);
    bundle_.workflows.at(0).capabilities = {kPropose, kRead};
  }
  void Grant(std::map<std::string, config::WorkflowUsers> users) {
    config_.session.workflows = std::move(users);
    Start();
  }
  session::Session By(const std::string& principal, std::vector<std::string> roles = {}) {
    session::Session session = Session();
    session.values["principal"] = principal;
    session.roles = std::move(roles);
    session.provider = "jwt";
    return session;
  }
  std::string Try(const std::string& capability, const session::Session& session, const std::string& workflow = {}) {
    CallOptions options;
    options.workflow = workflow;
    const Outcome outcome = Invoke(capability, nlohmann::json::object(), session, options);
    if (!outcome.refusal) {
      const auto run = ledger_->FindRun(outcome.run);
      return "ok under " + (*run)->workflow;
    }
    return outcome.refusal->code;
  }
  std::string flow_;
};

TEST_F(Entitlement, HoldsNobodyWithoutTheSetting) {
  Start();
  EXPECT_EQ(Try(kRead, By("anyone")), "ok under ");
  EXPECT_EQ(Try(kRead, By("anyone"), flow_), "ok under " + flow_);
}

TEST_F(Entitlement, AnotherWorkflowIsAsAbsentAsNone) {
  Grant({{"billing.reading", {{"reader"}, {"agent_9"}}}});
  for (const session::Session& session : {By("agent_9"), By("agent_1", {"x", "reader"})}) {
    EXPECT_EQ(Try(kRead, session), "ok under billing.reading");
    EXPECT_EQ(Try(kRead, session, "billing.reading"), "ok under billing.reading");
    EXPECT_EQ(Try(kRead, session, flow_), "WORKFLOW_NOT_FOUND");
    EXPECT_EQ(Try(kRead, session, "no.such"), "WORKFLOW_NOT_FOUND");
    EXPECT_EQ(Try(kPropose, session), "CAPABILITY_NOT_FOUND");
    EXPECT_EQ(Try(kPropose, session, "billing.reading"), "CAPABILITY_NOT_ALLOWED");
  }
  for (const session::Session& session :
       {By("agent_1"), By("agent_1", {"READER"}), By("reader"), By("", {"agent_9"})}) {
    EXPECT_EQ(Try(kRead, session), "CAPABILITY_NOT_FOUND");
    EXPECT_EQ(Try(kRead, session, "billing.reading"), "WORKFLOW_NOT_FOUND");
  }
}

TEST_F(Entitlement, WhatIsNotNamedIsNobodys) {
  Grant({});
  EXPECT_EQ(Try(kRead, By("agent_1", {"reader"})), "CAPABILITY_NOT_FOUND");
  Grant({{"billing.reading", {}}});
  EXPECT_EQ(Try(kRead, By("agent_1", {"reader"})), "CAPABILITY_NOT_FOUND");
}

TEST_F(Entitlement, DoesNotGuessBetweenContracts) {
  Grant({{"billing.reading", {{"reader"}, {}}}, {flow_, {{"reader"}, {}}}});
  EXPECT_EQ(Try(kRead, By("agent_1", {"reader"})), "WORKFLOW_REQUIRED");
  EXPECT_EQ(Try(kRead, By("agent_1", {"reader"}), flow_), "ok under " + flow_);
}

TEST_F(Entitlement, TheOperatorsCommandsAreNotHeld) {
  Grant({});
  session::Session session = By("agent_1");
  session.provider = "operator";
  EXPECT_EQ(Try(kRead, session), "ok under ");
}

TEST_F(Entitlement, NamesTheWorkflowThatTheBundleDoesNotHave) {
  Grant({{"billing.reading", {}}, {"billing.raeding", {}}});
  EXPECT_EQ(FindUnknownWorkflow(config_.session, bundle_), "billing.raeding");
}

}  // namespace
}  // namespace synapsor::interp
