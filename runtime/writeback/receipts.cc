#include "runtime/writeback/receipts.h"

#include <fmt/format.h>

#include <array>

#include "runtime/base/digest.h"

namespace synapsor::writeback {
namespace {

constexpr std::array<std::string_view, 3> kStatusNames = {"applied", "conflict", "failed"};
constexpr std::string_view kDuplicateKey = "1062";  // MySQL and MariaDB

bool IsMysql(std::string_view engine) { return engine == "mysql" || engine == "mariadb"; }

std::string Table(std::string_view engine) {
  if (engine == "postgres") return "public.synapsor_receipts";
  return std::string(kReceiptsTable);
}

bundle::Statement Make(std::string_view engine, std::string sql, int params) {
  bundle::Statement statement;
  for (int i = 0; i < params; ++i) {
    bundle::Param param;
    param.type = ScalarType::kText;
    param.database_type = IsMysql(engine) ? "varchar(255)" : "text";
    statement.params.push_back(std::move(param));
  }
  statement.fingerprint = Digest(fmt::format("{}\n{}", engine, sql));
  statement.sql = std::move(sql);
  return statement;
}

// Binds the row to the exact proposal that was applied.
std::string ResultHash(const ledger::Proposal& proposal, ReceiptStatus status) {
  return Digest(fmt::format("{}|{}|{}", proposal.idempotency_key, proposal.hash, ReceiptStatusName(status)));
}

}  // namespace

std::string_view ReceiptStatusName(ReceiptStatus status) { return kStatusNames[static_cast<std::size_t>(status)]; }

std::string ReceiptsDdl(std::string_view engine) { return objects::ReceiptsDdl(engine); }

bundle::Statement CreateReceiptsStatement(std::string_view engine) { return Make(engine, ReceiptsDdl(engine), 0); }

bundle::Statement InsertReceiptStatement(std::string_view engine) {
  constexpr std::string_view kColumns = "(idempotency_key, job, proposal, tenant, status, result_hash)";
  if (IsMysql(engine)) {
    // Never INSERT IGNORE: it would swallow truncation as well.
    return Make(engine, fmt::format("INSERT INTO {} {} VALUES (?, ?, ?, ?, ?, ?)", Table(engine), kColumns), 6);
  }
  const std::string_view values = engine == "postgres" ? "($1, $2, $3, $4, $5, $6)" : "(?, ?, ?, ?, ?, ?)";
  return Make(engine,
              fmt::format("INSERT INTO {} {} VALUES {} ON CONFLICT DO NOTHING", Table(engine), kColumns, values), 6);
}

bundle::Statement FindReceiptStatement(std::string_view engine) {
  bundle::Statement statement =
      Make(engine,
           fmt::format("SELECT job, proposal, status, result_hash FROM {} WHERE idempotency_key = {}", Table(engine),
                       engine == "postgres" ? "$1" : "?"),
           1);
  for (const char* name : {"job", "proposal", "status", "result_hash"}) {
    bundle::ResultColumn column;
    column.name = column.column = name;
    column.table = std::string(kReceiptsTable);
    column.type = ScalarType::kText;
    column.database_type = IsMysql(engine) ? "varchar(190)" : "text";
    statement.columns.push_back(std::move(column));
  }
  return statement;
}

db::DbResult<std::optional<FoundReceipt>> FindReceipt(db::Connection& connection, std::string_view engine,
                                                      const ledger::Proposal& proposal) {
  const Scalar key[] = {Scalar::Text(proposal.idempotency_key)};
  auto rows = connection.Query(FindReceiptStatement(engine), key, 2);
  if (!rows) return tl::unexpected(std::move(rows.error()));
  if (rows->empty()) return std::nullopt;
  const db::Row& row = rows->front();
  FoundReceipt found;
  for (std::size_t i = 0; i < kStatusNames.size(); ++i) {
    const auto status = static_cast<ReceiptStatus>(i);
    if (row[2].text != kStatusNames[i]) continue;
    found.status = status;
    found.ours = row[1].text == ledger::ProposalHandle(proposal.id) && row[3].text == ResultHash(proposal, status);
  }
  return found;
}

db::DbResult<Inserted> InsertReceipt(db::Connection& connection, std::string_view engine, const ledger::Job& job,
                                     const ledger::Proposal& proposal, ReceiptStatus status) {
  const Scalar values[] = {Scalar::Text(proposal.idempotency_key),
                           Scalar::Text(std::to_string(job.id)),
                           Scalar::Text(ledger::ProposalHandle(proposal.id)),
                           Scalar::Text(proposal.tenant),
                           Scalar::Text(std::string(ReceiptStatusName(status))),
                           Scalar::Text(ResultHash(proposal, status))};
  auto inserted = connection.Execute(InsertReceiptStatement(engine), values);
  if (inserted) return *inserted == 1 ? Inserted::kYes : Inserted::kTaken;
  // The primary key is the only unique key of the table, so this code can mean nothing else.
  if (IsMysql(engine) && inserted.error().code == kDuplicateKey) return Inserted::kTaken;
  return tl::unexpected(std::move(inserted.error()));
}

}  // namespace synapsor::writeback
