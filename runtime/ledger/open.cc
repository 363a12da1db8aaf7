#include <fmt/format.h>

#include <cstdlib>

#include "runtime/ledger/durable_ledger.h"
#include "runtime/ledger/ledger.h"
#include "runtime/ledger/postgres_store.h"
#include "runtime/ledger/sqlite_store.h"

namespace synapsor::ledger {
namespace {

bool IsPostgresUrl(std::string_view text) {
  return text.starts_with("postgres://") || text.starts_with("postgresql://");
}

Result<std::string> UrlFromVariable(const std::string& name) {
  const char* value = std::getenv(name.c_str());
  if (value == nullptr || *value == '\0') {
    return Fail(ErrorKind::kUsage, fmt::format("the ledger's variable `{}` is not set", name),
                "set it to the URL of the PostgreSQL ledger");
  }
  if (!IsPostgresUrl(value)) {
    return Fail(ErrorKind::kUsage, fmt::format("the ledger's variable `{}` is not a PostgreSQL URL", name),
                "give postgresql://user@host:port/database");
  }
  return std::string(value);
}

}  // namespace

Result<std::unique_ptr<Ledger>> Open(const std::string& location, const Clock& clock) {
  constexpr std::string_view kSqlite = "sqlite:", kVariable = "env:";
  if (location.starts_with(kSqlite) && location.size() > kSqlite.size()) {
    SYN_ASSIGN_OR_RETURN(auto store, OpenSqliteStore(location.substr(kSqlite.size()), clock));
    return OpenDurable(std::move(store), clock);
  }
  std::string url = location;
  if (location.starts_with(kVariable)) {
    SYN_ASSIGN_OR_RETURN(url, UrlFromVariable(location.substr(kVariable.size())));
  }
  if (!IsPostgresUrl(url)) {
    return Fail(ErrorKind::kUsage, "`ledger` names neither a file nor a PostgreSQL server",
                "write `sqlite:PATH`, or `env:NAME` of a variable that holds a PostgreSQL URL");
  }
  SYN_ASSIGN_OR_RETURN(auto store, OpenPostgresStore(url, clock));
  return OpenDurable(std::move(store), clock);
}

}  // namespace synapsor::ledger
