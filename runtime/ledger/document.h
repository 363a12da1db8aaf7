// Records to the canonical JSON documents that are stored and hashed, and back. Exact in both directions: a parsed
// document written again gives the same bytes. Ids that are columns of their own are not in the documents.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "runtime/base/result.h"
#include "runtime/ledger/records.h"

namespace synapsor::ledger {

std::string RunDocument(const Run& run, const std::vector<QueryAudit>& audits);
std::string EvidenceDocument(const Evidence& evidence);
std::string DecisionDocument(const Decision& decision);  // without `integrity`
std::string ReceiptDocument(const Receipt& receipt);     // without `hash`

// kInvalid when the text is not such a document: somebody edited it.
Result<Run> ParseRun(std::string_view text);
Result<std::vector<QueryAudit>> ParseAudits(std::string_view run_document);
Result<Evidence> ParseEvidence(std::string_view text);
Result<Proposal> ParseProposal(std::string_view text);
Result<Decision> ParseDecision(std::string_view text);
Result<Receipt> ParseReceipt(std::string_view text);

}  // namespace synapsor::ledger
