// The text of --help, made from the tables of commands and options.
#pragma once

#include <string>

#include "compiler/tool/command.h"

namespace synapsor::tool {

std::string ProgramHelp();
std::string CommandHelp(const Command& command);

}  // namespace synapsor::tool
