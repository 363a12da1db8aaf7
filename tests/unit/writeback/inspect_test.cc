#include "runtime/writeback/inspect.h"

#include <gtest/gtest.h>

#include "support.h"

namespace synapsor::writeback {
namespace {

class InspectTest : public ::testing::Test {
 protected:
  std::string Look() {
    config::Source source;
    source.receipts = "table";
    seen = Inspect(database, source, plan, proposal, {});
    return std::string(ObservationName(seen.observation));
  }
  db::Row& row() { return database.connection.before[0]; }

  OneDatabase database;
  bundle::PatchPlan plan = SamplePlan();
  ledger::Proposal proposal = SampleProposal();
  Inspection seen;
};

TEST_F(InspectTest, TheReviewedRowIsSuchInEveryColumn) {
  EXPECT_EQ(Look(), "matches_reviewed_before");
  const db::Row reviewed = row();
  const std::pair<std::size_t, Scalar> differences[] = {
      {2, Scalar::Int(5)}, {3, Scalar::Int(56)}, {4, Scalar::Text("x")}, {5, Scalar::Text("closed")}};
  for (const auto& [place, value] : differences) {
    row() = reviewed;
    row()[place] = value;
    EXPECT_EQ(Look(), "drifted") << place;
  }
  plan.guard = {bundle::GuardKind::kBeforeImage, "", {"row_version"}, false};
  proposal.before_image = {{"row_version", Scalar::Int(3)}};
  row() = reviewed;
  EXPECT_EQ(Look(), "matches_reviewed_before");
  row()[2] = Scalar::Int(4);
  EXPECT_EQ(Look(), "drifted");
}

TEST_F(InspectTest, TheProposedRowHasItsValuesAndAnotherVersion) {
  row() = FakeConnection::Invoice(4, 0, "late");
  EXPECT_EQ(Look(), "matches_proposed");
  row()[5] = Scalar::Text("closed");  // not written
  EXPECT_EQ(Look(), "matches_proposed");
  row() = FakeConnection::Invoice(3, 0, "late");
  EXPECT_EQ(Look(), "drifted") << "the version did not move";
  row() = FakeConnection::Invoice(4, 0, "else");
  EXPECT_EQ(Look(), "drifted");
}

TEST_F(InspectTest, SaysWhatIsNotThereAndChangesNothing) {
  database.connection.receipts = {ReceiptRow("applied")};
  EXPECT_EQ(Look(), "matches_reviewed_before");
  ASSERT_TRUE(seen.receipt);
  EXPECT_TRUE(seen.receipt->ours);
  EXPECT_EQ(database.connection.Asked(), "begin lock rollback find");
  EXPECT_EQ(database.connection.tenant, "acme");
  database.connection.before.push_back(row());
  EXPECT_EQ(Look(), "drifted") << "two rows under one key";
  database.connection.before.clear();
  EXPECT_EQ(Look(), "target_absent");
  database.connection.fails_at = "lock";
  EXPECT_EQ(Look(), "not_observed");
}

}  // namespace
}  // namespace synapsor::writeback
