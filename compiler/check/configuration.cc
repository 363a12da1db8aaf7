// What the configuration says, against the schema.
#include <fmt/format.h>

#include "compiler/check/rules.h"

namespace synapsor::check {

// An entry that is about no table protects nothing, whatever it says of it.
void CheckConfiguredTables(CheckContext& cx) {
  for (const schema::Catalog::UnknownEntry& unknown : cx.catalog.unknown_entries()) {
    const config::Table& entry = *unknown.entry;
    const bool renamed = !entry.real_name.empty() || !entry.real_schema.empty();
    diag::Finding& finding = cx.sink.Report(diag::Kind::kUnknownConfiguredTable, {},
                                            fmt::format("`tables.{}` of the configuration is about no table of {}",
                                                        entry.name, unknown.source->snapshot_path));
    finding.WithNote(fmt::format("it stands at {}:{}{}", cx.catalog.config().path, entry.line,
                                 renamed ? ", and gives the table another `schema` or `name`" : ""));
    finding.WithHelp(
        !unknown.nearest.empty()
            ? fmt::format("did you mean `{}`?", unknown.nearest)
            : "correct the name, or read the schema again if the table is new; what a role may not see is not in its schema");
  }
}

}  // namespace synapsor::check
