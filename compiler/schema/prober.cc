#include "compiler/schema/prober.h"

#include "compiler/schema/prober_engines.h"

namespace synapsor::schema {

std::string WithoutLength(std::string_view type) {
  std::string out;
  int depth = 0;
  for (const char c : type) {
    if (c == '(') ++depth;
    if (depth == 0) out += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    if (c == ')') --depth;
  }
  while (!out.empty() && out.back() == ' ') out.pop_back();
  return out;
}

Result<std::unique_ptr<Prober>> OpenProber(Engine engine, const std::string& url, const IntrospectOptions& options) {
  switch (engine) {
    case Engine::kPostgres: return OpenPostgresProber(url, options);
    case Engine::kMysql:
    case Engine::kMariadb: return OpenMysqlProber(url, options);
    case Engine::kSqlite: return OpenSqliteProber(url);
  }
  return Fail(ErrorKind::kInternal, "unknown engine");
}

}  // namespace synapsor::schema
