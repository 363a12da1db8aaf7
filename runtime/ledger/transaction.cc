#include "runtime/ledger/transaction.h"

#include <charconv>

#include "runtime/base/digest.h"
#include "runtime/base/json_out.h"

namespace synapsor::ledger {
namespace {

std::string Payload(NewEvent& event) {
  JsonOut out;
  out.BeginObject();
  for (const auto& [key, value] : event.facts) out.Key(key).String(value);
  // "records", "removed" and "states" sort behind every key that facts use.
  if (!event.records.empty()) {
    out.Key("records").BeginArray();
    for (const RecordRef& record : event.records) {
      out.BeginArray().String(record.table).Int(record.id).String(record.digest).EndArray();
    }
    out.EndArray();
  }
  if (!event.removals.empty()) {
    out.Key("removed").BeginArray();
    for (const RemovalRef& removal : event.removals) {
      out.BeginArray()
          .String(removal.table)
          .Int(removal.id)
          .String(removal.digest)
          .String(removal.remaining)
          .EndArray();
    }
    out.EndArray();
  }
  if (!event.states.empty()) {
    out.Key("states").BeginArray();
    for (const StateRef& state : event.states) {
      out.BeginArray().String(state.table).String(state.id).String(state.state).EndArray();
    }
    out.EndArray();
  }
  return out.EndObject().Take();
}

constexpr std::size_t kUsualRow = 2048;  // bytes; more only costs a growth

void Add(std::string& text, Kind kind, std::int64_t number, std::string_view value) {
  char digits[24];
  if (kind == Kind::kInt) value = {digits, std::to_chars(digits, digits + sizeof digits, number).ptr};
  char size[24];
  text.append(size, std::to_chars(size, size + sizeof size, value.size()).ptr);
  text += ':';
  text += value;
}

}  // namespace

std::string HashEvent(std::string_view previous, const Event& event) {
  JsonOut out;
  out.BeginObject()
      .Member("actor", event.actor)
      .Member("at", event.at.micros)
      .Member("kind", event.kind)
      .Member("payload", event.payload_json)
      .Member("sequence", event.sequence)
      .Member("subject", event.subject)
      .Member("tenant", event.tenant)
      .EndObject();
  return Sha256Hex(out.Take().insert(0, previous));
}

std::string RowDigest(std::span<const Cell> cells) {
  std::string text;
  text.reserve(kUsualRow);
  for (const Cell& cell : cells) Add(text, cell.kind, cell.number, cell.text);
  return Sha256Hex(text);
}

std::string RowDigest(Params columns) {
  std::string text;
  text.reserve(kUsualRow);
  for (const Param& column : columns) Add(text, column.kind, column.number, column.text);
  return Sha256Hex(text);
}

Result<Tx> Tx::Open(Session& session, const Clock& clock) {
  std::string sql =
      "SELECT sequence, hash, salt, ledger_id, last_run, last_evidence, last_proposal, last_decision, "
      "last_job, last_receipt, ";
  sql += session.server_time();
  sql += " FROM head WHERE id = 1";
  sql += session.head_lock();
  SYN_ASSIGN_OR_RETURN(const Rows rows, session.Get(sql));
  if (rows.empty()) {
    return Fail(ErrorKind::kInvalid, "the ledger has lost its head row",
                "it was edited or damaged: restore it from a backup");
  }
  const auto& row = rows[0];
  Head head{row[0].number, row[1].text,   row[2].text,   row[3].text,   row[4].number,
            row[5].number, row[6].number, row[7].number, row[8].number, row[9].number};
  const Instant now = row[10].number != 0 ? Instant{row[10].number} : clock.Now();
  return Tx(session, std::move(head), now);
}

Status Tx::Append(NewEvent event) {
  Event stored;
  stored.sequence = head_.sequence + 1;
  stored.at = now_;
  stored.kind = event.kind;
  stored.payload_json = Payload(event);
  stored.subject = std::move(event.subject);
  stored.actor = event.actor;
  stored.tenant = event.tenant;
  stored.hash = HashEvent(head_.hash, stored);
  // Runs find their event by its number; only other subjects need the index.
  const bool indexed = !stored.subject.starts_with("agent-run://");
  SYN_RETURN_IF_ERROR(session_.Do(
      "INSERT INTO events (sequence, at, kind, subject, ref, actor, tenant, payload, hash) "
      "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
      {stored.sequence, stored.at.micros, stored.kind, stored.subject, indexed ? Param(stored.subject) : Param(nullptr),
       stored.actor, stored.tenant, stored.payload_json, stored.hash}));
  head_.sequence = stored.sequence;
  head_.hash = stored.hash;
  return {};
}

Status Tx::Close() {
  if (head_.sequence == stored_sequence_) return {};
  return session_.Do(
      "UPDATE head SET sequence = $1, hash = $2, last_run = $3, last_evidence = $4, last_proposal = $5, "
      "last_decision = $6, last_job = $7, last_receipt = $8 WHERE id = 1",
      {head_.sequence, head_.hash, head_.run, head_.evidence, head_.proposal, head_.decision, head_.job,
       head_.receipt});
}

}  // namespace synapsor::ledger
