// How values of rows, arguments and people appear: as text only, with everything invisible in them made visible, long ones
// folded. And how states, times and the origin of values are said, in words beside the colour.
#pragma once

#include <string_view>

#include "runtime/base/clock.h"
#include "runtime/base/scalar.h"
#include "runtime/http/review/html.h"
#include "runtime/ledger/records.h"

namespace synapsor::http::review {

// Text that somebody outside chose. Never more than `fold_after` code points at a glance; the rest opens on demand.
Html ShowText(std::string_view text, std::size_t fold_after = 280);
// The same on one line of a list: cut, not folded.
Html ShowBrief(std::string_view text, std::size_t most = 120);
Html ShowScalar(const Scalar& value);
Html ShowBriefScalar(const Scalar& value, std::size_t most);
Html ShowTime(Instant at);
Html ShowState(ledger::ProposalState state);
Html ShowRisk(std::string_view risk);
// A digest, shortened for the eye, whole for copying.
Html ShowDigest(std::string_view digest);
// JSON of ours, as text in a block.
Html ShowDocument(std::string_view json);

// pending_review -> "Awaiting review".
std::string_view StateWords(ledger::ProposalState state);

enum class Chooser { kModel, kSession, kFixed, kDatabase };
// From "arg:reason", "session:principal", "fixed", "proposal:key".
Chooser ChooserOf(std::string_view provenance);
// "model argument reason", coloured and in words.
Html ShowProvenance(std::string_view provenance);
Html ShowChooser(Chooser chooser, std::string_view name);

// A value with who chose it: what the model chose is marked as untrusted.
Html ShowChosen(const Scalar& value, Chooser chooser);

}  // namespace synapsor::http::review
