// The check must stay linear in the number of capabilities: work is counted in findings, which no machine can distort.
#include <gtest/gtest.h>

#include "tests/unit/check/checking.h"

namespace synapsor::check {
namespace {

// Many proposals on one table, each with the same shortcomings.
std::string Many(int count) {
  std::string ddl =
      "CREATE AGENT CONTEXT b.ctx ROOT t AS t LOOKUP t.id = SESSION current_id BIND tenant_id FROM SESSION tenant_id\n"
      "BIND id FROM SESSION current_id OUTPUT SLOTS a AS t.a EVIDENCE ON;\n";
  for (int i = 0; i < count; ++i) {
    const std::string n = std::to_string(i);
    ddl += "CREATE AGENT CAPABILITY b.cap_" + n +
           " DESCRIPTION 'Propose a change of the row' ARG a VARCHAR REQUIRED\n"
           "USE CONTEXT b.ctx EXECUTION PROPOSAL WRITE PROPOSAL TARGET t OPERATION UPDATE LOOKUP id FROM BINDING id\n"
           "TENANT tenant_id FROM BINDING tenant_id COLUMNS a FROM ARG a CONFLICT GUARD version;\n"
           "CREATE SETTLEMENT POLICY b.policy_" +
           n + " FOR CAPABILITY b.cap_" + n +
           " TARGET BRANCH main AUTO APPROVE WHEN PAYLOAD trusted_after.a = 'x' ELSE LEAVE PROPOSED;\n";
  }
  return ddl;
}

TEST(Linear, FindingsGrowWithCapabilitiesNotWithPairs) {
  const std::string schema =
      "CREATE TABLE t (id TEXT PRIMARY KEY, tenant_id TEXT NOT NULL, a TEXT, version BIGINT NOT NULL);";
  const std::size_t few = Check({.ddl = Many(50), .schema = schema}).codes.size();
  const std::size_t many = Check({.ddl = Many(500), .schema = schema}).codes.size();
  EXPECT_GT(few, 50u);
  EXPECT_LE(many, few * 10 + 10);
}

}  // namespace
}  // namespace synapsor::check
