// What the role behind a source's `read` may do, against what it needs.
#include <fmt/format.h>

#include <algorithm>

#include "compiler/ir/report.h"
#include "compiler/live/live.h"
#include "compiler/live/uses.h"

namespace synapsor::live {
namespace {

using diag::Kind;

bool MayWrite(const schema::Table& table) {
  return table.may_insert.value_or(false) || table.may_update.value_or(false) || table.may_delete.value_or(false) ||
         std::any_of(table.columns.begin(), table.columns.end(),
                     [](const schema::Column& column) { return column.may_update.value_or(false); });
}

void ReportWriting(const Database& database, const schema::Role& role, Span span, diag::Sink& sink) {
  if (database.allow_writing_reader) return;
  const std::string help =
      "connect as a role like the one that `sync grants` prints; for development only, set `allow_writing_reader`";
  if (role.superuser) {
    sink.Report(Kind::kReaderCanWrite, span,
                fmt::format("the `read` role of source `{}` is a superuser of the database", database.name))
        .WithHelp(help);
    return;
  }
  std::vector<std::string_view> writable;
  for (const schema::Table& table : database.snapshot.tables) {
    if (MayWrite(table)) writable.push_back(table.name);
  }
  if (writable.empty()) return;
  sink.Report(Kind::kReaderCanWrite, span,
              fmt::format("the `read` role of source `{}` can write {}", database.name, ir::ListNames(writable)))
      .WithHelp(help);
}

const schema::Table* LiveTable(const UsedTable& use, const Database& database) {
  const schema::Snapshot& old = *use.source->snapshot;
  return database.snapshot.FindTable(
      use.table->schema == old.default_schema ? database.snapshot.default_schema : use.table->schema, use.table->name);
}

// Only what the snapshot did not say: what it says is SYN214's.
void ReportBypass(const UsedTable& use, const schema::Table& now, const Database& database, const schema::Role& role,
                  diag::Sink& sink) {
  const std::optional<schema::Role>& known = use.source->snapshot->role;
  if (!now.row_security ||
      (known && known->name == role.name && known->bypass_rls == role.bypass_rls && known->superuser == role.superuser))
    return;
  const bool owner = now.owned_by_role.value_or(false) && !now.row_security_forced;
  if (!role.superuser && !role.bypass_rls && !owner) return;
  const std::string_view why = role.superuser ? "is a superuser" : role.bypass_rls ? "has BYPASSRLS" : "owns it";
  sink.Report(Kind::kReaderBypassesRowSecurity, use.span,
              fmt::format("row security of `{}` does not apply to the `read` role of source `{}`, which {}",
                          use.table->name, database.name, why))
      .WithHelp("connect as a role that neither owns the table nor has BYPASSRLS");
}

void ReportUnreadable(const UsedTable& use, const schema::Table& now, const Database& database, diag::Sink& sink) {
  for (const auto& [name, column] : use.columns) {
    const schema::Column* live = now.FindColumn(name);
    if (live == nullptr || live->may_select.value_or(true)) continue;
    sink.Report(
            Kind::kReaderCannotRead, column.span,
            fmt::format("the `read` role of source `{}` may not read `{}.{}`", database.name, use.table->name, name))
        .WithHelp("grant it SELECT on this column, or leave the column out of the DDL");
  }
}

}  // namespace

void ReportRoles(const ir::Program& program, const Databases& databases, diag::Sink& sink) {
  std::map<std::string_view, Span> seen;
  for (const UsedTable& use : CollectUses(program)) {
    const auto found = databases.find(use.source->name);
    if (found == databases.end() || !found->second.snapshot.role) continue;
    const Database& database = found->second;
    const schema::Role& role = *database.snapshot.role;
    if (seen.emplace(database.name, use.span).second) ReportWriting(database, role, use.span, sink);
    const schema::Table* now = LiveTable(use, database);
    if (now == nullptr) continue;
    ReportBypass(use, *now, database, role, sink);
    ReportUnreadable(use, *now, database, sink);
  }
}

}  // namespace synapsor::live
