// runtime/cli/output.h with the name of this program, and the width of its terminal.
#pragma once

#include <string_view>

#include "runtime/base/result.h"

namespace synapsor::tool {

Status WriteData(std::string_view data);

void WriteToStandardError(std::string_view text);

void PrintError(const Error& error);
void PrintRemark(std::string_view message);

bool ColorIsWelcome();

// Cells of the terminal's width that are left for quoted source text; 120 if there is no terminal.
int SourceCells();

}  // namespace synapsor::tool
