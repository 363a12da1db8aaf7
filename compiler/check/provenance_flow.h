// Data flow of the values that the model chooses: from an ARG through the clauses that carry it, through the columns it
// is stored in, to the places that read those columns. Built once a run; facts and paths, no judgement.
//
// The lattice is {not chosen, chosen by the model}. Within a capability a value flows in one step, since COLUMNS takes
// no expressions. Across capabilities it flows through rows: what one capability writes FROM ARG, another reads as
// `trusted_before` of a policy, as a join column or as a slot. No column is written from another column, so the closure
// is complete after that one step and needs no iteration.
#pragma once

#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "compiler/check/support.h"

namespace synapsor::check {

// One hop of a path, with the words for it: "ARG reason", "COLUMNS reviewer".
struct Hop {
  Span span;
  std::string text;
};

// From a model's choice to where it arrives; the last hop is the sink.
using Path = std::vector<Hop>;

// Labels for all hops but the last, which is the finding's own place, and the whole path as a note.
void AttachPath(diag::Finding& finding, const Path& path);

// `ARG a` -> the place where `value` is used, worded `sink`.
Path PathOf(const ir::Capability& capability, const ir::Value& value, Span sink_span, std::string sink);

// One FROM ARG of a proposal.
struct ModelWrite {
  const ir::Capability* capability = nullptr;
  const ir::WriteColumn* column = nullptr;
};

// Which columns of which tables the model can set, and by what. Views count as their base tables.
class ModelWrites {
 public:
  explicit ModelWrites(const ir::Program& program);

  // The first capability, in the order of the files, by which the model sets this column; null if there is none.
  const ModelWrite* Find(const ir::TableUse& table, std::string_view column) const;

 private:
  std::unordered_map<std::string, ModelWrite> writes_;
};

}  // namespace synapsor::check
