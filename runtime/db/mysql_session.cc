#include "runtime/db/mysql_session.h"

#include <cppconn/connection.h>
#include <cppconn/datatype.h>
#include <cppconn/exception.h>
#include <cppconn/prepared_statement.h>
#include <cppconn/resultset.h>
#include <cppconn/resultset_metadata.h>
#include <cppconn/statement.h>
#include <fmt/format.h>
#include <mysql_driver.h>

#include <charconv>
#include <limits>
#include <mutex>
#include <utility>

#include "runtime/db/mysql_errors.h"
#include "runtime/db/statement_cache.h"
#include "runtime/db/values.h"

namespace synapsor::db {
namespace {

using sql::DataType;

// The driver is made once, before any thread uses it; each thread announces itself once.
sql::mysql::MySQL_Driver* Driver() {
  static std::once_flag once;
  static sql::mysql::MySQL_Driver* driver = nullptr;
  std::call_once(once, [] { driver = sql::mysql::get_driver_instance(); });
  return driver;
}

void EnterThread() {
  struct Entered {
    Entered() { Driver()->threadInit(); }
    ~Entered() { Driver()->threadEnd(); }
  };
  thread_local const Entered entered;
}

Failure FailureOf(const sql::SQLException& error) {
  const int number = error.getErrorCode();
  return {KindOfMysqlError(number, error.getSQLState()), error.what(), std::to_string(number)};
}

// ---- values to the server

template <typename Number>
bool Parse(const std::string& text, Number& value) {
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, value);
  return error == std::errc() && stop == end;
}

// An instant as a text of the session's time zone, which is UTC: the engines know no `T` and `Z`
// here.
std::string InstantText(const std::string& text) {
  std::string out = text;
  if (out.size() > 10 && out[10] == 'T') out[10] = ' ';
  if (!out.empty() && out.back() == 'Z') out.pop_back();
  return out;
}

DbResult<void> Bind(sql::PreparedStatement& statement, unsigned position, const Scalar& value) {
  const auto not_a = [&](std::string_view what) {
    return tl::unexpected(CannotSend(position, fmt::format("not {}", what)));
  };
  if (value.is_null) {
    statement.setNull(position, DataType::SQLNULL);
    return {};
  }
  switch (value.type) {
    case ScalarType::kInt64: {
      std::int64_t number = 0;
      if (!Parse(value.text, number)) return not_a("a signed integer");
      statement.setInt64(position, number);
      return {};
    }
    case ScalarType::kUInt64: {
      std::uint64_t number = 0;
      if (!Parse(value.text, number)) return not_a("an unsigned integer");
      statement.setUInt64(position, number);
      return {};
    }
    case ScalarType::kBoolean:
      if (value.text != "true" && value.text != "false") return not_a("a boolean");
      statement.setInt(position, value.text == "true" ? 1 : 0);
      return {};
    case ScalarType::kDouble: {
      double number = 0;
      if (!Parse(value.text, number)) return not_a("a number");
      statement.setDouble(position, number);
      return {};
    }
    case ScalarType::kTimestampTz: statement.setString(position, InstantText(value.text)); return {};
    default: statement.setString(position, value.text); return {};
  }
}

// ---- values from the server

// The connector fetches decimals into a buffer of this many characters and reports a longer one
// with bytes behind it.
constexpr std::size_t kDecimalBuffer = 64;

struct FoundColumn {
  int type = DataType::UNKNOWN;
  bool is_signed = true;
  bool is_instant = false;  // TIMESTAMP, not DATETIME
};

bool IsInteger(int type) {
  return type == DataType::TINYINT || type == DataType::SMALLINT || type == DataType::MEDIUMINT ||
         type == DataType::INTEGER || type == DataType::BIGINT || type == DataType::YEAR || type == DataType::BIT;
}

bool IsText(int type) {
  return type == DataType::CHAR || type == DataType::VARCHAR || type == DataType::LONGVARCHAR ||
         type == DataType::ENUM || type == DataType::SET;
}

bool IsBinary(int type) {
  return type == DataType::BINARY || type == DataType::VARBINARY || type == DataType::LONGVARBINARY ||
         type == DataType::GEOMETRY;
}

bool TypeMatches(const FoundColumn& found, ScalarType declared) {
  switch (declared) {
    case ScalarType::kInt64:
    case ScalarType::kUInt64: return IsInteger(found.type);
    case ScalarType::kBoolean: return found.type == DataType::TINYINT || found.type == DataType::BIT;
    case ScalarType::kDouble: return found.type == DataType::REAL || found.type == DataType::DOUBLE;
    case ScalarType::kDecimal: return found.type == DataType::DECIMAL || found.type == DataType::NUMERIC;
    case ScalarType::kDate: return found.type == DataType::DATE;
    case ScalarType::kTime: return found.type == DataType::TIME;
    case ScalarType::kTimestamp: return found.type == DataType::TIMESTAMP && !found.is_instant;
    case ScalarType::kTimestampTz: return found.type == DataType::TIMESTAMP && found.is_instant;
    case ScalarType::kBytes: return IsBinary(found.type);
    case ScalarType::kJson: return found.type == DataType::JSON || IsText(found.type);
    case ScalarType::kText:
    case ScalarType::kUuid: return IsText(found.type);
  }
  return false;
}

DbResult<Scalar> ReadInteger(const sql::ResultSet& rows, unsigned index, const FoundColumn& found,
                             const bundle::ResultColumn& column) {
  if (!found.is_signed || found.type == DataType::BIT) {
    const std::uint64_t number = rows.getUInt64(index);
    if (column.type == ScalarType::kInt64 &&
        number > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max())) {
      return tl::unexpected(Mismatch(column, "an integer beyond 2^63 - 1"));
    }
    return FromColumnText(column, std::to_string(number));
  }
  return FromColumnText(column, std::to_string(rows.getInt64(index)));
}

DbResult<Scalar> ReadBoolean(const sql::ResultSet& rows, unsigned index, const bundle::ResultColumn& column) {
  const std::int64_t number = rows.getInt64(index);
  if (number != 0 && number != 1) {
    return tl::unexpected(Mismatch(column, "an integer other than 0 and 1"));
  }
  return Scalar::Of(ScalarType::kBoolean, number == 1 ? "true" : "false");
}

DbResult<Scalar> Read(const sql::ResultSet& rows, unsigned index, const FoundColumn& found,
                      const bundle::ResultColumn& column) {
  if (rows.isNull(index)) return Scalar::Null(column.type);
  switch (column.type) {
    case ScalarType::kInt64:
    case ScalarType::kUInt64: return ReadInteger(rows, index, found, column);
    case ScalarType::kBoolean: return ReadBoolean(rows, index, column);
    // As text a double would lose its digits. A FLOAT reads as the double it equals.
    case ScalarType::kDouble: return FromColumnDouble(column, static_cast<double>(rows.getDouble(index)));
    case ScalarType::kTimestampTz: {
      const std::string text = rows.getString(index).asStdString();
      return FromColumnText(column, text + "Z");
    }
    default: {
      const std::string text = rows.getString(index).asStdString();
      if (column.type == ScalarType::kDecimal && text.size() > kDecimalBuffer) {
        return tl::unexpected(Mismatch(column, "a decimal of more than 64 characters"));
      }
      return FromColumnText(column, text);
    }
  }
}

DbResult<std::vector<FoundColumn>> MatchColumns(sql::ResultSetMetaData& metadata, const bundle::Statement& statement) {
  const unsigned width = metadata.getColumnCount();
  if (width != statement.columns.size()) {
    return tl::unexpected(WrongColumns(statement.columns.size(), width));
  }
  std::vector<FoundColumn> columns;
  columns.reserve(width);
  for (unsigned i = 1; i <= width; ++i) {
    FoundColumn found;
    found.type = metadata.getColumnType(i);
    found.is_signed = !IsInteger(found.type) || metadata.isSigned(i);
    found.is_instant = found.type == DataType::TIMESTAMP && metadata.getColumnTypeName(i) == "TIMESTAMP";
    const bundle::ResultColumn& column = statement.columns[i - 1];
    if (!TypeMatches(found, column.type)) {
      return tl::unexpected(Mismatch(column, fmt::format("the type {}", metadata.getColumnTypeName(i).asStdString())));
    }
    columns.push_back(found);
  }
  return columns;
}

// Why the connector fetches nothing: MySQL's JSON, VECTOR and what else it does not know.
Failure CannotBeFetched(sql::ResultSetMetaData& metadata, const bundle::Statement& statement) {
  const unsigned width = metadata.getColumnCount();
  if (width != statement.columns.size()) return WrongColumns(statement.columns.size(), width);
  for (unsigned i = 1; i <= width; ++i) {
    const int type = metadata.getColumnType(i);
    if (type != DataType::JSON && type != DataType::UNKNOWN) continue;
    return Mismatch(statement.columns[i - 1], type == DataType::JSON
                                                  ? "the type JSON, which can be fetched only as text"
                                                  : "a type that cannot be fetched");
  }
  return Mismatch(statement.columns[0], "a type that cannot be fetched, or a column beside it has");
}

// ---- the session

class ConnectorSession : public MysqlSession {
 public:
  explicit ConnectorSession(std::unique_ptr<sql::Connection> connection) : connection_(std::move(connection)) {}

  ~ConnectorSession() override {
    EnterThread();
    // What the connector throws on the way out concerns nobody.
    try {
      cache_ = {};
      connection_.reset();
    } catch (const std::exception&) {
    }
  }

  // The one user of the text protocol. The texts are constants: no value can get into one.
  DbResult<void> Control(MysqlControl control) override {
    return Guarded([&]() -> DbResult<void> {
      const std::unique_ptr<sql::Statement> statement(connection_->createStatement());
      statement->execute(MysqlControlText(control));
      return {};
    });
  }

  DbResult<std::vector<Row>> Query(const bundle::Statement& statement, std::span<const Scalar> values,
                                   int row_cap) override {
    return Guarded([&]() -> DbResult<std::vector<Row>> {
      auto bound = Bound(statement, values);
      if (!bound) return tl::unexpected(std::move(bound.error()));
      // One open result a statement: a second would share its buffers.
      std::unique_ptr<sql::ResultSet> result;
      try {
        result.reset((*bound)->executeQuery());
      } catch (const sql::SQLException& error) {
        if (error.getErrorCode() != 0) throw;
        // The connector's own word: it has no buffer for a column's type. The rows are on their way all the same.
        lost_ = true;
        return tl::unexpected(CannotBeFetched(*(*bound)->getMetaData(), statement));
      }
      auto columns = MatchColumns(*result->getMetaData(), statement);
      if (!columns) return tl::unexpected(std::move(columns.error()));
      std::vector<Row> rows;
      while (static_cast<std::int64_t>(rows.size()) < row_cap && result->next()) {
        Row& row = rows.emplace_back();
        row.reserve(columns->size());
        for (unsigned i = 0; i < columns->size(); ++i) {
          auto value = Read(*result, i + 1, (*columns)[i], statement.columns[i]);
          if (!value) return tl::unexpected(std::move(value.error()));
          row.push_back(std::move(*value));
        }
      }
      return rows;
    });
  }

  DbResult<std::int64_t> Execute(const bundle::Statement& statement, std::span<const Scalar> values) override {
    return Guarded([&]() -> DbResult<std::int64_t> {
      auto bound = Bound(statement, values);
      if (!bound) return tl::unexpected(std::move(bound.error()));
      return (*bound)->executeUpdate();
    });
  }

  DbResult<void> Run(const bundle::Statement& statement, std::span<const Scalar> values) override {
    return Guarded([&]() -> DbResult<void> {
      auto bound = Bound(statement, values);
      if (!bound) return tl::unexpected(std::move(bound.error()));
      (*bound)->execute();
      return {};
    });
  }

  bool lost() const override { return lost_; }

 private:
  using Prepared = std::unique_ptr<sql::PreparedStatement>;

  // Turns what the connector throws into failures; no exception leaves this file.
  template <typename Body>
  auto Guarded(Body body) -> decltype(body()) {
    EnterThread();
    if (lost_) {
      return tl::unexpected(Failure{FailureKind::kUnavailable, "the connection was lost", "2006"});
    }
    try {
      return body();
    } catch (const sql::SQLException& error) {
      lost_ = MysqlConnectionIsLost(error.getErrorCode());
      return tl::unexpected(FailureOf(error));
    } catch (const std::exception& error) {
      lost_ = true;  // in an unknown state
      return tl::unexpected(Failure{FailureKind::kOther, error.what(), "CONNECTOR"});
    }
  }

  DbResult<sql::PreparedStatement*> Bound(const bundle::Statement& statement, std::span<const Scalar> values) {
    if (auto checked = CheckValues(statement, values); !checked) {
      return tl::unexpected(std::move(checked.error()));
    }
    auto* entry = cache_.Find(statement.fingerprint);
    if (entry != nullptr && entry->sql != statement.sql) return tl::unexpected(FingerprintClash());
    if (entry == nullptr) {
      Prepared prepared(connection_->prepareStatement(statement.sql));
      entry = &cache_.Insert(statement.fingerprint, statement.sql, std::move(prepared), [](Prepared&) {});
    }
    for (std::size_t i = 0; i < values.size(); ++i) {
      auto bound = Bind(*entry->handle, static_cast<unsigned>(i + 1), values[i]);
      if (!bound) return tl::unexpected(std::move(bound.error()));
    }
    return entry->handle.get();
  }

  std::unique_ptr<sql::Connection> connection_;  // outlives the statements of the cache
  StatementCache<Prepared> cache_;
  bool lost_ = false;
};

// The server's word that the connection is encrypted: the connector falls back to plain text in
// silence.
DbResult<void> CheckEncrypted(MysqlSession& session) {
  bundle::Statement statement;
  statement.sql = "SHOW SESSION STATUS LIKE 'Ssl_cipher'";
  statement.fingerprint = statement.sql;
  for (const char* name : {"Variable_name", "Value"}) {
    bundle::ResultColumn column;
    column.name = column.column = name;
    statement.columns.push_back(column);
  }
  auto rows = session.Query(statement, {}, 1);
  if (!rows) return tl::unexpected(std::move(rows.error()));
  if (rows->empty() || rows->front()[1].text.empty()) {
    return tl::unexpected(Failure{FailureKind::kUnavailable, "the connection is not encrypted", "TLS"});
  }
  return {};
}

}  // namespace

const char* MysqlControlText(MysqlControl control) {
  switch (control) {
    case MysqlControl::kPinTimeZone: return "SET SESSION time_zone = '+00:00'";
    case MysqlControl::kPinSqlMode:
      return "SET SESSION sql_mode = "
             "'STRICT_ALL_TABLES,NO_ENGINE_SUBSTITUTION,NO_ZERO_DATE,NO_ZERO_IN_DATE,"
             "ERROR_FOR_DIVISION_BY_ZERO,ONLY_FULL_GROUP_BY', completion_type = 'NO_CHAIN', autocommit = 1";
    case MysqlControl::kPinCharacterSet: return "SET NAMES utf8mb4";
    case MysqlControl::kReaderSession: return "SET SESSION TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY";
    case MysqlControl::kWriterSession: return "SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED, READ WRITE";
    case MysqlControl::kNextIsSnapshot: return "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ";
    case MysqlControl::kBeginReads: return "START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY";
    case MysqlControl::kBeginWrites: return "START TRANSACTION READ WRITE";
    case MysqlControl::kCommit: return "COMMIT";
    case MysqlControl::kRollback: return "ROLLBACK";
    case MysqlControl::kPing: return "DO 1";
  }
  return "ROLLBACK";
}

DbResult<std::unique_ptr<MysqlSession>> ConnectMysql(const MysqlConnect& connect) {
  EnterThread();
  const MysqlAddress& address = connect.address;
  sql::ConnectOptionsMap options;
  options["hostName"] =
      address.socket.empty()
          ? sql::SQLString(fmt::format(
                "tcp://{}:{}", address.host.find(':') == std::string::npos ? address.host : "[" + address.host + "]",
                address.port))
          : sql::SQLString("unix://" + address.socket);
  options["userName"] = sql::SQLString(address.user);
  options["password"] = sql::SQLString(address.password);
  if (!address.database.empty()) options["schema"] = sql::SQLString(address.database);
  options["CLIENT_FOUND_ROWS"] = true;  // matched rows, changed or not
  options["OPT_LOCAL_INFILE"] = 0;      // no server may ask for our files
  options["OPT_RECONNECT"] = false;     // a new session would be without pins and without the transaction
  options["OPT_CHARSET_NAME"] = sql::SQLString("utf8mb4");
  options["OPT_CONNECT_TIMEOUT"] = connect.connect_timeout_s;
  options["OPT_READ_TIMEOUT"] = connect.answer_timeout_s;
  options["OPT_WRITE_TIMEOUT"] = connect.answer_timeout_s;
  if (!connect.ca_file.empty()) {
    // Together these check the chain and the host name; either alone, or OPT_SSL_MODE, does not.
    options["sslCA"] = sql::SQLString(connect.ca_file);
    options["sslVerify"] = true;
  } else if (connect.encrypt) {
    options["sslEnforce"] = true;
  }
  std::unique_ptr<ConnectorSession> session;
  try {
    session = std::make_unique<ConnectorSession>(std::unique_ptr<sql::Connection>(Driver()->connect(options)));
  } catch (const sql::SQLException& error) {
    return tl::unexpected(FailureOf(error));
  } catch (const std::exception& error) {
    return tl::unexpected(Failure{FailureKind::kOther, error.what(), "CONNECTOR"});
  }
  if (connect.encrypt || !connect.ca_file.empty()) {
    if (auto encrypted = CheckEncrypted(*session); !encrypted) {
      return tl::unexpected(std::move(encrypted.error()));
    }
  }
  return session;
}

}  // namespace synapsor::db
