#include "compiler/schema/load.h"
namespace synapsor::schema {
Result<Snapshot> LoadSchemaFile(const std::string& path, Engine) {
  return Fail(ErrorKind::kUsage, "cannot read the schema `" + path + "` in this build");
}
}  // namespace synapsor::schema
