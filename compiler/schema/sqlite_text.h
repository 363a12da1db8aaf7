// What SQLite's pragmas leave out and only the text of a definition says: checks, collations, generation
// expressions, WITHOUT ROWID, trigger bodies, what a view selects. The text has been accepted by SQLite. Private
// to compiler/schema.
#pragma once

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "compiler/schema/snapshot.h"

namespace synapsor::schema {

struct SqliteTableText {
  bool without_rowid = false, strict = false, is_virtual = false;
  std::map<std::string, std::string> collations, generated;  // by column in lower case
  std::vector<std::pair<std::string, std::string>> checks;   // name (may be empty), expression
};
SqliteTableText ReadSqliteTableText(const std::string& create);

Trigger ReadSqliteTriggerText(const std::string& name, const std::string& create, const Table& table);

}  // namespace synapsor::schema
