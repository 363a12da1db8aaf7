#include "compiler/schema/introspect.h"
namespace synapsor::schema {
Result<Snapshot> Introspect(Engine, const std::string&, const IntrospectOptions&) {
  return Fail(ErrorKind::kUsage, "cannot read a live schema in this build");
}
}  // namespace synapsor::schema
