#include "runtime/tool/parts.h"

#include <fmt/format.h>

#include <charconv>
#include <filesystem>

#include "runtime/bundle/load.h"
#include "runtime/cli/output.h"
#include "runtime/db/reader.h"
#include "runtime/tool/command.h"

namespace synapsor::runner {

Result<config::Config> LoadConfig(const cli::Arguments& arguments) {
  constexpr const char* kDefaultPath = "synapsor.json";
  if (const auto path = arguments.Value("--config")) return config::Load(*path);
  std::error_code ignored;
  if (std::filesystem::exists(kDefaultPath, ignored)) return config::Load(kDefaultPath);
  return config::Defaults();
}

Result<bundle::Bundle> LoadBundle(const cli::Arguments& arguments) {
  const auto path = arguments.Value("--bundle");
  if (!path)
    return Fail(ErrorKind::kUsage, "no bundle given", "add `--bundle FILE`, the file that `sync build -o` wrote");
  return bundle::Load(*path, bundle::AuthorityFacts::kSkip);
}

Result<std::unique_ptr<ledger::Ledger>> OpenLedger(const config::Config& config) {
  return ledger::Open(config.ledger, SystemClock());
}

Result<interp::Readers> OpenReaders(const bundle::Bundle& bundle, const config::Config& config) {
  interp::Readers readers;
  for (const bundle::Source& source : bundle.sources) {
    const auto configured = config.sources.find(source.name);
    if (configured == config.sources.end()) {
      return Fail(ErrorKind::kUsage, fmt::format("source `{}` of the bundle is not in the configuration", source.name),
                  "name it under `sources` in synapsor.json, or give the file with `--config`");
    }
    SYN_ASSIGN_OR_RETURN(auto reader, db::OpenReader(configured->second));
    readers.emplace(source.name, std::move(reader));
  }
  return readers;
}

Result<Endpoint> ParseEndpoint(const std::string& text) {
  const std::size_t colon = text.rfind(':');
  Endpoint endpoint;
  const char* const end = text.data() + text.size();
  const char* const digits = colon == std::string::npos ? end : text.data() + colon + 1;
  const auto [stop, problem] = std::from_chars(digits, end, endpoint.port);
  if (problem != std::errc() || stop != end || colon == 0) {
    return Fail(ErrorKind::kUsage, fmt::format("`--http {}` is not ADDRESS:PORT", text),
                "for example `--http 127.0.0.1:8765`");
  }
  endpoint.address = text.substr(0, colon);
  if (endpoint.address.starts_with('[') && endpoint.address.ends_with(']')) {
    endpoint.address = endpoint.address.substr(1, endpoint.address.size() - 2);
  }
  return endpoint;
}

bool WantsJson(const cli::Arguments& arguments) { return arguments.ValueOr("--format", "text") == "json"; }

Result<std::int64_t> ParseId(const std::string& text, std::string_view scheme, std::string_view what) {
  const std::int64_t id = ledger::ParseHandle(text, scheme);
  if (id > 0) return id;
  return Fail(ErrorKind::kUsage, fmt::format("`{}` is not {}", text, what),
              fmt::format("it looks like `{}7`, or just `7`", scheme));
}

std::string RemovedText(const std::string& handle, Instant at) {
  return fmt::format("the content of {} was removed by retention on {}; the chain of events keeps its digest", handle,
                     FormatInstant(at));
}

void PrintRefusal(std::string_view code, std::string_view message) {
  cli::PrintRemark(kProgram, fmt::format("refused: {}: {}", code, message));
}

}  // namespace synapsor::runner
