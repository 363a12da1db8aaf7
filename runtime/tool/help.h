// Help texts, made from the table of commands.
#pragma once

#include <string>

#include "runtime/tool/command.h"

namespace synapsor::runner {

std::string ProgramHelp();
std::string CommandHelp(const Command& command);

}  // namespace synapsor::runner
