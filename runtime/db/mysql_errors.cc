#include "runtime/db/mysql_errors.h"

#include <algorithm>
#include <iterator>

namespace synapsor::db {
namespace {

// Client errors and the server's last words. 1927 and 3024 have other meanings on no supported
// server.
constexpr int kLost[] = {1053, 1077, 1079, 1158, 1159, 1160, 1161, 1927, 2000, 2001, 2002,
                         2003, 2005, 2006, 2012, 2013, 2014, 2026, 2027, 2055, 3169, 4031};

struct KindOfNumber {
  int number;
  FailureKind kind;
};

constexpr KindOfNumber kNumbers[] = {
    {1040, FailureKind::kUnavailable},  // too many connections
    {1203, FailureKind::kUnavailable}, {1226, FailureKind::kUnavailable},
    {1021, FailureKind::kUnavailable},  // disk full
    {1114, FailureKind::kUnavailable},  // table full
    {3032, FailureKind::kUnavailable},  // MySQL: offline mode
    {3168, FailureKind::kUnavailable},  // MySQL: starting or stopping
    {1205, FailureKind::kTimeout},      // lock wait timeout
    {1317, FailureKind::kTimeout},      // KILL QUERY
    {1969, FailureKind::kTimeout},      // MariaDB: max_statement_time
    {3024, FailureKind::kTimeout},      // MySQL: max_execution_time
    {3572, FailureKind::kTimeout},      // NOWAIT
    {1213, FailureKind::kConflict},     // deadlock
    {1020, FailureKind::kConflict},     // MariaDB: the row changed since the snapshot
    {1044, FailureKind::kPermission},  {1045, FailureKind::kPermission},
    {1142, FailureKind::kPermission},  {1143, FailureKind::kPermission},
    {1227, FailureKind::kPermission},  {1290, FailureKind::kPermission},
    {1370, FailureKind::kPermission},  {1698, FailureKind::kPermission},
    {1792, FailureKind::kPermission},                                     // read-only transaction
    {1836, FailureKind::kPermission},                                     // read-only server
    {1251, FailureKind::kPermission},  {2059, FailureKind::kPermission},  // the account's way to log in is unknown here
    {2061, FailureKind::kPermission},  {1820, FailureKind::kPermission},
    {1862, FailureKind::kPermission},                                     // password expired
    {3118, FailureKind::kPermission},  {3955, FailureKind::kPermission},  // account locked
    {3159, FailureKind::kPermission},                                     // the server wants TLS
    {1046, FailureKind::kSchema},      {1049, FailureKind::kSchema},
    {1054, FailureKind::kSchema},      {1064, FailureKind::kSchema},
    {1109, FailureKind::kSchema},      {1146, FailureKind::kSchema},
    {1305, FailureKind::kSchema},      {1356, FailureKind::kSchema},
    {1412, FailureKind::kSchema},      {1615, FailureKind::kSchema},
    {1048, FailureKind::kConstraint},  {1062, FailureKind::kConstraint},
    {1216, FailureKind::kConstraint},  {1217, FailureKind::kConstraint},
    {1264, FailureKind::kConstraint},  {1265, FailureKind::kConstraint},
    {1292, FailureKind::kConstraint},  {1364, FailureKind::kConstraint},
    {1366, FailureKind::kConstraint},  {1369, FailureKind::kConstraint},
    {1406, FailureKind::kConstraint},  {1411, FailureKind::kConstraint},
    {1451, FailureKind::kConstraint},  {1452, FailureKind::kConstraint},
    {1644, FailureKind::kConstraint},  {1690, FailureKind::kConstraint},
    {3819, FailureKind::kConstraint},  {4025, FailureKind::kConstraint},  // MariaDB: CHECK
};

}  // namespace

FailureKind KindOfMysqlError(int number, std::string_view sql_state) {
  if (MysqlConnectionIsLost(number)) return FailureKind::kUnavailable;
  for (const KindOfNumber& row : kNumbers) {
    if (row.number == number) return row.kind;
  }
  if (sql_state.starts_with("22") || sql_state.starts_with("23") || sql_state.starts_with("45")) {
    return FailureKind::kConstraint;
  }
  if (sql_state.starts_with("40")) return FailureKind::kConflict;
  if (sql_state.starts_with("42")) return FailureKind::kSchema;
  if (sql_state.starts_with("08")) return FailureKind::kUnavailable;
  return FailureKind::kOther;
}

bool MysqlConnectionIsLost(int number) {
  return std::find(std::begin(kLost), std::end(kLost), number) != std::end(kLost);
}

bool MysqlCommitWasRefused(FailureKind kind) {
  return kind == FailureKind::kConflict || kind == FailureKind::kPermission || kind == FailureKind::kConstraint;
}

}  // namespace synapsor::db
