#include "compiler/schema/load.h"

#include <fmt/format.h>

#include <filesystem>
#include <fstream>
#include <system_error>

#include "compiler/schema/snapshot_json.h"

namespace synapsor::schema {
namespace {

constexpr std::uintmax_t kMaxBytes = 256ull * 1024 * 1024;

Result<std::string> ReadFile(const std::string& path) {
  std::error_code error;
  if (std::filesystem::is_directory(path, error)) {
    return Fail(ErrorKind::kIo, fmt::format("schema {} is a directory, not a file", path));
  }
  std::ifstream file(path, std::ios::binary);
  if (!file) return Fail(ErrorKind::kIo, fmt::format("schema file {} cannot be read", path));
  std::string text;
  char block[1 << 16];
  while (file.read(block, sizeof block) || file.gcount() > 0) {
    text.append(block, static_cast<std::size_t>(file.gcount()));
    if (text.size() > kMaxBytes) {
      return Fail(ErrorKind::kUsage, fmt::format("schema file {} is larger than {} MiB", path, kMaxBytes >> 20),
                  "leave the rows out of it: pg_dump --schema-only, mysqldump --no-data");
    }
  }
  if (file.bad()) return Fail(ErrorKind::kIo, fmt::format("schema file {} cannot be read to its end", path));
  return text;
}

bool SameFamily(Engine a, Engine b) {
  const auto is_mysql = [](Engine engine) { return engine == Engine::kMysql || engine == Engine::kMariadb; };
  return a == b || (is_mysql(a) && is_mysql(b));
}

}  // namespace

Result<Snapshot> LoadSnapshotFile(const std::string& path) {
  SYN_ASSIGN_OR_RETURN(const std::string text, ReadFile(path));
  return FromJson(text, path);
}

Result<Snapshot> LoadSchemaFile(const std::string& path, Engine engine) {
  SYN_ASSIGN_OR_RETURN(const std::string text, ReadFile(path));
  if (path.ends_with(".json")) {
    SYN_ASSIGN_OR_RETURN(Snapshot snapshot, FromJson(text, path));
    if (SameFamily(snapshot.engine, engine)) return snapshot;
    return Fail(ErrorKind::kUsage, fmt::format("{} is a snapshot of {}, but its source is {}", path,
                                               EngineName(snapshot.engine), EngineName(engine)));
  }
  switch (engine) {
    case Engine::kPostgres: return ReadPostgresSql(text, path);
    case Engine::kSqlite: return ReadSqliteSql(text, path);
    case Engine::kMysql: return ReadMysqlSql(text, path);
    case Engine::kMariadb: {
      SYN_ASSIGN_OR_RETURN(Snapshot snapshot, ReadMysqlSql(text, path));
      snapshot.engine = Engine::kMariadb;
      return snapshot;
    }
  }
  return Fail(ErrorKind::kInternal, "unknown engine");
}

}  // namespace synapsor::schema
