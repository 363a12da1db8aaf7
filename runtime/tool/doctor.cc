// `synapsor-runner doctor`: looks at everything a deployment needs and says what is wrong and how to mend it.
#include <fmt/format.h>

#include <cstdlib>
#include <nlohmann/json.hpp>

#include "runtime/cli/output.h"
#include "runtime/db/reader.h"
#include "runtime/interp/drift.h"
#include "runtime/db/writer.h"
#include "runtime/interp/entitlement.h"
#include "runtime/session/jwt.h"
#include "runtime/tool/command.h"
#include "runtime/tool/parts.h"
#include "runtime/tool/style.h"
#include "runtime/writeback/receipts.h"

namespace synapsor::runner {
namespace {

using nlohmann::json;

constexpr cli::OptionSpec kOptions[] = {kBundleOption, kConfigOption, kFormatOption};

struct Check {
  std::string what, problem, hint;
  bool is_warning = false;
};

class Doctor {
 public:
  explicit Doctor(const cli::Arguments& arguments) : arguments_(arguments) {}

  std::vector<Check> Examine() {
    auto config = LoadConfig(arguments_);
    if (!Note("configuration", config)) return std::move(checks_);
    config_ = *std::move(config);
    if (config_.path.empty())
      Warn("configuration", "there is no synapsor.json here; defaults hold", "write one; docs/synapsor.schema.json says what it holds");
    CheckLedger();
    CheckApproval();
    CheckTokens();
    interp::Readers readers = CheckSources();
    CheckBundle(readers);
    return std::move(checks_);
  }

 private:
  template <typename T>
  bool Note(std::string what, const Result<T>& result) {
    if (result) {
      checks_.push_back({std::move(what), {}, {}});
    } else {
      checks_.push_back({std::move(what), result.error().message, result.error().hint});
    }
    return result.has_value();
  }
  void Warn(std::string what, std::string problem, std::string hint) {
    checks_.push_back({std::move(what), std::move(problem), std::move(hint), true});
  }

  void Wrong(std::string what, std::string problem, std::string hint) {
    checks_.push_back({std::move(what), std::move(problem), std::move(hint)});
  }

  void CheckLedger() {
    auto ledger = OpenLedger(config_);
    if (!Note("ledger", ledger)) return;
    const auto report = (*ledger)->VerifyChain();
    if (!Note("chain of events", report) || report->intact) return;
    checks_.back() = {"chain of events", report->problem, "keep a copy of the ledger and find out who can write to it"};
  }

  void CheckApproval() {
    if (!config_.approval.role_members.empty()) return;
    Warn("approval", "no role has members, so nobody can decide from the command line",
         "list them in synapsor.json: \"approval\": {\"roles\": {\"reviewer\": [\"name\"]}}");
  }

  interp::Readers CheckSources() {
    interp::Readers readers;
    if (config_.sources.empty()) Warn("sources", "the configuration names none", "add `sources` to synapsor.json");
    for (const auto& [name, source] : config_.sources) {
      auto reader = db::OpenReader(source);
      if (Note(fmt::format("source `{}`, reading", name), reader)) readers.emplace(name, *std::move(reader));
    }
    for (const auto& [name, source] : config_.sources) CheckWriter(name, source);
    return readers;
  }

  void CheckTokens() {
    if (config_.session.provider == "jwt") Note("keys of tokens", session::TokenVerifier::FromConfig(config_));
  }

  // Where the write credential is at hand, as it is beside the trusted runner only: can it connect, and is there a place for
  // its receipts. SQLite targets get theirs when they are first written.
  void CheckWriter(const std::string& name, const config::Source& source) {
    if (source.write.empty() || std::getenv(source.write.variable.c_str()) == nullptr) return;
    const std::string what = fmt::format("source `{}`, writing", name);
    const auto credential = db::WriteCredential::FromConfig(source);
    if (!credential) return static_cast<void>(Note(what, credential));
    const auto writer = db::OpenWriter(*credential);
    if (!Note(what, writer) || source.engine == "sqlite" || source.receipts == "ledger") return;
    auto lease = (*writer)->Acquire(source.connect_timeout_ms);
    if (!lease) return Wrong(what, "it does not answer", "look at the server's log");
    if (!(*lease)->Begin(db::TxMode::kReadOnly, source.statement_timeout_ms, source.lock_timeout_ms)) {
      return Wrong(what, "no transaction can be begun", "look at the server's log");
    }
    const std::vector<Scalar> key = {Scalar::Of(ScalarType::kText, "doctor")};
    const auto found = (*lease)->Query(writeback::FindReceiptStatement(source.engine), key, 1);
    (*lease)->Rollback();
    if (found) return;
    Wrong(what,
          fmt::format("its receipts cannot be read: there is no table `{}`, or the role may not use it",
                      writeback::kReceiptsTable),
          "create it as `sync grants` prints it: " + writeback::ReceiptsDdl(source.engine));
  }

  void CheckBundle(const interp::Readers& readers) {
    if (!arguments_.Has("--bundle"))
      return Warn("bundle", "none given, so contracts and schema drift were not looked at", "add `--bundle FILE`");
    const auto bundle = LoadBundle(arguments_);
    if (!Note("bundle", bundle)) return;
    for (const bundle::Source& source : bundle->sources) {
      if (!config_.sources.contains(source.name)) {
        checks_.push_back({"bundle", fmt::format("its source `{}` is not in the configuration", source.name),
                           "name it under `sources` in synapsor.json"});
      }
    }
    CheckWorkflows(*bundle);
    const std::string what = "schema as the bundle expects it";
    const Status fits = interp::CheckDrift(*bundle, readers);
    for (const bundle::Source& source : bundle->sources) {
      if (!fits || readers.contains(source.name)) continue;
      return Warn(what, fmt::format("not compared, because source `{}` was not read", source.name), "mend that first");
    }
    Note(what, fits);
  }

  void CheckWorkflows(const bundle::Bundle& bundle) {
    const config::Session& session = config_.session;
    if (!session.workflows && session.provider == "jwt" && !bundle.workflows.empty()) {
      return Warn("workflows", "every verified token may use every workflow, and capabilities outside one",
                  "say who may use which: \"session\": {\"workflows\": {\"" + bundle.workflows.front().name +
                      "\": {\"roles\": [\"agent\"]}}}");
    }
    if (!session.workflows) return;
    if (const std::string unknown = interp::FindUnknownWorkflow(session, bundle); !unknown.empty()) {
      checks_.push_back({"workflows",
                         fmt::format("`session.workflows` names `{}`, which the bundle does not have", unknown),
                         "correct the name in synapsor.json, or take it out"});
    }
    for (const bundle::Workflow& workflow : bundle.workflows) {
      const auto users = session.workflows->find(workflow.name);
      if (users != session.workflows->end() && !(users->second.roles.empty() && users->second.principals.empty()))
        continue;
      Warn("workflows", fmt::format("nobody may use `{}`", workflow.name),
           "name roles or principals under `session.workflows`");
    }
  }

  const cli::Arguments& arguments_;
  config::Config config_;
  std::vector<Check> checks_;
};

std::string Report(const std::vector<Check>& checks, const Style& style) {
  std::string out;
  for (const Check& check : checks) {
    const std::string mark = check.problem.empty() ? style.Green("ok     ")
                             : check.is_warning    ? style.Yellow("warning")
                                                   : style.Red("wrong  ");
    out += fmt::format("{} {}{}\n", mark, check.what, check.problem.empty() ? "" : ": " + Shown(check.problem));
    if (!check.hint.empty()) out += fmt::format("        {}\n", Shown(check.hint));
  }
  return out;
}

Result<int> Run(const cli::Arguments& arguments) {
  if (!arguments.positional().empty()) return Fail(ErrorKind::kUsage, "`doctor` takes no words, only options");
  const std::vector<Check> checks = Doctor(arguments).Examine();
  bool healthy = true;
  json list = json::array();
  for (const Check& check : checks) {
    healthy = healthy && (check.problem.empty() || check.is_warning);
    list.push_back({{"what", check.what},
                    {"ok", check.problem.empty()},
                    {"warning", check.is_warning},
                    {"problem", check.problem},
                    {"hint", check.hint}});
  }
  const std::string out =
      WantsJson(arguments)
          ? json{{"healthy", healthy}, {"checks", list}}.dump(2, ' ', false, json::error_handler_t::replace) + "\n"
          : Report(checks, TerminalStyle());
  SYN_RETURN_IF_ERROR(cli::WriteData(out));
  return healthy ? kExitFine : kExitRefused;
}

}  // namespace

const Command kDoctorCommand = {
    "doctor",
    "say what is wrong with a deployment and how to mend it",
    "[--bundle FILE] [--config FILE]",
    "Opens configuration, ledger, sources and bundle as the other commands would, verifies the ledger's chain, and\n"
    "compares the live schema with what the bundle expects. Changes nothing. Ends with 1 when something is wrong.",
    "synapsor-runner doctor --bundle app.bundle.json",
    kOptions,
    Run,
};

}  // namespace synapsor::runner
