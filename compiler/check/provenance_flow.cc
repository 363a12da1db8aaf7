#include "compiler/check/provenance_flow.h"

#include <fmt/format.h>

#include <cctype>

namespace synapsor::check {
namespace {

// Schema, table and column in lower case; of the base table where a view is known to have one.
std::string ColumnKey(const ir::TableUse& table, std::string_view column) {
  std::string key;
  const schema::Column* entry = table.resolved.table == nullptr ? nullptr : table.resolved.table->FindColumn(column);
  const Physical physical = PhysicalColumn(table, entry);
  if (physical.column != nullptr) {
    key = fmt::format("{}\n{}\n{}", physical.table->schema, physical.table->name, physical.column->name);
  } else {
    key = fmt::format("{}\n{}\n{}", table.resolved.schema, table.resolved.name, column);
  }
  for (char& c : key) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return key;
}

}  // namespace

void AttachPath(diag::Finding& finding, const Path& path) {
  std::string note = "path:";
  for (std::size_t i = 0; i < path.size(); ++i) {
    note += fmt::format("{} `{}`", i == 0 ? "" : " ->", path[i].text);
    if (i + 1 == path.size()) continue;
    finding.WithLabel(path[i].span, i == 0 ? "the model chooses this" : "it arrives here");
  }
  finding.WithNote(std::move(note));
}

Path PathOf(const ir::Capability& capability, const ir::Value& value, Span sink_span, std::string sink) {
  Path path;
  if (const ir::Arg* arg = ArgOf(capability, value))
    path.push_back({arg->syntax->name.span, fmt::format("ARG {}", arg->name)});
  path.push_back({sink_span, std::move(sink)});
  return path;
}

ModelWrites::ModelWrites(const ir::Program& program) {
  for (const ir::Capability& capability : program.capabilities) {
    if (!capability.write || capability.write->target.poisoned) continue;
    for (const ir::WriteColumn& column : capability.write->columns)
      if (ArgOf(capability, column.value) != nullptr)
        writes_.emplace(ColumnKey(capability.write->target, column.column.name), ModelWrite{&capability, &column});
  }
}

const ModelWrite* ModelWrites::Find(const ir::TableUse& table, std::string_view column) const {
  const auto found = writes_.find(ColumnKey(table, column));
  return found == writes_.end() ? nullptr : &found->second;
}

}  // namespace synapsor::check
