// Where a program's data and its remarks go. Data is written whole or the run fails; nothing is left in a buffer when the
// process ends.
#pragma once

#include <string>
#include <string_view>

#include "runtime/base/result.h"

namespace synapsor::cli {

// Writes all of `data` to standard output, whatever it is connected to.
Status WriteData(std::string_view data);

void WriteToStandardError(std::string_view text);

// To standard error: "PROGRAM: message", and the hint below it. What hides in them (names and paths may be anybody's) is shown.
void PrintError(std::string_view program, const Error& error);
void PrintRemark(std::string_view program, std::string_view message);

// Standard output is a terminal that takes colour and NO_COLOR is unset or empty.
bool ColorIsWelcome();

}  // namespace synapsor::cli
