#include "compiler/tool/output.h"

#include <fmt/format.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>

#include "compiler/diag/display.h"

namespace synapsor::tool {
namespace {

// The whole of `data` to a descriptor, also to a full pipe or one that another process made
// non-blocking.
bool WriteAll(int descriptor, std::string_view data) {
  while (!data.empty()) {
    const ssize_t written = ::write(descriptor, data.data(), data.size());
    if (written >= 0) {
      data.remove_prefix(static_cast<std::size_t>(written));
    } else if (errno == EAGAIN || errno == EWOULDBLOCK) {
      pollfd ready{descriptor, POLLOUT, 0};
      ::poll(&ready, 1, -1);
    } else if (errno != EINTR) {
      return false;
    }
  }
  return true;
}

}  // namespace

Status WriteData(std::string_view data) {
  if (!WriteAll(STDOUT_FILENO, data)) {
    return Fail(ErrorKind::kIo,
                fmt::format("cannot write to standard output: {}", std::strerror(errno)));
  }
  return {};
}

void WriteToStandardError(std::string_view text) { WriteAll(STDERR_FILENO, text); }

void PrintError(const Error& error) {
  std::string text = "sync: " + diag::Printable(error.message) + "\n";
  if (!error.hint.empty()) text += "      " + diag::Printable(error.hint) + "\n";
  WriteAll(STDERR_FILENO, text);
}

void PrintRemark(std::string_view message) {
  WriteAll(STDERR_FILENO, fmt::format("sync: {}\n", message));
}

bool ColorIsWelcome() {
  const char* no_color = std::getenv("NO_COLOR");
  const char* terminal = std::getenv("TERM");
  return (no_color == nullptr || *no_color == '\0') && terminal != nullptr &&
         std::strcmp(terminal, "dumb") != 0 && ::isatty(STDOUT_FILENO) == 1;
}

int SourceCells() {
  constexpr int kDefault = 120;
  constexpr int kGutter = 10;
  constexpr int kLeast = 40;
  winsize size{};
  if (::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col == 0) return kDefault;
  return std::max(kLeast, size.ws_col - kGutter);
}

}  // namespace synapsor::tool
