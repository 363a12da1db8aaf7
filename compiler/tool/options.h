// The command line of both programs is read by one piece of code.
#pragma once

#include "runtime/cli/options.h"

namespace synapsor::tool {

using cli::Arguments;
using cli::OptionSpec;
using cli::ParseArguments;

}  // namespace synapsor::tool
