#include "compiler/tool/subprocess.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>

namespace synapsor::tool {
namespace {

struct Pipe {
  std::array<int, 2> ends{-1, -1};
  bool Open() { return ::pipe2(ends.data(), O_CLOEXEC) == 0; }
  void CloseWriter() {
    if (ends[1] >= 0) ::close(ends[1]);
    ends[1] = -1;
  }
  ~Pipe() {
    CloseWriter();
    if (ends[0] >= 0) ::close(ends[0]);
  }
};

[[noreturn]] void Become(const std::vector<std::string>& words, const std::string& folder, int out, int err) {
  std::vector<char*> argv;
  for (const std::string& word : words) argv.push_back(const_cast<char*>(word.c_str()));
  argv.push_back(nullptr);
  const int nothing = ::open("/dev/null", O_RDONLY);
  ::dup2(nothing, STDIN_FILENO);
  ::dup2(out, STDOUT_FILENO);
  ::dup2(err, STDERR_FILENO);
  if (folder.empty() || ::chdir(folder.c_str()) == 0) ::execvp(argv[0], argv.data());
  ::_exit(127);
}

// Both streams at once, so that neither fills up while the other is read.
void Drain(Pipe& out, Pipe& err, ProcessResult& result) {
  std::array<pollfd, 2> ready = {{{out.ends[0], POLLIN, 0}, {err.ends[0], POLLIN, 0}}};
  std::array<std::string*, 2> texts = {&result.output, &result.errors};
  int open = 2;
  std::array<char, 65536> buffer;
  while (open > 0) {
    if (::poll(ready.data(), ready.size(), -1) < 0 && errno != EINTR) return;
    for (std::size_t i = 0; i < ready.size(); ++i) {
      if (ready[i].fd < 0 || ready[i].revents == 0) continue;
      const ssize_t got = ::read(ready[i].fd, buffer.data(), buffer.size());
      if (got > 0) {
        texts[i]->append(buffer.data(), static_cast<std::size_t>(got));
      } else if (got == 0 || errno != EINTR) {
        ready[i].fd = -1;
        --open;
      }
    }
  }
}

}  // namespace

Result<ProcessResult> RunProcess(const std::vector<std::string>& words, const std::string& folder) {
  Pipe out, err;
  if (!out.Open() || !err.Open())
    return Fail(ErrorKind::kIo, fmt::format("cannot make a pipe: {}", std::strerror(errno)));
  const pid_t child = ::fork();
  if (child < 0) return Fail(ErrorKind::kIo, fmt::format("cannot start `{}`: {}", words[0], std::strerror(errno)));
  if (child == 0) Become(words, folder, out.ends[1], err.ends[1]);
  out.CloseWriter();
  err.CloseWriter();
  ProcessResult result;
  Drain(out, err, result);
  int status = 0;
  while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  result.exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  if (result.exit_code == 127) return Fail(ErrorKind::kIo, fmt::format("cannot start `{}`", words[0]));
  return result;
}

}  // namespace synapsor::tool
