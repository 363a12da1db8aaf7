#include <algorithm>

#include "runtime/bundle/read_parts.h"
#include "runtime/bundle/spelling.h"

namespace synapsor::bundle {
namespace {

Guard ReadGuard(CanonicalReader& in) {
  static constexpr Field<Guard> kFields[] = {
      {"advanced_by_statement", [](CanonicalReader& r, Guard& v) { v.advanced_by_statement = r.Boolean(); }},
      {"column", [](CanonicalReader& r, Guard& v) { v.column = r.String(); }},
      {"compared", [](CanonicalReader& r, Guard& v) { v.compared = ReadTexts(r); }},
      {"kind",
       [](CanonicalReader& r, Guard& v) {
         const auto kind = ParseGuardKind(r.String());
         if (!kind) r.Fail("a guard's kind is unknown");
         v.kind = kind.value_or(GuardKind::kIntegerVersion);
       }},
  };
  return ReadFields(in, kFields);
}

SetColumn ReadSet(CanonicalReader& in) {
  static constexpr Field<SetColumn> kFields[] = {
      {"column", [](CanonicalReader& r, SetColumn& v) { v.column = r.String(); }},
      {"db", [](CanonicalReader& r, SetColumn& v) { v.database_type = r.String(); }},
      {"max", [](CanonicalReader& r, SetColumn& v) { v.max = r.String(); }},
      {"max_length", [](CanonicalReader& r, SetColumn& v) { v.max_length = r.Integer(); }},
      {"min", [](CanonicalReader& r, SetColumn& v) { v.min = r.String(); }},
      {"not_null", [](CanonicalReader& r, SetColumn& v) { v.nullable = !r.Boolean(); }},
      {"precision", [](CanonicalReader& r, SetColumn& v) { v.precision = ReadInt(r); }},
      {"scale", [](CanonicalReader& r, SetColumn& v) { v.scale = ReadInt(r); }},
      {"transitions", [](CanonicalReader& r, SetColumn& v) { v.transitions = ReadPairs(r); }},
      {"type", [](CanonicalReader& r, SetColumn& v) { v.type = ReadType(r); }},
      {"value", [](CanonicalReader& r, SetColumn& v) { v.value = ReadValueRef(r); }},
  };
  return ReadFields(in, kFields);
}

// The key's or the tenant's column, value and type.
struct Anchor {
  std::string column;
  ValueRef value;
  ScalarType type = ScalarType::kText;
};

Anchor ReadAnchor(CanonicalReader& in) {
  static constexpr Field<Anchor> kFields[] = {
      {"column", [](CanonicalReader& r, Anchor& v) { v.column = r.String(); }},
      {"type", [](CanonicalReader& r, Anchor& v) { v.type = ReadType(r); }},
      {"value", [](CanonicalReader& r, Anchor& v) { v.value = ReadValueRef(r); }},
  };
  return ReadFields(in, kFields);
}

StatementReader ReadStatementObject(CanonicalReader& in) {
  StatementReader statement;
  in.Object([&](std::string_view key) { return statement.Member(in, key); });
  return statement;
}

Audit ReadAudit(CanonicalReader& in) {
  static constexpr Field<Audit> kFields[] = {
      {"insert", [](CanonicalReader& r, Audit& v) { v.insert = ReadStatementObject(r).Finish({}); }},
      {"stream", [](CanonicalReader& r, Audit& v) { v.stream = r.String(); }},
  };
  return ReadFields(in, kFields);
}

struct PatchParts {
  PatchPlan patch;
  StatementReader before, update, lock;
};

}  // namespace

PatchPlan ReadPatch(CanonicalReader& in) {
  using P = PatchParts;
  static constexpr Field<P> kFields[] = {
      {"audit", [](CanonicalReader& r, P& v) { v.patch.audit = ReadAudit(r); }},
      {"before", [](CanonicalReader& r, P& v) { v.before = ReadStatementObject(r); }},
      {"expected_rows", [](CanonicalReader& r, P& v) { v.patch.expected_rows = ReadInt(r); }},
      {"guard", [](CanonicalReader& r, P& v) { v.patch.guard = ReadGuard(r); }},
      {"key",
       [](CanonicalReader& r, P& v) {
         Anchor key = ReadAnchor(r);
         v.patch.key_column = std::move(key.column);
         v.patch.key = std::move(key.value);
         v.patch.key_type = key.type;
       }},
      {"lock", [](CanonicalReader& r, P& v) { v.lock = ReadStatementObject(r); }},
      {"observed", [](CanonicalReader& r, P& v) { v.patch.observed = ReadTexts(r); }},
      {"root_key_slot", [](CanonicalReader& r, P& v) { v.patch.root_key_slot = r.String(); }},
      {"schema", [](CanonicalReader& r, P& v) { v.patch.schema = r.String(); }},
      {"set", [](CanonicalReader& r, P& v) { v.patch.set = ReadList(r, ReadSet); }},
      {"source", [](CanonicalReader& r, P& v) { v.patch.source = r.String(); }},
      {"table", [](CanonicalReader& r, P& v) { v.patch.table = r.String(); }},
      {"target_is_context_root", [](CanonicalReader& r, P& v) { v.patch.target_is_context_root = r.Boolean(); }},
      {"tenant",
       [](CanonicalReader& r, P& v) {
         Anchor tenant = ReadAnchor(r);
         v.patch.tenant_column = std::move(tenant.column);
         v.patch.tenant = std::move(tenant.value);
         v.patch.tenant_type = tenant.type;
       }},
      {"update", [](CanonicalReader& r, P& v) { v.update = ReadStatementObject(r); }},
  };
  P parts = ReadFields(in, kFields);
  PatchPlan& patch = parts.patch;
  patch.before = parts.before.Finish(patch.table);
  patch.update = parts.update.Finish(patch.table);
  patch.lock = parts.lock.Finish(patch.table);
  if (!patch.lock.columns.empty()) in.Fail("`lock` has columns of its own");
  patch.lock.columns = patch.before.columns;
  for (const SetColumn& set : patch.set) patch.allowed_columns.push_back(set.column);
  std::sort(patch.allowed_columns.begin(), patch.allowed_columns.end());
  return std::move(parts.patch);
}

}  // namespace synapsor::bundle
