// The vocabulary of authority facts, and for each verb what a change of it means. One row a verb: verbs.cc.
//
// Some facts grant (a column may be read), others restrict a grant (its rows are those of one tenant). A restriction comes
// and goes with the grant that it belongs to, its anchor: it counts only where the anchor stands on both sides.
#pragma once

#include <string>
#include <string_view>

#include "compiler/authority/authority.h"

namespace synapsor::authority {

inline constexpr std::string_view kExpose = "expose";      // tool: read or proposal
inline constexpr std::string_view kDescribe = "describe";  // texts of the contract: digest
inline constexpr std::string_view kChoose = "choose";      // ARG: its bounds as JSON
inline constexpr std::string_view kEvidence = "evidence";  // evidence: on or off
inline constexpr std::string_view kReach = "reach";        // table
inline constexpr std::string_view kScope = "scope";        // table: tenant predicate
inline constexpr std::string_view kFind = "find";          // table: lookup
inline constexpr std::string_view kJoin = "join";          // table: equality
inline constexpr std::string_view kRows = "rows";          // table: row cap
inline constexpr std::string_view kRead = "read";          // column
inline constexpr std::string_view kChange = "change";      // table
inline constexpr std::string_view kAim = "aim";            // table: key and where its value comes from
inline constexpr std::string_view kWithin = "within";      // table: tenant guard
inline constexpr std::string_view kGuard = "guard";        // table: conflict guard
inline constexpr std::string_view kAudit = "audit";        // table: stream
inline constexpr std::string_view kWrite = "write";        // column: provenance and bounds as JSON
inline constexpr std::string_view kRun = "run";            // workflow
inline constexpr std::string_view kAllow = "allow";        // capability
inline constexpr std::string_view kRequire = "require";    // session key
inline constexpr std::string_view kApprove = "approve";    // risk level: role and number as JSON
inline constexpr std::string_view kRecord = "record";      // evidence
inline constexpr std::string_view kKeep = "keep";          // runs, evidence: days
inline constexpr std::string_view kSettle = "settle";      // policy: conditions and limits as JSON

inline constexpr std::string_view kUnscoped = "single tenant";
inline constexpr std::string_view kInContext = ", only the row of the context";
inline constexpr std::string_view kLedgerOnly = ", in the ledger only";

// How `after` stands to `before`. Two values that cannot be ordered broaden, in either direction.
enum class Order { kLooser, kTighter, kSame, kUnordered };

struct VerbRule {
  std::string_view verb;
  std::string_view anchor;      // verb of the grant that it restricts, or empty
  bool anchor_has_same_object;  // otherwise the anchor is of the subject alone
  Effect when_added;            // the opposite when removed
  Order (*compare)(const std::string& before, const std::string& after);
  // Sentences; {0} object, {1} qualifier before, {2} qualifier after, {3} the parts that differ.
  std::string_view added, removed, changed;
};

// Never null for facts that this program writes; null for unknown verbs.
const VerbRule* FindVerb(std::string_view verb);

}  // namespace synapsor::authority
