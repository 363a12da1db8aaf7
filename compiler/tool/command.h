// A subcommand of `sync` as a table row. Adding one: a file with its `const Command`, a declaration
// here, a row in commands.cc.
#pragma once

#include <span>
#include <string_view>

#include "compiler/tool/options.h"

namespace synapsor::tool {

enum ExitCode : int {
  kExitFine = 0,
  kExitFindings = 1,  // findings, or an operation that was refused
  kExitFailed = 2,    // could not run: usage, input or output, database, internal fault
};

struct Command {
  std::string_view name;
  std::string_view summary;      // one line, for the list of commands
  std::string_view usage;        // what follows "sync NAME", "[FILE...]"
  std::string_view description;  // paragraphs of --help
  std::string_view example;      // command lines of --help
  std::span<const OptionSpec> options;
  // Returns the exit code. An error is printed with its hint and gives kExitFailed.
  Result<int> (*run)(const Arguments& arguments);
};

extern const Command kCheckCommand;
extern const Command kPlanCommand;
extern const Command kDiffCommand;
extern const Command kBuildCommand;
extern const Command kExplainCommand;
extern const Command kIntrospectCommand;
extern const Command kGrantsCommand;
extern const Command kFmtCommand;
extern const Command kRulesCommand;

std::span<const Command* const> AllCommands();  // in the order of the help text
const Command* FindCommand(std::string_view name);

}  // namespace synapsor::tool
