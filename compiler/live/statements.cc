// Every statement that the bundle would hold, prepared on the database that it is for.
#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <utility>

#include "compiler/ir/report.h"
#include "compiler/live/live.h"
#include "compiler/live/uses.h"
#include "compiler/schema/prober.h"

namespace synapsor::live {
namespace {

using diag::Kind;

// One statement with what its findings need.
struct Emitted {
  const bundle::Statement* statement = nullptr;
  std::string source;
  std::string what;          // "the query of context `a.b`"
  Span span = Span::None();  // the clause to show when no name tells more
  std::vector<NamedPlace> places;
  bool by_reader = true;  // otherwise the trusted runner's
};

std::vector<Emitted> CollectStatements(const ir::Program& program, const bundle::Bundle& bundle) {
  std::vector<Emitted> all;
  for (const bundle::Context& built : bundle.contexts) {
    const ir::Context& context = program.contexts.Get(program.context_names.at(built.name));
    all.push_back({&built.query.statement, built.query.source, fmt::format("the query of context `{}`", built.name),
                   context.tables.front().syntax.span, PlacesOf(context), true});
  }
  for (const bundle::Capability& built : bundle.capabilities) {
    if (!built.patch) continue;
    const ir::Write& write = *program.capabilities.Get(program.capability_names.at(built.name)).write;
    const std::vector<NamedPlace> places = PlacesOf(write);
    const auto add = [&](const bundle::Statement& statement, std::string_view part, bool by_reader) {
      all.push_back({&statement, built.patch->source, fmt::format("the {} of capability `{}`", part, built.name),
                     write.target.syntax.span, places, by_reader});
    };
    add(built.patch->before, "before image", true);
    add(built.patch->lock, "locking read", false);
    add(built.patch->update, "guarded update", false);
    if (built.patch->audit && built.patch->audit->insert) add(*built.patch->audit->insert, "audit row", false);
  }
  return all;
}

bool IsWordCharacter(char c) {
  return c == '_' || c == '$' || (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
         (c & '\x80') != 0;
}

bool HasWord(std::string_view text, std::string_view word) {
  for (std::size_t at = text.find(word); at != std::string_view::npos; at = text.find(word, at + 1)) {
    const bool starts = at == 0 || !IsWordCharacter(text[at - 1]);
    const std::size_t end = at + word.size();
    if (starts && (end == text.size() || !IsWordCharacter(text[end]))) return true;
  }
  return false;
}

std::size_t ByteOf(std::string_view text, int code_point) {
  std::size_t at = 0;
  for (int seen = 1; at < text.size(); ++at) {
    if ((text[at] & '\xC0') != '\x80' && seen++ == code_point) break;
  }
  return at;
}

// The text around an error's position: the operands beside an operator, or the name that stands there.
std::string_view Around(std::string_view sql, int position) {
  if (position <= 0) return {};
  constexpr std::string_view kEnds = ",\n";
  const std::size_t at = std::min(ByteOf(sql, position), sql.size() - 1);
  const std::size_t before = sql.find_last_of(kEnds, at), after = sql.find_first_of(kEnds, at);
  const std::size_t begin = before == std::string_view::npos ? 0 : before;
  return sql.substr(begin, (after == std::string_view::npos ? sql.size() : after) - begin);
}

Span ClauseOf(const Emitted& emitted, std::string_view words, int position) {
  for (const std::string_view text : {words, Around(emitted.statement->sql, position)}) {
    for (const NamedPlace& place : emitted.places) {
      if (HasWord(text, place.name)) return place.span;
    }
  }
  return emitted.span;
}

void ReportRejection(const Emitted& emitted, const schema::Preparation& answer, diag::Sink& sink) {
  sink.Report(Kind::kStatementNotPrepared, ClauseOf(emitted, answer.words, answer.position),
              fmt::format("{} does not prepare on source `{}`", emitted.what, emitted.source))
      .WithNote("the database says: " + answer.words)
      .WithHelp("compare the snapshot with the database; `sync plan` shows the statement");
}

Status CompareTypes(const Emitted& emitted, const schema::Preparation& answer, schema::Prober& prober,
                    diag::Sink& sink) {
  const bundle::Statement& statement = *emitted.statement;
  const auto differs = [&](std::string_view which, std::string_view name, const std::string& planned,
                           const std::string& found) {
    sink.Report(Kind::kStatementTypeDiffers, ClauseOf(emitted, name, 0),
                fmt::format("{} of {} is `{}` on source `{}`, but planned as `{}`", which, emitted.what, found,
                            emitted.source, planned))
        .WithHelp("write the snapshot anew with `sync introspect` and check again");
  };
  for (std::size_t i = 0; i < statement.params.size() && i < answer.params.size(); ++i) {
    const std::string& planned = statement.params[i].database_type;
    SYN_ASSIGN_OR_RETURN(const bool same, prober.SameType(planned, answer.params[i]));
    if (!same) differs(fmt::format("parameter {}", i + 1), statement.params[i].value.name, planned, answer.params[i]);
  }
  if (!answer.columns.empty() && answer.columns.size() != statement.columns.size()) {
    return Fail(ErrorKind::kInternal, fmt::format("{} has {} columns instead of {}", emitted.what,
                                                  answer.columns.size(), statement.columns.size()));
  }
  for (std::size_t i = 0; i < answer.columns.size(); ++i) {
    const bundle::ResultColumn& column = statement.columns[i];
    SYN_ASSIGN_OR_RETURN(const bool same, prober.SameType(column.database_type, answer.columns[i]));
    if (!same) differs(fmt::format("column `{}`", column.name), column.column, column.database_type, answer.columns[i]);
  }
  return {};
}

Status Explain(const Emitted& emitted, schema::Prober& prober, diag::Sink& sink) {
  SYN_ASSIGN_OR_RETURN(
      const std::vector<std::string> tables,
      prober.ScannedTables(emitted.statement->sql, static_cast<int>(emitted.statement->params.size())));
  for (const std::string& table : std::set<std::string>(tables.begin(), tables.end())) {
    sink.Report(Kind::kLookupScansTable, ClauseOf(emitted, table, 0),
                fmt::format("{} reads `{}` in whole on source `{}`: no index serves it", emitted.what, table,
                            emitted.source))
        .WithHelp("add an index that leads with the tenant or the looked-up column");
  }
  return {};
}

}  // namespace

Result<std::vector<std::string>> ReportStatements(const ir::Program& program, const bundle::Bundle& bundle,
                                                  const Databases& databases, bool explain, diag::Sink& sink) {
  std::map<std::string, std::unique_ptr<schema::Prober>> probers;
  std::map<std::string, int> denied;
  std::set<std::pair<std::string, std::string>> done;
  for (const Emitted& emitted : CollectStatements(program, bundle)) {
    const auto database = databases.find(emitted.source);
    if (database == databases.end() || !done.emplace(emitted.source, emitted.statement->sql).second) continue;
    std::unique_ptr<schema::Prober>& prober = probers[emitted.source];
    if (prober == nullptr) {
      SYN_ASSIGN_OR_RETURN(prober,
                           schema::OpenProber(database->second.engine, database->second.url, database->second.options));
    }
    SYN_ASSIGN_OR_RETURN(const schema::Preparation answer,
                         prober->Prepare(emitted.statement->sql, static_cast<int>(emitted.statement->params.size())));
    if (!answer.accepted && answer.denied && !emitted.by_reader) {
      ++denied[emitted.source];
      continue;
    }
    if (!answer.accepted) {
      ReportRejection(emitted, answer, sink);
      continue;
    }
    SYN_RETURN_IF_ERROR(CompareTypes(emitted, answer, *prober, sink));
    if (explain && emitted.by_reader) SYN_RETURN_IF_ERROR(Explain(emitted, *prober, sink));
  }
  std::vector<std::string> remarks;
  for (const auto& [source, count] : denied) {
    remarks.push_back(fmt::format(
        "source `{}`: {} of the trusted runner {} not prepared, because the `read` role may not write", source,
        count == 1 ? "1 statement" : fmt::format("{} statements", count), count == 1 ? "was" : "were"));
  }
  return remarks;
}

}  // namespace synapsor::live
