// Where the program's data and its remarks go. Data is written whole or the run fails; nothing is
// left in a buffer when the process ends.
#pragma once

#include <string_view>

#include "runtime/base/result.h"

namespace synapsor::tool {

// Writes all of `data` to standard output, whatever it is connected to.
Status WriteData(std::string_view data);

void WriteToStandardError(std::string_view text);

// To standard error: "sync: message" and the hint below it.
void PrintError(const Error& error);
void PrintRemark(std::string_view message);

// Standard output is a terminal that takes colour and NO_COLOR is unset or empty.
bool ColorIsWelcome();

// Cells of the terminal's width that are left for quoted source text; 120 if there is no terminal.
int SourceCells();

}  // namespace synapsor::tool
