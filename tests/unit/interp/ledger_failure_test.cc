#include "tests/unit/support/fake_ledger.h"
#include "tests/unit/support/runtime_fixture.h"

namespace synapsor::interp {
namespace {

class LedgerFailure : public test::RuntimeFixture {
 protected:
  Outcome Call() {
    Runtime runtime(bundle_, config_, readers_, fake_, clock_,
                    [this](const std::string& line) { log_.push_back(line); });
    const auto outcome = runtime.Invoke("billing.read_invoice", nlohmann::json::object(), Session(), {});
    EXPECT_TRUE(outcome);
    return *outcome;
  }
  test::FakeLedger fake_;
};

TEST_F(LedgerFailure, OneRecordHoldsTheWholeCall) {
  const Outcome outcome = Call();
  EXPECT_FALSE(outcome.refusal);
  ASSERT_EQ(fake_.records.size(), 1u);
  EXPECT_EQ(fake_.records[0].audits.size(), 1u);
  ASSERT_TRUE(fake_.records[0].evidence);
  EXPECT_EQ(fake_.records[0].evidence->items.size(), 1u);
  EXPECT_EQ(fake_.records[0].run.session_json,
            R"({"current_invoice_id":"3001","principal":"agent_1","tenant_id":"acme"})");
}

TEST_F(LedgerFailure, NoRecordNoData) {
  fake_.record_fails = true;
  const Outcome outcome = Call();
  ASSERT_TRUE(outcome.refusal);
  EXPECT_EQ(outcome.refusal->code, "TEMPORARILY_UNAVAILABLE");
  EXPECT_TRUE(outcome.refusal->retryable);
  const std::string text = outcome.envelope->dump();
  EXPECT_EQ(text.find("5500"), std::string::npos);
  EXPECT_EQ(text.find("secret"), std::string::npos);
  ASSERT_FALSE(log_.empty());
  EXPECT_NE(log_[0].find("disk full"), std::string::npos);
}

TEST_F(LedgerFailure, NothingIsReadWhenTheLedgerIsAway) {
  fake_.away = true;
  EXPECT_EQ(Call().refusal->detail, "LEDGER");
  EXPECT_TRUE(fake_.records.empty());
}

}  // namespace
}  // namespace synapsor::interp
