// Compares a checked program with the databases that it is meant for: what the snapshots no longer say truly (7xx), what
// the connecting roles may do, and whether each emitted statement prepares there. Metadata only: no row is asked for
// and nothing is run. Decides what is reported; how a database is asked is schema/introspect.h and schema/prober.h.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "compiler/diag/finding.h"
#include "compiler/ir/ir.h"
#include "compiler/schema/introspect.h"
#include "compiler/schema/snapshot.h"
#include "runtime/base/result.h"
#include "runtime/bundle/bundle.h"

namespace synapsor::live {

// One source as its `read` credential sees it.
struct Database {
  std::string name;
  schema::Engine engine = schema::Engine::kPostgres;
  std::string url;  // secret
  schema::IntrospectOptions options;
  schema::Snapshot snapshot;          // introspected in this run
  bool allow_writing_reader = false;  // development only: the configuration accepts it
};

// By name of the source. A source that is not in it is not compared.
using Databases = std::map<std::string, Database>;

// SYN701 to SYN710. Returns remarks for the operator about what no DDL uses. The program was lowered against the
// snapshots; a source without one was lowered against its live schema and has no drift.
std::vector<std::string> ReportDrift(const ir::Program& program, const Databases& databases, diag::Sink& sink);
void ReportRoles(const ir::Program& program, const Databases& databases, diag::Sink& sink);

// SYN711 to SYN713; the last only with `explain`. `bundle` is what the program builds to. Fails when a database does
// not answer. Returns remarks about statements that the reading role was not allowed to prepare.
Result<std::vector<std::string>> ReportStatements(const ir::Program& program, const bundle::Bundle& bundle,
                                                  const Databases& databases, bool explain, diag::Sink& sink);

}  // namespace synapsor::live
