#include "runtime/ledger/proposal_rows.h"

#include <fmt/format.h>

#include "runtime/ledger/document.h"
#include "runtime/ledger/event_check.h"
#include "runtime/ledger/rows.h"

namespace synapsor::ledger {
namespace {

std::string Select(std::string_view record, std::string_view condition) {
  const TableLayout& layout = *FindLayout(record);
  return fmt::format("SELECT {} FROM {} WHERE {}", CheckedColumns(layout), layout.table, condition);
}

struct Statements {
  std::string proposal = Select("proposal", "id = $1");
  std::string decisions = Select("decision", "proposal = $1 ORDER BY id");
  std::string jobs = Select("job", "proposal = $1 ORDER BY id");
  std::string receipts = Select("receipt", "proposal = $1 ORDER BY id");
  std::string events =
      fmt::format("SELECT {}, {} FROM events AS e WHERE ref = $1 ORDER BY sequence", kEventColumns, kPreviousHash);
};

Result<std::vector<ProposalRows>> Fetch(Session& session, std::span<const ProposalId> ids, bool all) {
  static const Statements kStatements;
  std::vector<std::string> handles;
  for (const ProposalId id : ids) handles.push_back(ProposalHandle(id));
  std::vector<Query> queries;
  for (std::size_t i = 0; i < ids.size(); ++i) {
    for (const std::string* sql : {&kStatements.proposal, &kStatements.decisions, &kStatements.receipts}) {
      queries.push_back({*sql, {ids[i]}});
    }
    if (!all) continue;
    queries.push_back({kStatements.jobs, {ids[i]}});
    queries.push_back({kStatements.events, {handles[i]}});
  }
  SYN_ASSIGN_OR_RETURN(auto answers, session.GetAll(queries));
  std::vector<ProposalRows> result;
  auto answer = answers.begin();
  for (const ProposalId id : ids) {
    ProposalRows& rows = result.emplace_back();
    rows.id = id;
    rows.proposal = std::move(*answer++);
    rows.decisions = std::move(*answer++);
    rows.receipts = std::move(*answer++);
    if (!all) continue;
    rows.jobs = std::move(*answer++);
    rows.events = std::move(*answer++);
  }
  return result;
}

}  // namespace

Result<std::vector<ProposalRows>> FetchProposals(Session& session, std::span<const ProposalId> ids) {
  return Fetch(session, ids, true);
}

Result<std::vector<ProposalRows>> FetchViews(Session& session, std::span<const ProposalId> ids) {
  return Fetch(session, ids, false);
}

// The places of columns are those of kTables.
Result<std::optional<ProposalView>> ToView(const ProposalRows& rows) {
  if (rows.proposal.empty()) return std::nullopt;
  const std::vector<Cell>& row = rows.proposal[0];
  ProposalView view;
  SYN_ASSIGN_OR_RETURN(view.proposal, ParseProposal(row[11].text));
  view.proposal.id = row[0].number;
  view.proposal.hash = row[10].text;
  const auto state = ParseState(row[12].text);
  if (!state) {
    return Fail(ErrorKind::kInvalid,
                fmt::format("`{}` is in a state that does not exist", ProposalHandle(view.proposal.id)),
                "the ledger was edited or damaged: `synapsor-runner audit verify` says where");
  }
  view.state = *state;
  for (const auto& cells : rows.decisions) {
    SYN_ASSIGN_OR_RETURN(Decision decision, ParseDecision(cells[3].text));
    decision.integrity = cells[2].text;
    view.decisions.push_back(std::move(decision));
  }
  for (const auto& cells : rows.receipts) {
    SYN_ASSIGN_OR_RETURN(Receipt receipt, ParseReceipt(cells[4].text));
    receipt.hash = cells[3].text;
    view.receipts.push_back(std::move(receipt));
  }
  return view;
}

}  // namespace synapsor::ledger
