#include "runtime/cli/output.h"

#include <fmt/format.h>
#include <poll.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>

#include "runtime/base/text.h"

namespace synapsor::cli {
namespace {

// The whole of `data` to a descriptor, also to a full pipe or one that another process made non-blocking.
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
    return Fail(ErrorKind::kIo, fmt::format("cannot write to standard output: {}", std::strerror(errno)));
  }
  return {};
}

void WriteToStandardError(std::string_view text) { WriteAll(STDERR_FILENO, text); }

void PrintError(std::string_view program, const Error& error) {
  std::string text = fmt::format("{}: {}\n", program, Visible(error.message));
  if (!error.hint.empty()) text += fmt::format("{:{}}{}\n", "", program.size() + 2, Visible(error.hint));
  WriteToStandardError(text);
}

void PrintRemark(std::string_view program, std::string_view message) {
  WriteToStandardError(fmt::format("{}: {}\n", program, message));
}

bool ColorIsWelcome() {
  const char* no_color = std::getenv("NO_COLOR");
  const char* terminal = std::getenv("TERM");
  return (no_color == nullptr || *no_color == '\0') && terminal != nullptr && std::strcmp(terminal, "dumb") != 0 &&
         ::isatty(STDOUT_FILENO) == 1;
}

}  // namespace synapsor::cli
