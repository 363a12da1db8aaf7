// Opens what subcommands work with, from their common options. Never the write credential: that is apply.cc's alone.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "runtime/bundle/bundle.h"
#include "runtime/cli/options.h"
#include "runtime/config/config.h"
#include "runtime/interp/invoke.h"
#include "runtime/ledger/ledger.h"

namespace synapsor::runner {

inline constexpr cli::OptionSpec kConfigOption = {"--config", "FILE",
                                                  "configuration; default: synapsor.json if it exists"};
inline constexpr cli::OptionSpec kBundleOption = {"--bundle", "FILE", "bundle that `sync build` wrote"};
inline constexpr cli::OptionSpec kFormatOption = {"--format", "FORMAT", "text, or one JSON object", "", "text|json"};

Result<config::Config> LoadConfig(const cli::Arguments& arguments);
// A usage error without --bundle.
Result<bundle::Bundle> LoadBundle(const cli::Arguments& arguments);
Result<std::unique_ptr<ledger::Ledger>> OpenLedger(const config::Config& config);
// One reader for each source that the bundle reads.
Result<interp::Readers> OpenReaders(const bundle::Bundle& bundle, const config::Config& config);

// Where to listen, from `--http ADDRESS:PORT`; IPv6 addresses in brackets.
struct Endpoint {
  std::string address;
  std::uint16_t port = 0;
};
Result<Endpoint> ParseEndpoint(const std::string& text);

bool WantsJson(const cli::Arguments& arguments);

// The id behind wrp://7 or 7; `what` names it in the usage error.
Result<std::int64_t> ParseId(const std::string& text, std::string_view scheme, std::string_view what);

// What is told of a record whose content is gone.
std::string RemovedText(const std::string& handle, Instant at);

// "refused: CODE: message" to standard error.
void PrintRefusal(std::string_view code, std::string_view message);

}  // namespace synapsor::runner
