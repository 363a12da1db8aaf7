#include <algorithm>

#include "compiler/tool/command.h"

namespace synapsor::tool {
namespace {

const Command* const kCommands[] = {
    &kCheckCommand,  &kPlanCommand, &kBuildCommand,   &kDiffCommand,  &kIntrospectCommand,
    &kGrantsCommand, &kFmtCommand,  &kExplainCommand, &kRulesCommand,
};

}  // namespace

std::span<const Command* const> AllCommands() { return kCommands; }

const Command* FindCommand(std::string_view name) {
  const auto commands = AllCommands();
  const auto found =
      std::find_if(commands.begin(), commands.end(), [&](const Command* command) { return command->name == name; });
  return found == commands.end() ? nullptr : *found;
}

}  // namespace synapsor::tool
