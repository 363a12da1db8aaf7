#include "runtime/mcp/resources.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "runtime/interp/envelope.h"
#include "runtime/mcp/message.h"

namespace synapsor::mcp {
namespace {

using nlohmann::json;

struct Owner {
  const std::string* tenant;
  const std::string* principal;
};

bool Owns(const Owner& owner, const std::string& tenant, const std::string& principal) {
  return owner.tenant != nullptr && owner.principal != nullptr && *owner.tenant == tenant &&
         *owner.principal == principal;
}

std::string Text(const json& value) { return value.dump(-1, ' ', false, json::error_handler_t::replace); }

// What its owner learns of a record whose content is gone.
Result<std::optional<std::string>> Removed(std::string_view kind, std::string handle, Instant at) {
  const std::string when = FormatInstant(at);
  return Text(
      {{kind, std::move(handle)}, {"removed_at", when}, {"message", fmt::format("removed by retention on {}", when)}});
}

Result<std::optional<std::string>> ReadEvidence(interp::Runtime& runtime, const Owner& owner, ledger::EvidenceId id) {
  SYN_ASSIGN_OR_RETURN(const auto evidence, runtime.ledger().FindEvidence(id));
  if (!evidence || !Owns(owner, evidence->tenant, evidence->principal)) return std::nullopt;
  if (evidence->removed_at.micros != 0) return Removed("evidence", ledger::EvidenceHandle(id), evidence->removed_at);
  json items = json::array();
  for (const ledger::EvidenceItem& item : evidence->items) {
    json values = json::object();
    for (const ledger::NamedScalar& value : item.values) values[value.name] = ToJson(value.value);
    items.push_back({{"kind", item.kind}, {"values", std::move(values)}});
  }
  return Text({{"evidence", ledger::EvidenceHandle(evidence->id)},
               {"capability", evidence->capability},
               {"run", ledger::RunHandle(evidence->run)},
               {"at", FormatInstant(evidence->at)},
               {"items", std::move(items)}});
}

Result<std::optional<std::string>> ReadProposal(interp::Runtime& runtime, const Owner& owner, ledger::ProposalId id) {
  SYN_ASSIGN_OR_RETURN(const auto view, runtime.ledger().FindProposal(id));
  if (!view || !Owns(owner, view->proposal.tenant, view->proposal.principal)) return std::nullopt;
  return Text({{"proposal", ledger::ProposalHandle(id)},
               {"state", ledger::StateName(view->state)},
               {"capability", view->proposal.capability},
               {"summary", view->proposal.summary},
               {"evidence", ledger::EvidenceHandle(view->proposal.evidence)},
               {"run", ledger::RunHandle(view->proposal.run)},
               {"created_at", FormatInstant(view->proposal.created_at)},
               {"expires_at", FormatInstant(view->proposal.expires_at)},
               {"source_database_changed", view->state == ledger::ProposalState::kApplied}});
}

Result<std::optional<std::string>> ReadRun(interp::Runtime& runtime, const Owner& owner, ledger::RunId id) {
  SYN_ASSIGN_OR_RETURN(const auto run, runtime.ledger().FindRun(id));
  if (!run || !Owns(owner, run->tenant, run->principal)) return std::nullopt;
  if (run->removed_at.micros != 0) return Removed("run", ledger::RunHandle(id), run->removed_at);
  json body = {{"run", ledger::RunHandle(id)},  {"kind", run->kind},     {"workflow", run->workflow},
               {"capability", run->capability}, {"status", run->status}, {"status_code", run->status_code},
               {"at", FormatInstant(run->at)}};
  if (run->evidence != 0) body["evidence"] = ledger::EvidenceHandle(run->evidence);
  if (run->proposal != 0) body["proposal"] = ledger::ProposalHandle(run->proposal);
  if (json result = interp::RecordedAnswer(*run); !result.is_null()) body["result"] = std::move(result);
  return Text(body);
}

}  // namespace

std::string ResourceTemplateMembers() {
  constexpr auto kTemplate = R"({{"uriTemplate":"{}","name":"{}","description":"{}","mimeType":"application/json"}})";
  return R"("resourceTemplates":[)" +
         fmt::format(kTemplate, "evidence://bundle/{id}", "evidence", "The rows that a call rested on, by slot") + ',' +
         fmt::format(kTemplate, "wrp://{id}", "proposal", "A proposed change and where its review stands") + ',' +
         fmt::format(kTemplate, "agent-run://{id}", "run", "A recorded call with its result") + ']';
}

Result<std::optional<std::string>> ReadRecord(interp::Runtime& runtime, const config::Config& config,
                                              const session::Session& session, std::string_view uri) {
  const Owner owner = {session.Find(config.session.tenant_key), session.Find(config.session.principal_key)};
  const auto id = [uri](std::string_view scheme) {
    return uri.starts_with(scheme) ? ledger::ParseHandle(uri, scheme) : -1;
  };
  if (const auto evidence = id(ledger::kEvidenceScheme); evidence > 0) return ReadEvidence(runtime, owner, evidence);
  if (const auto proposal = id(ledger::kProposalScheme); proposal > 0) return ReadProposal(runtime, owner, proposal);
  if (const auto run = id(ledger::kRunScheme); run > 0) return ReadRun(runtime, owner, run);
  return std::nullopt;
}

}  // namespace synapsor::mcp
