// Short ways to write statements in the tests of runtime/db.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "runtime/base/digest.h"
#include "runtime/db/database.h"

namespace synapsor::db {

struct Slot {
  ScalarType type;
  std::string database_type = {};
};

inline bundle::Statement MakeStatement(std::string sql, const std::vector<Slot>& params = {},
                                       const std::vector<Slot>& columns = {}) {
  bundle::Statement statement;
  statement.fingerprint = Sha256Hex(sql);
  statement.sql = std::move(sql);
  for (const Slot& slot : params) {
    bundle::Param param;
    param.type = slot.type;
    param.database_type = slot.database_type;
    statement.params.push_back(param);
  }
  for (std::size_t i = 0; i < columns.size(); ++i) {
    bundle::ResultColumn column;
    column.name = "slot" + std::to_string(i);
    column.table = "t";
    column.column = "c" + std::to_string(i);
    column.type = columns[i].type;
    column.database_type = columns[i].database_type;
    statement.columns.push_back(column);
  }
  return statement;
}

}  // namespace synapsor::db
