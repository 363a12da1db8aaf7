#include "runtime/ledger/removals.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "runtime/ledger/transaction.h"

namespace synapsor::ledger {
namespace {

constexpr std::size_t kRemembered = 64;
constexpr std::string_view kWorkflowScheme = "workflow://";

std::string Key(std::string_view table, std::int64_t id) { return fmt::format("{} {}", table, id); }

}  // namespace

std::string WorkflowSubject(std::string_view workflow) { return fmt::format("{}{}", kWorkflowScheme, workflow); }

Result<const RemovalEvent*> Removals::Find(std::int64_t sequence) {
  const auto known = events_.find(sequence);
  if (known != events_.end()) return &known->second;
  SYN_ASSIGN_OR_RETURN(const Rows rows, session_.Get(fmt::format("SELECT {}, {} FROM events AS e WHERE sequence = $1",
                                                                 kEventColumns, kPreviousHash),
                                                     {sequence}));
  RemovalEvent event;
  Statement statement;
  if (rows.empty()) {
    event.problem = fmt::format("event {} is missing", sequence);
  } else if (event.problem = CheckEvent(rows[0], rows[0][9].text, statement); event.problem.empty()) {
    const Event said = ToEvent(rows[0]);
    if (said.kind != kRemovedEvent || !said.subject.starts_with(kWorkflowScheme)) {
      event.problem = fmt::format("event {} removes nothing", sequence);
    }
    event.workflow = said.subject.substr(std::min(said.subject.size(), kWorkflowScheme.size()));
  }
  for (StatedRemoval& removal : statement.removals) {
    std::string key = Key(removal.table, removal.id);
    event.rows.emplace(std::move(key), std::move(removal));
  }
  if (events_.size() >= kRemembered) events_.erase(events_.begin());
  return &events_.emplace(sequence, std::move(event)).first->second;
}

Result<std::string> Removals::Check(std::string_view record, std::int64_t id, std::span<const Cell> columns,
                                    std::string_view digest, std::int64_t sequence) {
  SYN_ASSIGN_OR_RETURN(const RemovalEvent* event, Find(sequence));
  if (!event->problem.empty()) return fmt::format("{} {} was removed, but {}", record, id, event->problem);
  const auto row = event->rows.find(Key(record, id));
  if (row == event->rows.end()) {
    return fmt::format("{} {} was removed, but event {} does not say so", record, id, sequence);
  }
  if (row->second.digest != digest) {
    return fmt::format("event {} removed another {} {} than was recorded", sequence, record, id);
  }
  if (row->second.remaining != RowDigest(columns)) return fmt::format("what is left of {} {} was edited", record, id);
  return std::string();
}

Result<Remains> ReadRemains(Session& session, std::int64_t created_by, std::int64_t removed_by) {
  SYN_ASSIGN_OR_RETURN(const Rows rows,
                       session.Get("SELECT c.actor, c.tenant, c.payload, c.at, r.at FROM events AS c, events AS r "
                                   "WHERE c.sequence = $1 AND r.sequence = $2",
                                   {created_by, removed_by}));
  if (rows.empty()) {
    return Fail(ErrorKind::kInvalid, "a record is gone and no event says why",
                "the ledger was edited or damaged: `synapsor-runner audit verify` says where");
  }
  const auto payload = nlohmann::json::parse(rows[0][2].text, nullptr, false);
  Remains remains{rows[0][0].text, rows[0][1].text, {}, {rows[0][3].number}, {rows[0][4].number}};
  if (payload.is_object() && payload.contains("capability") && payload["capability"].is_string()) {
    remains.capability = payload["capability"].get<std::string>();
  }
  return remains;
}

}  // namespace synapsor::ledger
