// A subcommand of `synapsor-runner` as a table row. Adding one: a file with its `const Command`, a declaration here, a row
// in commands.cc.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "runtime/cli/options.h"

namespace synapsor::runner {

inline constexpr std::string_view kProgram = "synapsor-runner";

enum ExitCode : int {
  kExitFine = 0,
  kExitRefused = 1,  // an operation that was refused, or did not end as asked
  kExitFailed = 2,   // could not run: usage, input or output, database, internal fault
};

struct Command {
  std::string_view name;
  std::string_view summary;      // one line, for the list of commands
  std::string_view usage;        // what follows "synapsor-runner NAME"
  std::string_view description;  // paragraphs of --help
  std::string_view example;      // command lines of --help
  std::span<const cli::OptionSpec> options;
  // Returns the exit code. An error is printed with its hint and gives kExitFailed.
  Result<int> (*run)(const cli::Arguments& arguments);
};

extern const Command kServeCommand;
extern const Command kInvokeCommand;
extern const Command kProposalsCommand;
extern const Command kSettleCommand;
extern const Command kReviewCommand;
extern const Command kApplyCommand;
extern const Command kRetentionCommand;
extern const Command kEvidenceCommand;
extern const Command kReplayCommand;
extern const Command kAuditCommand;
extern const Command kSourceCommand;
extern const Command kDoctorCommand;

std::span<const Command* const> AllCommands();  // in the order of the help text
const Command* FindCommand(std::string_view name);

}  // namespace synapsor::runner
