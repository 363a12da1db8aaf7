#include "runtime/ledger/migrations.h"

#include <fmt/format.h>
#include <openssl/rand.h>

#include "runtime/base/digest.h"
#include "runtime/ledger/transaction.h"

namespace synapsor::ledger {
namespace {

std::string RandomHex(std::size_t bytes) {
  std::string raw(bytes, '\0');
  RAND_bytes(reinterpret_cast<unsigned char*>(raw.data()), static_cast<int>(bytes));
  return Sha256Hex(raw).substr(0, bytes * 2);
}

class FixedClock : public Clock {
 public:
  explicit FixedClock(Instant now) : now_(now) {}
  Instant Now() const override { return now_; }

 private:
  Instant now_;
};

}  // namespace

Status WriteGenesis(Session& session, Instant now) {
  const std::string salt = RandomHex(32);
  const std::string ledger_id = RandomHex(8);
  SYN_RETURN_IF_ERROR(
      session.Do("INSERT INTO head (id, sequence, hash, salt, ledger_id, last_run, last_evidence, last_proposal, "
                 "last_decision, last_job, last_receipt) VALUES (1, 0, '', $1, $2, 0, 0, 0, 0, 0, 0)",
                 {salt, ledger_id}));
  SYN_ASSIGN_OR_RETURN(Tx tx, Tx::Open(session, FixedClock(now)));
  NewEvent event{.kind = "ledger.created", .subject = "ledger://" + ledger_id};
  event.facts = {{"identity", GenesisIdentity(salt, ledger_id)}};
  SYN_RETURN_IF_ERROR(tx.Append(std::move(event)));
  return tx.Close();
}

std::string GenesisIdentity(std::string_view salt, std::string_view ledger_id) {
  return Sha256Hex(fmt::format("{}:{}", salt, ledger_id));
}

Error NewerLedger(const std::string& place, int version) {
  return {ErrorKind::kInvalid,
          fmt::format("the ledger `{}` has version {}, this program knows versions up to {}", place, version,
                      kLedgerVersion),
          "use the newer synapsor-runner that wrote it; nothing was changed"};
}

}  // namespace synapsor::ledger
