// The receipts table that stands in a target database: its text and which of its columns are used
// how. One home for what the trusted runner expects and what `sync grants` prints.
#pragma once

#include <array>
#include <string>
#include <string_view>

namespace synapsor::objects {

inline constexpr std::string_view kReceiptsTable = "synapsor_receipts";
// On PostgreSQL; elsewhere the table stands in the connection's database.
inline constexpr std::string_view kReceiptsSchema = "public";

// What the runner writes, once; `created_at` is the database's own. Rows are never changed or
// deleted.
inline constexpr std::array<std::string_view, 6> kReceiptsInserted = {"idempotency_key", "job",    "proposal",
                                                                      "tenant",          "status", "result_hash"};
// What it reads back, by idempotency key.
inline constexpr std::array<std::string_view, 5> kReceiptsRead = {"idempotency_key", "job", "proposal", "status",
                                                                  "result_hash"};

// The CREATE TABLE for an engine (postgres, mysql, mariadb, sqlite), one statement without a
// semicolon.
std::string ReceiptsDdl(std::string_view engine);

}  // namespace synapsor::objects
