#include "compiler/schema/load.h"

namespace synapsor::schema {

Result<Snapshot> ReadMysqlSql(std::string_view, const std::string& path) {
  return Fail(ErrorKind::kUsage, path + ": MySQL's SQL is not read offline", "give a snapshot of `sync introspect`");
}

}  // namespace synapsor::schema
