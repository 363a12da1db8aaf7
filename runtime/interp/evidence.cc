#include "runtime/interp/evidence.h"

#include <algorithm>

#include "runtime/base/digest.h"
#include "runtime/base/json_out.h"

namespace synapsor::interp {

ledger::Evidence MakeEvidence(const CallPlan& plan, const CallValues& values, const Snapshot& snapshot,
                              const std::string& bundle_digest, Instant now) {
  const bundle::QueryPlan& query = plan.context->query;
  ledger::Evidence evidence;
  evidence.capability = plan.capability->name;
  evidence.context = plan.context->name;
  evidence.tenant = *values.session[plan.tenant_key];
  evidence.principal = *values.session[plan.principal_key];
  evidence.bundle_digest = bundle_digest;
  evidence.at = now;
  const bool has_root_key = plan.capability->patch && plan.capability->patch->target_is_context_root;
  const std::size_t root_key = has_root_key ? plan.root_key : query.statement.columns.size();
  evidence.items.reserve(snapshot.rows.size());
  for (const db::Row& row : snapshot.rows) {
    ledger::EvidenceItem item{"row", query.source, query.tables.front(), {}, {}};
    for (std::size_t i = 0; i < row.size(); ++i) {
      const bundle::ResultColumn& column = query.statement.columns[i];
      if (column.visible) item.values.push_back({column.name, row[i]});
      if (!column.visible || i == root_key) item.key.push_back({column.name, row[i]});
    }
    evidence.items.push_back(std::move(item));
  }
  return evidence;
}

std::vector<ledger::QueryAudit> MakeAudits(const CallPlan& plan, const Snapshot& snapshot,
                                           const ledger::Ledger& ledger) {
  std::vector<ledger::QueryAudit> audits;
  for (const SentQuery& query : snapshot.queries) {
    audits.push_back({plan.context->query.source, query.table, query.statement->fingerprint,
                      ledger.FingerprintParameters(query.parameters), query.rows, query.micros});
  }
  return audits;
}

std::string SessionJson(const CallPlan& plan, const session::Session& session) {
  JsonOut values(256);
  values.BeginObject();
  for (const auto& [key, value] : session.values) {
    const bool named = std::find(plan.session_keys.begin(), plan.session_keys.end(), key) != plan.session_keys.end();
    values.Member(key, named ? std::string_view(value) : "redacted");
  }
  return values.EndObject().Take();
}

std::string ArgumentsDigest(const bundle::Capability& capability, const std::string& arguments_json,
                            const std::string& mode) {
  return Digest(capability.name + '\n' + mode + '\n' + arguments_json);
}

}  // namespace synapsor::interp
