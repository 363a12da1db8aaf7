#include "runtime/objects/receipts.h"

namespace synapsor::objects {

std::string ReceiptsDdl(std::string_view engine) {
  if (engine == "postgres") {
    return "CREATE TABLE IF NOT EXISTS public.synapsor_receipts (\n"
           "  idempotency_key text PRIMARY KEY,\n  job text NOT NULL,\n  proposal text NOT NULL,\n"
           "  tenant text NOT NULL,\n  status text NOT NULL CHECK (status IN ('applied', 'conflict', 'failed')),\n"
           "  result_hash text NOT NULL,\n  created_at timestamptz NOT NULL DEFAULT now()\n)";
  }
  if (engine == "mysql" || engine == "mariadb") {
    return "CREATE TABLE IF NOT EXISTS synapsor_receipts (\n"
           "  idempotency_key varchar(190) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL PRIMARY KEY,\n"
           "  job varchar(64) NOT NULL,\n  proposal varchar(64) NOT NULL,\n"
           "  tenant varchar(255) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,\n"
           "  status varchar(16) NOT NULL,\n  result_hash varchar(80) NOT NULL,\n"
           "  created_at timestamp(6) NOT NULL DEFAULT CURRENT_TIMESTAMP(6)\n) ENGINE=InnoDB";
  }
  return "CREATE TABLE IF NOT EXISTS synapsor_receipts (\n"
         "  idempotency_key TEXT NOT NULL PRIMARY KEY,\n  job TEXT NOT NULL,\n  proposal TEXT NOT NULL,\n"
         "  tenant TEXT NOT NULL,\n  status TEXT NOT NULL CHECK (status IN ('applied', 'conflict', 'failed')),\n"
         "  result_hash TEXT NOT NULL,\n"
         "  created_at TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ', 'now'))\n)";
}

}  // namespace synapsor::objects
