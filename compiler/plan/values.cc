#include "compiler/plan/values.h"

#include <fmt/format.h>

namespace synapsor::plan {

using bundle::Origin;
using bundle::ValueRef;

Result<Scalar> LiteralScalar(const ast::Literal& literal, ScalarType type) {
  if (literal.kind == ast::LiteralKind::kNull) return Scalar::Null(type);
  return FromText(literal.text, type);
}

Result<ValueRef> ToValueRef(const ir::Capability* capability, const ir::Value& value, ScalarType type) {
  const ir::Provenance& from = value.provenance;
  switch (from.kind) {
    case ir::ProvenanceKind::kTrusted: return FromSession(from.session_key);
    case ir::ProvenanceKind::kModelArg:
      if (capability == nullptr || from.arg < 0) break;
      return ValueRef{Origin::kArg, std::string(capability->args[static_cast<std::size_t>(from.arg)].name),
                      Scalar::Null(ScalarType::kText)};
    case ir::ProvenanceKind::kFixed: {
      if (from.literal == nullptr) break;
      SYN_ASSIGN_OR_RETURN(Scalar fixed, LiteralScalar(*from.literal, type));
      return ValueRef{Origin::kFixed, {}, std::move(fixed)};
    }
    case ir::ProvenanceKind::kRow: break;
  }
  return Fail(ErrorKind::kInternal, "a value without a source reached the plan");
}

ValueRef FromSession(std::string_view key) {
  return {Origin::kSession, std::string(key), Scalar::Null(ScalarType::kText)};
}
ValueRef FromProposal(std::string part) {
  return {Origin::kProposal, std::move(part), Scalar::Null(ScalarType::kText)};
}
ValueRef FromEvent(std::string_view name) {
  return {Origin::kEvent, std::string(name), Scalar::Null(ScalarType::kText)};
}

}  // namespace synapsor::plan
