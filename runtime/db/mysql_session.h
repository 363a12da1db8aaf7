// One connection of the MySQL connector: prepared statements, exact values, and session control by
// constant texts. mysql_session.cc is the only file that sees the connector. Private to runtime/db.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "runtime/db/connector.h"
#include "runtime/db/hosts.h"
#include "runtime/db/mysql_url.h"

namespace synapsor::db {

// Session control without any value: the only texts that travel outside prepared statements,
// because older servers cannot prepare them.
enum class MysqlControl {
  kPinTimeZone,
  kPinSqlMode,
  kPinCharacterSet,
  kReaderSession,
  kWriterSession,
  kNextIsSnapshot,
  kBeginReads,
  kBeginWrites,
  kCommit,
  kRollback,
  kPing,
};

// The text that is sent; every possible one is in the table behind it.
const char* MysqlControlText(MysqlControl control);

class MysqlSession {
 public:
  virtual ~MysqlSession() = default;
  virtual DbResult<void> Control(MysqlControl control) = 0;
  virtual DbResult<std::vector<Row>> Query(const bundle::Statement& statement, std::span<const Scalar> values,
                                           int row_cap) = 0;
  virtual DbResult<std::int64_t> Execute(const bundle::Statement& statement, std::span<const Scalar> values) = 0;
  // For statements of this program's own that yield no rows and change no table, such as SET with a
  // parameter.
  virtual DbResult<void> Run(const bundle::Statement& statement, std::span<const Scalar> values) = 0;
  virtual bool lost() const = 0;
};

struct MysqlConnect {
  MysqlAddress address;
  std::string ca_file;   // not empty: chain and host name are verified
  bool encrypt = false;  // encrypted or refused
  int connect_timeout_s = 3, answer_timeout_s = 65;
};

// Connected and, where `encrypt` or `ca_file` ask for it, proven to be encrypted. Not yet pinned.
DbResult<std::unique_ptr<MysqlSession>> ConnectMysql(const MysqlConnect& connect);

}  // namespace synapsor::db
