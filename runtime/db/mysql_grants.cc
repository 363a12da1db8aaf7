#include "runtime/db/mysql_grants.h"

#include <algorithm>
#include <iterator>

namespace synapsor::db {
namespace {

// REFERENCES makes a column known in the catalog, and allows a foreign key only to who may also create or alter a table.
constexpr std::string_view kHarmless[] = {
    "USAGE",         "SELECT",          "SHOW VIEW",          "SHOW DATABASES",
    "PROCESS",       "EXECUTE",         "REPLICATION CLIENT", "BINLOG MONITOR",
    "SLAVE MONITOR", "REPLICA MONITOR", "SHOW_ROUTINE",       "REFERENCES",
};

std::string_view Trim(std::string_view text) {
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  return text;
}

}  // namespace

std::string WritingPrivilege(std::string_view grant) {
  if (grant.find(" WITH GRANT OPTION") != std::string_view::npos) return "GRANT OPTION";
  if (!grant.starts_with("GRANT ")) return "";  // SET DEFAULT ROLE
  grant.remove_prefix(6);
  if (grant.starts_with('`') || grant.starts_with('\'')) return "";  // roles
  std::string name;
  int depth = 0;
  for (std::size_t i = 0; i < grant.size(); ++i) {
    const char c = grant[i];
    const bool ends = depth == 0 && (c == ',' || grant.substr(i).starts_with(" ON "));
    if (ends) {
      const std::string_view privilege = Trim(name);
      if (std::find(std::begin(kHarmless), std::end(kHarmless), privilege) == std::end(kHarmless)) {
        return std::string(privilege);
      }
      if (c != ',') return "";
      name.clear();
      continue;
    }
    if (c == '(') ++depth;
    if (depth == 0) name += c;
    if (c == ')') --depth;
  }
  return "a privilege that this program does not know";
}

std::string_view GrantedRoles(std::string_view grant) {
  if (!grant.starts_with("GRANT `")) return {};
  grant.remove_prefix(6);
  std::size_t end = 0;
  for (bool quoted = false; end < grant.size(); ++end) {
    if (grant[end] == '`') quoted = !quoted;  // a doubled one ends and begins anew
    if (!quoted && grant.substr(end).starts_with(" TO ")) break;
  }
  const std::string_view roles = grant.substr(0, end);
  // MariaDB also says which roles a role has; those have no host.
  return grant.substr(end).find("`@`") == std::string_view::npos ? std::string_view() : roles;
}

}  // namespace synapsor::db
