#include "compiler/tool/output.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>

#include "runtime/cli/output.h"

namespace synapsor::tool {

Status WriteData(std::string_view data) { return cli::WriteData(data); }

void WriteToStandardError(std::string_view text) { cli::WriteToStandardError(text); }

void PrintError(const Error& error) { cli::PrintError("sync", error); }

void PrintRemark(std::string_view message) { cli::PrintRemark("sync", message); }

bool ColorIsWelcome() { return cli::ColorIsWelcome(); }

int SourceCells() {
  constexpr int kDefault = 120;
  constexpr int kGutter = 10;
  constexpr int kLeast = 40;
  winsize size{};
  if (::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col == 0) return kDefault;
  return std::max(kLeast, size.ws_col - kGutter);
}

}  // namespace synapsor::tool
