// Mistakes that were measured in the field to pass a compiler and to fail, or do harm, when they ran.
#include <gtest/gtest.h>

#include "tests/unit/check/checking.h"

namespace synapsor::check {
namespace {

constexpr std::string_view kSchema = R"(
CREATE TABLE invoices (
  id TEXT PRIMARY KEY,
  tenant_id TEXT NOT NULL,
  status TEXT NOT NULL CHECK (status IN ('open', 'waived', 'paid')),
  fee BIGINT NOT NULL,
  note VARCHAR(500),
  secret_note TEXT,
  reviewer TEXT,
  updated_at TIMESTAMPTZ NOT NULL,
  row_version BIGINT NOT NULL
);
)";

constexpr std::string_view kContext = R"(
CREATE AGENT CONTEXT b.ctx
ROOT invoices AS i
LOOKUP i.id = SESSION current_invoice_id
BIND tenant_id FROM SESSION tenant_id
BIND principal FROM SESSION principal
BIND invoice_id FROM SESSION current_invoice_id
OUTPUT SLOTS status AS i.status, fee AS i.fee
EVIDENCE ON;
)";

// A proposal with the given arguments, columns and further clauses.
std::string Proposal(std::string_view args, std::string_view columns,
                     std::string_view rest = "CONFLICT GUARD row_version",
                     std::string_view lookup = "id FROM BINDING invoice_id", std::string_view summary = "change") {
  return std::string(kContext) + "CREATE AGENT CAPABILITY b.cap\nDESCRIPTION 'Propose a change of the invoice'\n" +
         std::string(args) +
         "\nUSE CONTEXT b.ctx\nEXECUTION PROPOSAL\nWRITE PROPOSAL TARGET invoices\nOPERATION UPDATE\nLOOKUP " +
         std::string(lookup) + "\nTENANT tenant_id FROM BINDING tenant_id\nCOLUMNS " + std::string(columns) + "\n" +
         std::string(rest) + "\nSUMMARY TEMPLATE '" + std::string(summary) + "';\n";
}

Checked CheckText(const std::string& ddl, config::Config config = {}) {
  Checked checked = Check({.ddl = ddl, .schema = std::string(kSchema), .config = std::move(config)});
  EXPECT_EQ(checked.error, "");
  return checked;
}

TEST(FieldMistakes, TheSoundProposalIsClean) {
  const Checked checked = CheckText(Proposal("ARG fee INT64 REQUIRED MIN 0 MAX 10", "fee FROM ARG fee"));
  EXPECT_EQ(checked.codes, std::vector<std::string>{"SYN908@15:23"});
}

TEST(FieldMistakes, ColumnFedFromAnUndeclaredArgument) {
  EXPECT_TRUE(CheckText(Proposal("", "note FROM ARG missing")).Has("SYN113@"));
}

TEST(FieldMistakes, TenantKeyPrimaryKeyVersionAndKeptOutColumnsWritten) {
  EXPECT_TRUE(CheckText(Proposal("", "tenant_id FROM BINDING tenant_id")).Has("SYN405@"));
  EXPECT_TRUE(CheckText(Proposal("", "TENANT_ID FROM BINDING tenant_id")).Has("SYN405@"));
  EXPECT_TRUE(CheckText(Proposal("", "id FROM BINDING invoice_id")).Has("SYN404@"));
  EXPECT_TRUE(CheckText(Proposal("", "row_version FROM VALUE 7")).Has("SYN406@"));
  config::Config config;
  config.tables["invoices"].name = "invoices";
  config.tables["invoices"].keep_out = {"secret_note"};
  EXPECT_TRUE(CheckText(Proposal("", "secret_note FROM VALUE 'x'"), config).Has("SYN402@"));
}

TEST(FieldMistakes, AGuardThatNothingAdvances) {
  EXPECT_TRUE(CheckText(Proposal("", "fee FROM VALUE 0", "CONFLICT GUARD updated_at")).Has("SYN504@"));
}

TEST(FieldMistakes, AGuardThatCanNeverBeApplied) {
  EXPECT_TRUE(CheckText(Proposal("", "fee FROM VALUE 0", "CONFLICT GUARD note")).Has("SYN507@"));
}

TEST(FieldMistakes, BoundsAndTransitionsThatRefuseEveryCall) {
  EXPECT_TRUE(CheckText(Proposal("ARG fee INT64 REQUIRED MIN 0 MAX 10", "fee FROM ARG fee", "BOUND fee MIN 20 MAX 30"))
                  .Has("SYN516@"));
  EXPECT_TRUE(CheckText(Proposal("", "fee FROM VALUE 50", "BOUND fee MIN 0 MAX 30")).Has("SYN516@"));
  EXPECT_FALSE(CheckText(Proposal("ARG fee INT64 REQUIRED MIN 0 MAX 10", "fee FROM ARG fee", "BOUND fee MIN 5 MAX 30"))
                   .Has("SYN516@"));
  EXPECT_TRUE(
      CheckText(Proposal("", "status FROM VALUE 'paid'", "TRANSITION status ALLOW 'open' TO 'waived'")).Has("SYN517@"));
}

TEST(FieldMistakes, PoliciesThatAdmitMoreThanTheySay) {
  const std::string proposal = Proposal("ARG fee INT64 REQUIRED MAX 5000\nARG note VARCHAR MAX LENGTH 500",
                                        "fee FROM ARG fee, note FROM ARG note");
  const Checked checked = CheckText(proposal + R"(
CREATE SETTLEMENT POLICY b.small
FOR CAPABILITY b.cap
TARGET BRANCH main
AUTO APPROVE WHEN PAYLOAD trusted_after.fee <= 1500
ELSE LEAVE PROPOSED;
)");
  EXPECT_TRUE(checked.Has("SYN622@"));  // negative amounts pass
  EXPECT_TRUE(checked.Has("SYN623@"));  // the note is approved unseen
  EXPECT_TRUE(checked.Has("SYN310@"));  // the model decides alone
}

TEST(FieldMistakes, LargeIntegersAreNotRounded) {
  EXPECT_FALSE(CheckText(Proposal("", "fee FROM VALUE 9223372036854775807")).has_errors);
  EXPECT_TRUE(CheckText(Proposal("", "fee FROM VALUE 9223372036854775808")).Has("SYN409@"));
}

TEST(FieldMistakes, TenantNotRequiredOrNotTheTenant) {
  EXPECT_TRUE(
      CheckText(
          "CREATE AGENT WORKFLOW b.flow SESSION REQUIRE principal, current_invoice_id ALLOWED CAPABILITIES (b.cap);\n" +
          Proposal("", "fee FROM VALUE 0"))
          .Has("SYN601@"));
  std::string ddl = Proposal("", "fee FROM VALUE 0");
  const std::size_t at = ddl.find("BIND principal FROM SESSION principal");
  ddl.replace(at, std::string_view("BIND principal FROM SESSION principal").size(),
              "BIND principal FROM SESSION tenant_id");
  EXPECT_TRUE(CheckText(ddl).Has("SYN217@"));
}

TEST(FieldMistakes, AKeyThatIsNotUnique) {
  EXPECT_TRUE(CheckText(Proposal("", "fee FROM VALUE 0", "", "status FROM VALUE 'open'")).Has("SYN501@"));
}

TEST(FieldMistakes, EveryErrorIsReportedAtItsOwnPlace) {
  const Checked checked = CheckText(Proposal("", "fee FROM VALUE 'x',\n  nope FROM VALUE 1,\n  id FROM VALUE 'a'"));
  EXPECT_TRUE(checked.Has("SYN408@19:18"));
  EXPECT_TRUE(checked.Has("SYN401@20:3"));
  EXPECT_TRUE(checked.Has("SYN404@21:3"));
}

}  // namespace
}  // namespace synapsor::check
