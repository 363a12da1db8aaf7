// What the tests against real servers share.
#pragma once

#include <gtest/gtest.h>

#include <chrono>
#include <cstdlib>
#include <memory>
#include <string>
#include <vector>

#include "runtime/db/connector.h"
#include "tests/unit/db/statements.h"

namespace synapsor::db {

// The URL in the environment; empty when this test must be skipped.
inline std::string ServerUrl(const char* variable) {
  const char* url = std::getenv(variable);
  return url == nullptr ? "" : url;
}

inline std::string Where(const Failure& failure) { return "[" + failure.code + "] " + failure.operator_message; }

// Runs `statement` and expects success.
inline std::int64_t MustExecute(Connection& connection, const bundle::Statement& statement,
                                const std::vector<Scalar>& values = {}) {
  auto done = connection.Execute(statement, values);
  EXPECT_TRUE(done) << statement.sql << ": " << (done ? "" : Where(done.error()));
  return done ? *done : -1;
}

inline std::vector<Row> MustQuery(Connection& connection, const bundle::Statement& statement,
                                  const std::vector<Scalar>& values = {}) {
  auto rows = connection.Query(statement, values, 100);
  EXPECT_TRUE(rows) << statement.sql << ": " << (rows ? "" : Where(rows.error()));
  return rows ? *rows : std::vector<Row>();
}

class Stopwatch {
 public:
  std::int64_t Milliseconds() const {
    return std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - start_).count();
  }

 private:
  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
};

}  // namespace synapsor::db
