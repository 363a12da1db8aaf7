#include "runtime/interp/drift.h"

#include "runtime/bundle/fingerprint.h"
#include "tests/unit/support/runtime_fixture.h"

namespace synapsor::interp {
namespace {

class Drift : public test::RuntimeFixture {
 protected:
  void SetUp() override {
    RuntimeFixture::SetUp();
    bundle_.sources[0].tables[0].columns = {"id", "late_fee_cents"};
    bundle_.sources[0].tables[0].fingerprint = bundle::FingerprintColumns(
        "sqlite", {{"id", "INTEGER", false, true, true}, {"late_fee_cents", "INTEGER", false, false, false}});
  }
  // The table with `columns`; the same name.
  std::string Remade(const std::string& columns) {
    Execute("DROP TABLE invoices; CREATE TABLE invoices (" + columns + ")");
    const auto status = CheckDrift(bundle_, readers_);
    return status ? "fits" : status.error().message;
  }
};

TEST_F(Drift, NothingChangedFits) { EXPECT_TRUE(CheckDrift(bundle_, readers_)); }

TEST_F(Drift, UnusedColumnsMayChange) {
  EXPECT_EQ(Remade("id INTEGER PRIMARY KEY, late_fee_cents INTEGER NOT NULL, other TEXT"), "fits");
}

TEST_F(Drift, ChangesAreNamed) {
  EXPECT_NE(Remade("id INTEGER PRIMARY KEY").find("no column `late_fee_cents`"), std::string::npos);
  EXPECT_NE(Remade("id INTEGER PRIMARY KEY, late_fee_cents TEXT NOT NULL").find("other types"), std::string::npos);
  EXPECT_NE(Remade("id INTEGER PRIMARY KEY, late_fee_cents INTEGER").find("other types"), std::string::npos);
  EXPECT_NE(Remade("id INTEGER, late_fee_cents INTEGER NOT NULL").find("other types"), std::string::npos);
  Execute("DROP TABLE invoices");
  EXPECT_NE(CheckDrift(bundle_, readers_).error().message.find("does not exist"), std::string::npos);
}

TEST_F(Drift, AUniqueKeyCounts) {
  EXPECT_NE(Remade("id INTEGER PRIMARY KEY, late_fee_cents INTEGER NOT NULL UNIQUE").find("other types"),
            std::string::npos);
}

TEST_F(Drift, TheWriterAnswersForTheTablesThatAreChanged) {
  bundle_.sources[0].tables.push_back({"", "customers", {"id"}, "of a table that this role does not see"});
  EXPECT_FALSE(CheckDrift(bundle_, readers_));
  const auto target = FindTargetDrift(bundle_, bundle_.sources[0], *readers_.at("app"));
  ASSERT_TRUE(target) << target.error().message;
  EXPECT_EQ(*target, "");
  Execute("DROP TABLE invoices; CREATE TABLE invoices (id INTEGER PRIMARY KEY, late_fee_cents TEXT NOT NULL)");
  EXPECT_NE(FindTargetDrift(bundle_, bundle_.sources[0], *readers_.at("app")).value_or("").find("other types"),
            std::string::npos);
}

}  // namespace
}  // namespace synapsor::interp
