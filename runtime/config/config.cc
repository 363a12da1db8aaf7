#include "runtime/config/config.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <sstream>
#include <utility>

#include "runtime/config/json_reader.h"

namespace synapsor::config {
namespace {

using Kind = JsonValue::Kind;

// One key that an object may have and what to do with its value.
struct Key {
  std::string_view name;
  std::function<Status(const JsonValue& value, const std::string& where)> read;
};

bool IsVariableName(std::string_view name) {
  if (name.empty() || (name.front() >= '0' && name.front() <= '9')) return false;
  return std::all_of(name.begin(), name.end(), [](char c) {
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
  });
}

// Edits that turn one key into another, for "did you mean"; keys are short.
std::size_t Distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) row[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t above = row[j];
      row[j] = std::min({row[j] + 1, row[j - 1] + 1, diagonal + (a[i - 1] == b[j - 1] ? 0 : 1)});
      diagonal = above;
    }
  }
  return row[b.size()];
}

class Parser {
 public:
  explicit Parser(const std::string& path) : config_(Defaults()) {
    config_.path = path;
    config_.directory = std::filesystem::path(path).parent_path().string();
  }

  Result<Config> Run(std::string_view text) {
    SYN_ASSIGN_OR_RETURN(JsonValue root, ReadJson(text, config_.path));
    bool has_ledger = false;
    SYN_RETURN_IF_ERROR(
        Object(root, "",
               {{"$schema", [](const JsonValue&, const std::string&) -> Status { return {}; }},
                {"ddl", Strings(config_.ddl)},
                {"sources", Each([this](const auto& n, const auto& v, const auto& w) { return ReadSource(n, v, w); })},
                {"tables", Each([this](const auto& n, const auto& v, const auto& w) { return ReadTable(n, v, w); })},
                {"ledger",
                 [&](const JsonValue& v, const std::string& w) {
                   has_ledger = true;
                   return ReadLedger(v, w);
                 }},
                {"session", [this](const JsonValue& v, const std::string& w) { return ReadSession(v, w); }},
                {"approval", [this](const JsonValue& v, const std::string& w) { return ReadApproval(v, w); }},
                {"markers", [this](const JsonValue& v, const std::string& w) { return ReadMarkers(v, w); }}}));
    SYN_RETURN_IF_ERROR(CheckTableSources(root));
    if (!has_ledger) config_.ledger = "sqlite:" + Resolve(".synapsor/ledger.db");
    return std::move(config_);
  }

 private:
  tl::unexpected<Error> Wrong(int line, int column, const std::string& what, std::string hint = {}) const {
    return Fail(ErrorKind::kUsage, fmt::format("{}:{}:{}: {}", config_.path, line, column, what), std::move(hint));
  }
  tl::unexpected<Error> Wrong(const JsonValue& at, const std::string& what, std::string hint = {}) const {
    return Wrong(at.line, at.column, what, std::move(hint));
  }

  std::string Resolve(const std::string& relative) const {
    const std::filesystem::path path(relative);
    if (path.is_absolute() || config_.directory.empty()) return relative;
    return (std::filesystem::path(config_.directory) / path).lexically_normal().string();
  }

  Status Expect(const JsonValue& value, Kind kind, const std::string& where) const {
    if (value.kind == kind) return {};
    return Wrong(value, fmt::format("`{}` must be {}", where, KindName(kind)));
  }

  Status Object(const JsonValue& value, const std::string& where, const std::vector<Key>& keys) const {
    if (value.kind != Kind::kObject) {
      return Wrong(value, where.empty() ? std::string("the configuration must be an object")
                                        : fmt::format("`{}` must be an object", where));
    }
    for (std::size_t i = 0; i < value.members.size(); ++i) {
      const auto& [name, member] = value.members[i];
      const auto known = std::find_if(keys.begin(), keys.end(), [&](const Key& key) { return key.name == name; });
      const std::string inner = where.empty() ? name : where + "." + name;
      if (known == keys.end()) return UnknownKey(value, i, inner, keys);
      SYN_RETURN_IF_ERROR(known->read(member, inner));
    }
    return {};
  }

  tl::unexpected<Error> UnknownKey(const JsonValue& object, std::size_t i, const std::string& where,
                                   const std::vector<Key>& keys) const {
    const std::string& name = object.members[i].first;
    std::string_view best;
    std::size_t best_distance = std::max<std::size_t>(2, name.size() / 3) + 1;
    for (const Key& key : keys) {
      if (const std::size_t distance = Distance(name, key.name); distance < best_distance) {
        best_distance = distance;
        best = key.name;
      }
    }
    std::string known;
    for (const Key& key : keys) known += fmt::format("{}`{}`", known.empty() ? "" : ", ", key.name);
    const auto [line, column] = object.key_places[i];
    return Wrong(line, column,
                 best.empty() ? fmt::format("unknown key `{}`", where)
                              : fmt::format("unknown key `{}`; did you mean `{}`?", where, best),
                 "known here: " + known);
  }

  using Reader = std::function<Status(const JsonValue&, const std::string&)>;

  Reader String(std::string& target) const {
    return [this, &target](const JsonValue& value, const std::string& where) -> Status {
      SYN_RETURN_IF_ERROR(Expect(value, Kind::kString, where));
      if (value.string.empty()) return Wrong(value, fmt::format("`{}` is empty", where));
      target = value.string;
      return {};
    };
  }

  Reader Path(std::string& target) const {
    return [this, &target](const JsonValue& value, const std::string& where) -> Status {
      SYN_RETURN_IF_ERROR(String(target)(value, where));
      target = Resolve(target);
      return {};
    };
  }

  Reader Bool(bool& target) const {
    return [this, &target](const JsonValue& value, const std::string& where) -> Status {
      SYN_RETURN_IF_ERROR(Expect(value, Kind::kBool, where));
      target = value.boolean;
      return {};
    };
  }

  Reader Int(int& target, int min, int max) const {
    return [this, &target, min, max](const JsonValue& value, const std::string& where) -> Status {
      SYN_RETURN_IF_ERROR(Expect(value, Kind::kInteger, where));
      if (value.integer < min || value.integer > max) {
        return Wrong(value, fmt::format("`{}` must be from {} to {}", where, min, max));
      }
      target = static_cast<int>(value.integer);
      return {};
    };
  }

  Reader Strings(std::vector<std::string>& target) const {
    return [this, &target](const JsonValue& value, const std::string& where) -> Status {
      SYN_RETURN_IF_ERROR(Expect(value, Kind::kArray, where));
      for (const JsonValue& item : value.items) {
        SYN_RETURN_IF_ERROR(Expect(item, Kind::kString, where + "[]"));
        if (item.string.empty()) return Wrong(item, fmt::format("`{}` holds an empty name", where));
        if (std::find(target.begin(), target.end(), item.string) != target.end()) {
          return Wrong(item, fmt::format("`{}` names `{}` twice", where, item.string));
        }
        target.push_back(item.string);
      }
      return {};
    };
  }

  Reader OneOf(std::string& target, std::vector<std::string_view> allowed) const {
    return [this, &target, allowed](const JsonValue& value, const std::string& where) -> Status {
      SYN_RETURN_IF_ERROR(Expect(value, Kind::kString, where));
      if (std::find(allowed.begin(), allowed.end(), value.string) == allowed.end()) {
        return Wrong(value, fmt::format("`{}` must be one of {}", where, fmt::join(allowed, ", ")));
      }
      target = value.string;
      return {};
    };
  }

  Reader Secret(SecretRef& target) const {
    return [this, &target](const JsonValue& value, const std::string& where) -> Status {
      SYN_RETURN_IF_ERROR(Expect(value, Kind::kString, where));
      auto ref = ParseSecretRef(value.string, "`" + where + "`");
      if (!ref) return Wrong(value, ref.error().message, ref.error().hint);
      target = std::move(*ref);
      return {};
    };
  }

  // Calls `read` with each member of an object whose keys are the user's names.
  template <typename Read>
  Reader Each(Read read) const {
    return [this, read](const JsonValue& value, const std::string& where) -> Status {
      SYN_RETURN_IF_ERROR(Expect(value, Kind::kObject, where));
      for (const auto& [name, member] : value.members) {
        if (name.empty()) return Wrong(member, fmt::format("`{}` holds an empty name", where));
        SYN_RETURN_IF_ERROR(read(name, member, where + "." + name));
      }
      return {};
    };
  }

  Reader StringMap(std::map<std::string, std::string>& target) const {
    return Each([this, &target](const std::string& name, const JsonValue& value, const std::string& where) {
      return String(target[name])(value, where);
    });
  }

  Status ReadSource(const std::string& name, const JsonValue& value, const std::string& where) {
    Source source;
    source.name = name;
    std::string tls = "verify";
    SYN_RETURN_IF_ERROR(Object(value, where,
                               {{"engine", OneOf(source.engine, {"postgres", "mysql", "mariadb", "sqlite"})},
                                {"schema", Path(source.schema_file)},
                                {"read", Secret(source.read)},
                                {"write", Secret(source.write)},
                                {"path", Path(source.sqlite_path)},
                                {"tls", OneOf(tls, {"verify", "require", "off"})},
                                {"tls_ca", Path(source.tls_ca_file)},
                                {"statement_timeout_ms", Int(source.statement_timeout_ms, 1, 600'000)},
                                {"lock_timeout_ms", Int(source.lock_timeout_ms, 1, 600'000)},
                                {"connect_timeout_ms", Int(source.connect_timeout_ms, 1, 600'000)},
                                {"pool_size", Int(source.pool_size, 1, 256)},
                                {"allow_writing_reader", Bool(source.allow_writing_reader)},
                                {"receipts", OneOf(source.receipts, {"table", "ledger"})},
                                {"row_level_security", Bool(source.row_level_security)}}));
    if (source.engine.empty()) {
      return Wrong(value, fmt::format("`{}` has no `engine`", where),
                   "say `\"engine\": \"postgres\"`, `\"mysql\"`, `\"mariadb\"` or `\"sqlite\"`");
    }
    if (!source.sqlite_path.empty() && source.engine != "sqlite") {
      return Wrong(value, fmt::format("`{}.path` is for SQLite only", where),
                   "give `read` and `write` as `env:NAME` of a URL");
    }
    if (source.row_level_security && source.engine != "postgres") {
      return Wrong(value, fmt::format("`{}.row_level_security` is for PostgreSQL only", where),
                   "the other engines have no such policies; remove it");
    }
    source.tls = tls == "off" ? TlsMode::kOff : tls == "require" ? TlsMode::kRequire : TlsMode::kVerify;
    config_.sources.emplace(name, std::move(source));
    return {};
  }

  Status ReadTable(const std::string& name, const JsonValue& value, const std::string& where) {
    Table table;
    table.name = name;
    table.line = value.line;
    SYN_RETURN_IF_ERROR(Object(value, where,
                               {{"source", String(table.source)},
                                {"schema", String(table.real_schema)},
                                {"name", String(table.real_name)},
                                {"tenant", String(table.tenant_column)},
                                {"single_tenant", Bool(table.single_tenant)},
                                {"keep_out", Strings(table.keep_out)},
                                {"guard", String(table.guard_column)}}));
    if (table.single_tenant && !table.tenant_column.empty()) {
      return Wrong(value, fmt::format("`{}` has both `tenant` and `single_tenant`", where),
                   "remove `single_tenant` unless the whole table belongs to one tenant");
    }
    config_.tables.emplace(name, std::move(table));
    return {};
  }

  // A table's source must exist, and must be named where there are several.
  Status CheckTableSources(const JsonValue& root) const {
    for (const auto& [key, tables] : root.members) {
      if (key != "tables") continue;
      for (const auto& [name, value] : tables.members) {
        const std::string& source = config_.tables.at(name).source;
        if (source.empty() && config_.sources.size() > 1) {
          return Wrong(value,
                       fmt::format("`tables.{}` needs a `source`: there are {} of them", name, config_.sources.size()));
        }
        if (!source.empty() && !config_.sources.contains(source)) {
          return Wrong(value, fmt::format("`tables.{}.source` names `{}`, which is not in `sources`", name, source));
        }
      }
    }
    return {};
  }

  Status ReadLedger(const JsonValue& value, const std::string& where) {
    SYN_RETURN_IF_ERROR(Expect(value, Kind::kString, where));
    static constexpr std::string_view kSqlite = "sqlite:";
    if (value.string.starts_with(kSqlite) && value.string.size() > kSqlite.size()) {
      config_.ledger = "sqlite:" + Resolve(value.string.substr(kSqlite.size()));
      return {};
    }
    SecretRef ref;
    if (auto parsed = ParseSecretRef(value.string, "`ledger`"); !parsed) {
      return Wrong(value, "`ledger` must be `sqlite:PATH`, or `env:NAME` of a PostgreSQL URL",
                   "put the URL into an environment variable and write `env:` and its name");
    }
    config_.ledger = value.string;
    return {};
  }

  Status ReadSession(const JsonValue& value, const std::string& where) {
    Session& session = config_.session;
    SYN_RETURN_IF_ERROR(Object(
        value, where,
        {{"tenant_key", String(session.tenant_key)},
         {"principal_key", String(session.principal_key)},
         {"provider", OneOf(session.provider, {"environment", "jwt", "operator"})},
         {"environment", StringMap(session.environment)},
         {"workflows", Each([&](const auto& n, const auto& v, const auto& w) { return ReadWorkflowUsers(n, v, w); })},
         {"jwt", [&](const JsonValue& v, const std::string& w) { return ReadJwt(v, w); }}}));
    const bool names_workflows = std::any_of(value.members.begin(), value.members.end(),
                                             [](const auto& member) { return member.first == "workflows"; });
    if (names_workflows && !session.workflows) session.workflows.emplace();  // `{}`: nobody may use any
    for (const auto& [key, variable] : session.environment) {
      if (!IsVariableName(variable)) {
        return Wrong(value, fmt::format("`{}.environment.{}` must be the name of an environment "
                                        "variable",
                                        where, key));
      }
    }
    if (session.tenant_key == session.principal_key) {
      return Wrong(value, fmt::format("`{}.tenant_key` and `{}.principal_key` are the same key", where, where));
    }
    if (session.provider == "jwt" && session.jwks_file.empty() && session.hs256.empty()) {
      return Wrong(value, fmt::format("`{}.provider` is `jwt`, but there is no key to verify with", where),
                   "give `jwt.jwks_file`, and `jwt.issuer` and `jwt.audience` with it");
    }
    return {};
  }

  Status ReadWorkflowUsers(const std::string& name, const JsonValue& value, const std::string& where) {
    WorkflowUsers users;
    SYN_RETURN_IF_ERROR(
        Object(value, where, {{"roles", Strings(users.roles)}, {"principals", Strings(users.principals)}}));
    if (!config_.session.workflows) config_.session.workflows.emplace();
    config_.session.workflows->emplace(name, std::move(users));
    return {};
  }

  Status ReadJwt(const JsonValue& value, const std::string& where) {
    Session& session = config_.session;
    return Object(value, where,
                  {{"issuer", String(session.issuer)},
                   {"audience", String(session.audience)},
                   {"jwks_file", Path(session.jwks_file)},
                   {"hs256", Secret(session.hs256)},
                   {"leeway_seconds", Int(session.leeway_seconds, 0, 600)},
                   {"claims", StringMap(session.claims)},
                   {"roles_claim", String(session.roles_claim)}});
  }

  Status ReadApproval(const JsonValue& value, const std::string& where) {
    Approval& approval = config_.approval;
    return Object(value, where,
                  {{"default_role", String(approval.default_role)},
                   {"reviewers_file", Path(approval.reviewers_file)},
                   {"proposal_ttl_hours", Int(approval.proposal_ttl_hours, 1, 24 * 365)},
                   {"roles", Each([&](const std::string& role, const JsonValue& v, const std::string& w) {
                      return Strings(approval.role_members[role])(v, w);
                    })}});
  }

  Status ReadMarkers(const JsonValue& value, const std::string& where) {
    return Object(value, where,
                  {{"sensitive_columns", Strings(config_.markers.sensitive_columns)},
                   {"trusted_names", Strings(config_.markers.trusted_names)}});
  }

  Config config_;
};

}  // namespace

Result<SecretRef> ParseSecretRef(std::string_view text, std::string_view what) {
  static constexpr std::string_view kPrefix = "env:";
  if (text.starts_with(kPrefix) && IsVariableName(text.substr(kPrefix.size()))) {
    return SecretRef{std::string(text.substr(kPrefix.size()))};
  }
  return Fail(ErrorKind::kUsage,
              fmt::format("{} must be `env:NAME`, the name of an environment variable; "
                          "a URL or password is never given literally",
                          what),
              "put the value into an environment variable, such as SYNAPSOR_READ_URL, and write "
              "`env:SYNAPSOR_READ_URL`");
}

Result<std::string> ReadSecret(const SecretRef& ref, std::string_view what) {
  const char* value = ref.empty() ? nullptr : std::getenv(ref.variable.c_str());
  if (value == nullptr || *value == '\0') {
    return Fail(ErrorKind::kUsage,
                ref.empty() ? fmt::format("no credential is configured for {}", what)
                            : fmt::format("environment variable `{}` for {} is not set", ref.variable, what),
                ref.empty() ? "name one as `env:NAME` in synapsor.json" : "set it where this program is started");
  }
  return std::string(value);
}

Config Defaults() {
  Config config;
  config.ledger = "sqlite:.synapsor/ledger.db";
  return config;
}

Result<Config> Load(const std::string& path) {
  std::error_code error;
  if (std::filesystem::is_directory(path, error)) {
    return Fail(ErrorKind::kIo, fmt::format("{} is a directory, not a configuration file", path));
  }
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  if (!file && std::filesystem::exists(path, error)) {
    return Fail(ErrorKind::kIo, fmt::format("configuration file {} cannot be read: permission denied", path));
  }
  if (!file || !(text << file.rdbuf())) {
    return Fail(ErrorKind::kIo, fmt::format("configuration file {} cannot be read", path),
                "write one (docs/synapsor.schema.json says what it holds), or name another with --config");
  }
  return Parse(text.str(), path);
}

Result<Config> Parse(std::string_view text, const std::string& path) { return Parser(path).Run(text); }

}  // namespace synapsor::config
