// Which findings are hidden because somebody said so: `-- sync:allow CODE reason` in the text, and
// the entries of a baseline file. Decides what may be hidden at all; every attempt that is not
// honoured becomes a finding (8xx).
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "compiler/diag/finding.h"
#include "compiler/source/source.h"
#include "runtime/base/result.h"

namespace synapsor::diag {

// Warnings, and errors that do not concern soundness. An error of soundness is never hidden.
bool MayBeHidden(const KindInfo& info);

// One `-- sync:allow CODE reason` comment; the views point into the SourceStore.
struct AllowComment {
  std::string_view code;  // code or slug as written, may be empty
  std::string_view reason;
  Span span = Span::None();    // the comment
  Span covers = Span::None();  // the statement; None: there is none
};

// Removes from `sink` what the comments cover (findings whose place begins inside the statement)
// and reports comments with an unknown code, without reason, naming an error of soundness, or
// covering nothing. `all_checks_ran` is false when checks stayed silent for lack of a schema: a
// comment is then not called unused, nor is one whose statement has errors. Returns how many
// findings were removed.
int ApplyAllowComments(const SourceStore& sources, std::span<const AllowComment> comments, bool all_checks_ran,
                       Sink& sink);

// A baseline is a JSON file of fingerprints with counts: findings that were there when it was
// written are hidden, new ones are not, and entries without a finding are reported so that the file
// shrinks. Findings that may not be hidden are left out.
std::string WriteBaseline(const std::deque<Finding>& findings);

// Removes from `sink` what the baseline holds and returns how many findings that were. Entries that
// name an error of soundness, and entries that match nothing, are reported at their place in the
// baseline file. A file that is not a baseline is an error.
Result<int> ApplyBaseline(const SourceStore& sources, FileId baseline, bool all_checks_ran, Sink& sink);

}  // namespace synapsor::diag
