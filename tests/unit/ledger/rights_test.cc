// The tables that the migrations make are those that the ledger's role is granted, so that a new one is not forgotten.
#include <gtest/gtest.h>

#include <regex>
#include <set>
#include <string>

#include "runtime/ledger/migrations.h"
#include "runtime/objects/ledger_tables.h"

namespace synapsor::ledger {
namespace {

std::set<std::string> FindAll(const std::string& text, const char* pattern) {
  const std::regex expression(pattern);
  std::set<std::string> found;
  for (std::sregex_iterator at(text.begin(), text.end(), expression), end; at != end; ++at) found.insert((*at)[1]);
  return found;
}

TEST(LedgerRights, NameEveryTable) {
  std::string script;
  for (const std::string_view migration : PostgresMigrations()) script += migration;
  std::set<std::string> granted;
  for (const objects::LedgerTable& table : objects::kLedgerTables) granted.emplace(table.name);
  EXPECT_EQ(FindAll(script, "CREATE TABLE (?:IF NOT EXISTS )?([a-z_]+)"), granted);
}

}  // namespace
}  // namespace synapsor::ledger
