// Asks a live database what it makes of a statement, without running it: PREPARE and EXPLAIN, never EXPLAIN ANALYZE, in
// sessions that the database keeps read-only. Decides nothing about what is a finding.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "compiler/schema/introspect.h"
#include "compiler/schema/snapshot.h"
#include "runtime/base/result.h"

namespace synapsor::schema {

// What became of one statement. Types are as the database spells them; empty where the engine does not say.
struct Preparation {
  bool accepted = false;
  // Not accepted: the database's words about the statement's text, which holds no value of a row.
  std::string words;
  int position = 0;        // 1-based, in code points of the statement; 0: not said
  bool denied = false;     // this role may not; the statement itself may be sound
  bool read_only = false;  // refused for the transaction it was asked in
  std::vector<std::string> params, columns;
};

// One connection. Used by one thread.
class Prober {
 public:
  virtual ~Prober() = default;

  // Fails when the connection does. `params`: how many the statement has.
  virtual Result<Preparation> Prepare(const std::string& sql, int params) = 0;
  // The tables (aliases where the engine says only those) that a query can only read in whole, because no index serves
  // it, however small they are now.
  virtual Result<std::vector<std::string>> ScannedTables(const std::string& sql, int params) = 0;
  // Whether a planned type and one of `Preparation` carry the same values. An empty one is the same as any.
  virtual Result<bool> SameType(const std::string& planned, const std::string& found) = 0;
};

// `url` and `options` as for Introspect.
Result<std::unique_ptr<Prober>> OpenProber(Engine engine, const std::string& url, const IntrospectOptions& options);

}  // namespace synapsor::schema
