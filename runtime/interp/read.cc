#include "runtime/interp/read.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>

namespace synapsor::interp {
namespace {

class Reader {
 public:
  Reader(const CallPlan& plan, const CallValues& values, const LogSink& log, Snapshot& snapshot)
      : plan_(plan), values_(values), log_(log), snapshot_(snapshot) {}

  std::optional<Refusal> Run() {
    auto lease = plan_.reader->Acquire(plan_.source->connect_timeout_ms);
    if (!lease) return Failed(lease.error());
    connection_ = std::move(*lease);
    const bundle::QueryPlan& query = plan_.context->query;
    const int timeout = std::min(query.timeout_ms, plan_.source->statement_timeout_ms);
    const auto mode = plan_.capability->patch ? db::TxMode::kReadOnly : db::TxMode::kOneRead;
    if (auto begun = connection_->Begin(mode, timeout, plan_.source->lock_timeout_ms); !begun) {
      return Failed(begun.error());
    }
    connection_->SetTenant(*values_.session[plan_.tenant_key]);
    std::optional<Refusal> refusal = ReadContext();
    if (!refusal && plan_.capability->patch) refusal = ReadTarget();
    if (refusal) {
      connection_->Rollback();
      return refusal;
    }
    if (auto ended = connection_->Commit(); !ended) return Failed(ended.error());
    return std::nullopt;
  }

 private:
  std::optional<Refusal> ReadContext() {
    const bundle::QueryPlan& query = plan_.context->query;
    auto parameters = ResolveAll(plan_.query_params, plan_, values_);
    if (!parameters) return parameters.error();
    auto rows = Send(query.statement, query.tables.front(), *std::move(parameters), query.row_cap + 1);
    if (!rows) return rows.error();
    if (rows->empty()) return NotFound();
    if (rows->size() > 1 && !query.many_rows) {
      return Internal("more than one row answers where one is expected: tell the operator");
    }
    const auto cap = static_cast<std::size_t>(query.row_cap);
    snapshot_.cap_reached = rows->size() > cap;
    if (snapshot_.cap_reached) rows->resize(cap);
    snapshot_.rows = *std::move(rows);
    return std::nullopt;
  }

  std::optional<Refusal> ReadTarget() {
    if (plan_.capability->patch->target_is_context_root && !KeyIsInContext()) {
      return Refusal{"TARGET_OUTSIDE_CONTEXT", {}, "the target is not the object of this session", {}, false};
    }
    auto parameters = ResolveAll(plan_.before_params, plan_, values_);
    if (!parameters) return parameters.error();
    const bundle::PatchPlan& patch = *plan_.capability->patch;
    auto rows = Send(patch.before, patch.table, *std::move(parameters), 2);
    if (!rows) return rows.error();
    if (rows->empty()) return NotFound();
    if (rows->size() > 1)
      return Refusal{"MULTI_ROW_BLOCKED", {}, "the change would concern more than one row", {}, false};
    snapshot_.before = std::move(rows->front());
    return std::nullopt;
  }

  bool KeyIsInContext() const {
    return std::any_of(snapshot_.rows.begin(), snapshot_.rows.end(), [&](const db::Row& row) {
      const Scalar& root = row[plan_.root_key];
      return !root.is_null && root.text == values_.key.text;
    });
  }

  Checked<std::vector<db::Row>> Send(const bundle::Statement& statement, const std::string& table,
                                     std::vector<Scalar> parameters, int row_cap) {
    const auto start = std::chrono::steady_clock::now();
    auto rows = connection_->Query(statement, parameters, row_cap);
    const auto taken = std::chrono::steady_clock::now() - start;
    SentQuery query{&statement, table, std::move(parameters)};
    query.rows = rows ? static_cast<std::int64_t>(rows->size()) : 0;
    query.micros = std::chrono::duration_cast<std::chrono::microseconds>(taken).count();
    snapshot_.queries.push_back(std::move(query));
    if (!rows) return tl::unexpected(*Failed(rows.error()));
    for (const db::Row& row : *rows) {
      if (row.size() != statement.columns.size()) {
        return tl::unexpected(Internal("the source answers with other columns than planned: tell the operator"));
      }
    }
    return *std::move(rows);
  }

  std::optional<Refusal> Failed(const db::Failure& failure) const {
    log_(fmt::format("source `{}`, capability `{}`: {} {}", plan_.source->name, plan_.capability->name, failure.code,
                     failure.operator_message));
    return FromFailure(failure);
  }

  const CallPlan& plan_;
  const CallValues& values_;
  const LogSink& log_;
  Snapshot& snapshot_;
  db::Lease connection_;
};

}  // namespace

std::optional<Refusal> ReadSnapshot(const CallPlan& plan, const CallValues& values, const LogSink& log,
                                    Snapshot& snapshot) {
  return Reader(plan, values, log, snapshot).Run();
}

}  // namespace synapsor::interp
