// `synapsor-runner apply`: the trusted worker. The only place in this program that holds the write credential.
#include <fmt/format.h>
#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "runtime/cli/output.h"
#include "runtime/db/writer.h"
#include "runtime/interp/drift.h"
#include "runtime/tool/command.h"
#include "runtime/tool/parts.h"
#include "runtime/tool/retain.h"
#include "runtime/tool/signals.h"
#include "runtime/tool/style.h"
#include "runtime/writeback/runner.h"

namespace synapsor::runner {
namespace {

using nlohmann::json;

constexpr cli::OptionSpec kOptions[] = {
    kBundleOption,
    kConfigOption,
    {"--once", "", "carry out what is ready now, then end"},
    {"--watch", "", "stay and carry out what gets approved"},
    {"--retain", "", "with --watch: once an hour, remove what `synapsor-runner retention` would"},
    {"--source", "NAME", "only changes of this source", "", "", true},
    {"--runner", "NAME", "identity of this runner; default: host and process"},
    {"--lease", "SECONDS", "how long a job is reserved; default 60"},
    {"--concurrency", "N", "changes made at the same time, each on its own connection; default 1"},
    kFormatOption,
};

constexpr int kPollMs = 500;
constexpr int kMaxFailuresInARow = 20;
constexpr std::int64_t kMostConcurrency = 64;

Result<writeback::Writers> OpenWriters(const bundle::Bundle& bundle, const config::Config& config,
                                       const std::vector<std::string>& only) {
  writeback::Writers writers;
  for (const bundle::Source& source : bundle.sources) {
    if (!only.empty() && std::find(only.begin(), only.end(), source.name) == only.end()) continue;
    const auto configured = config.sources.find(source.name);
    if (configured == config.sources.end()) {
      return Fail(ErrorKind::kUsage, fmt::format("source `{}` of the bundle is not in the configuration", source.name),
                  "name it under `sources` in synapsor.json, or give the file with `--config`");
    }
    SYN_ASSIGN_OR_RETURN(const auto credential, db::WriteCredential::FromConfig(configured->second));
    SYN_ASSIGN_OR_RETURN(auto writer, db::OpenWriter(credential));
    writers.emplace(source.name, std::move(writer));
  }
  for (const std::string& name : only) {
    if (!writers.contains(name))
      return Fail(ErrorKind::kUsage, fmt::format("the bundle has no source `{}`", Shown(name, 60)));
  }
  return writers;
}

std::string DefaultRunner() {
  char host[256] = "host";
  ::gethostname(host, sizeof host - 1);
  return fmt::format("{}:{}", host, ::getpid());
}

bool IsApplied(ledger::ApplyStatus status) {
  return status == ledger::ApplyStatus::kApplied || status == ledger::ApplyStatus::kAlreadyApplied;
}

std::string ReceiptText(const ledger::Receipt& receipt, const Style& style) {
  const std::string status(ledger::ApplyStatusName(receipt.status));
  std::string out = fmt::format("{} {}", ledger::ProposalHandle(receipt.proposal),
                                IsApplied(receipt.status) ? style.Green(status) : style.Red(status));
  if (!receipt.safe_error_code.empty()) out += ": " + receipt.safe_error_code;
  if (IsApplied(receipt.status)) out += fmt::format(", {} row", receipt.rows_affected);
  if (!receipt.new_version.is_null)
    out += fmt::format(", version {} -> {}", Shown(receipt.previous_version), Shown(receipt.new_version));
  return out + "\n";
}

json ReceiptJson(const ledger::Receipt& receipt) {
  return {{"proposal", ledger::ProposalHandle(receipt.proposal)},
          {"status", ledger::ApplyStatusName(receipt.status)},
          {"rows_affected", receipt.rows_affected},
          {"code", receipt.safe_error_code},
          {"previous_version", ToJson(receipt.previous_version)},
          {"new_version", ToJson(receipt.new_version)},
          {"at", FormatInstant(receipt.executed_at)}};
}

class Worker {
 public:
  Worker(writeback::Runner& runner, ledger::Ledger& ledger, std::string name, bool as_json)
      : runner_(runner), ledger_(ledger), name_(std::move(name)), as_json_(as_json) {}

  // All that is ready. A change that had to be put off, or a failure to find out an outcome, ends the pass.
  Result<int> Once() {
    bool any = false;
    int code = kExitFine;
    std::optional<Error> ending;
    while (!ending) {
      writeback::Progress progress = runner_.Round();
      if (StopAsked() || progress.failure || !progress.put_off.empty()) Append(progress, runner_.Finish());
      any = any || !progress.receipts.empty();
      for (const auto& receipt : progress.receipts) {
        if (!IsApplied(receipt.status)) code = kExitRefused;
        SYN_RETURN_IF_ERROR(Say(receipt));
      }
      ending = FirstTrouble(progress);
      if (StopAsked() || !progress.any) break;
    }
    if (ending) return tl::unexpected(std::move(*ending));
    if (!any && !as_json_) SYN_RETURN_IF_ERROR(SayNothingReady());
    return code;
  }

  Result<int> Watch(RetentionWork retention) {
    cli::PrintRemark(kProgram, fmt::format("watching as {}; SIGTERM ends it after the step that runs", name_));
    int failures = 0;
    while (true) {
      const bool last = StopAsked();
      const writeback::Progress progress = last ? runner_.Finish() : runner_.Round();
      for (const auto& receipt : progress.receipts) SYN_RETURN_IF_ERROR(Say(receipt));
      for (const Error& error : progress.put_off) cli::PrintError(kProgram, error);
      if (progress.failure) {
        cli::PrintError(kProgram, *progress.failure);
        if (++failures >= kMaxFailuresInARow) return tl::unexpected(*progress.failure);
      } else {
        failures = 0;
      }
      if (last) break;
      if (progress.any && !progress.failure) continue;
      const auto removed = retention.Step();
      if (!removed) cli::PrintError(kProgram, removed.error());
      if (removed && !removed->empty()) cli::PrintRemark(kProgram, *removed);
      ::poll(nullptr, 0, kPollMs);
    }
    cli::PrintRemark(kProgram, "stopped");
    return kExitFine;
  }

 private:
  static void Append(writeback::Progress& progress, writeback::Progress more) {
    std::move(more.receipts.begin(), more.receipts.end(), std::back_inserter(progress.receipts));
    std::move(more.put_off.begin(), more.put_off.end(), std::back_inserter(progress.put_off));
    if (!progress.failure) progress.failure = std::move(more.failure);
  }
  static std::optional<Error> FirstTrouble(const writeback::Progress& progress) {
    if (progress.failure || progress.put_off.empty()) return progress.failure;
    return progress.put_off.front();
  }
  // An approved change may wait though none is ready: that is not the same as none being there.
  Status SayNothingReady() const {
    for (const auto state : {ledger::ProposalState::kApproved, ledger::ProposalState::kPendingWorker}) {
      ledger::ProposalFilter filter;
      filter.state = state;
      filter.limit = 1;
      SYN_ASSIGN_OR_RETURN(const auto waiting, ledger_.ListProposals(filter));
      if (waiting.empty()) continue;
      return cli::WriteData(fmt::format(
          "nothing to apply now; {} waits: a runner holds it or tries it again soon, or its source is disabled or not served here\n",
          ledger::ProposalHandle(waiting.front().proposal.id)));
    }
    return cli::WriteData("nothing to apply\n");
  }
  Status Say(const ledger::Receipt& receipt) const {
    return cli::WriteData(as_json_ ? ReceiptJson(receipt).dump(-1, ' ', false, json::error_handler_t::replace) + "\n"
                                   : ReceiptText(receipt, TerminalStyle()));
  }

  writeback::Runner& runner_;
  ledger::Ledger& ledger_;
  const std::string name_;
  bool as_json_;
};

Result<int> Run(const cli::Arguments& arguments) {
  if (!arguments.positional().empty()) return Fail(ErrorKind::kUsage, "`apply` takes no words, only options");
  if (arguments.Has("--once") == arguments.Has("--watch")) {
    return Fail(ErrorKind::kUsage, "say either `--once` or `--watch`");
  }
  if (arguments.Has("--retain") && arguments.Has("--once")) {
    return Fail(ErrorKind::kUsage, "`--retain` goes with `--watch`", "`synapsor-runner retention` removes at once");
  }
  SYN_ASSIGN_OR_RETURN(const auto lease, arguments.Number("--lease", 15));
  SYN_ASSIGN_OR_RETURN(const auto concurrency, arguments.Number("--concurrency", 1));
  SYN_ASSIGN_OR_RETURN(const config::Config config, LoadConfig(arguments));
  SYN_ASSIGN_OR_RETURN(const bundle::Bundle bundle, LoadBundle(arguments));
  SYN_ASSIGN_OR_RETURN(const writeback::Writers writers, OpenWriters(bundle, config, arguments.Values("--source")));
  SYN_ASSIGN_OR_RETURN(const auto ledger, OpenLedger(config));
  writeback::Options options;
  options.runner = arguments.ValueOr("--runner", DefaultRunner());
  options.lease_seconds = lease.value_or(options.lease_seconds);
  options.log = [](const std::string& line) { cli::PrintRemark(kProgram, Shown(line)); };
  options.check_schema = [&](const bundle::Source& source) -> Result<std::string> {
    const auto writer = writers.find(source.name);
    return writer == writers.end() ? Result<std::string>(std::string())
                                   : interp::FindTargetDrift(bundle, source, *writer->second);
  };
  options.concurrency = static_cast<int>(std::clamp<std::int64_t>(concurrency.value_or(1), 1, kMostConcurrency));
  options.stop = StopAsked;
  StopOnSignals();
  const std::string name = options.runner;
  writeback::Runner runner(bundle, config, writers, *ledger, SystemClock(), std::move(options));
  Worker worker(runner, *ledger, name, WantsJson(arguments));
  if (arguments.Has("--once")) return worker.Once();
  return worker.Watch(RetentionWork(
      *ledger, arguments.Has("--retain") ? RetentionRules(bundle) : std::vector<ledger::RetentionRule>()));
}

}  // namespace

const Command kApplyCommand = {
    "apply",
    "carry out approved changes, each as one guarded one-row statement",
    "--once | --watch --bundle FILE [--source NAME]...",
    "The trusted worker: takes approved changes from the ledger, checks each again, and makes it with the write\n"
    "credential. Ends with 1 when a change ended in a conflict or failed; those have changed nothing. Safe to kill and to\n"
    "run again: a change takes effect once. Prints one line a change, with `--format json` one object a line.",
    "synapsor-runner apply --once --bundle app.bundle.json",
    kOptions,
    Run,
};

}  // namespace synapsor::runner
