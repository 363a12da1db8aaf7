// Drives cut_proxy.py from a test: starts it before a server, tells it what to lose, ends it.
#pragma once

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <string>

namespace synapsor {

class CutProxy {
 public:
  CutProxy(const std::string& host, int port) {
    int in[2], out[2];
    if (pipe(in) != 0 || pipe(out) != 0) std::abort();
    const std::string script = SYNAPSOR_SOURCE_DIR "/tests/integration/cut_proxy.py";
    const std::string target = std::to_string(port);
    pid_ = fork();
    if (pid_ == 0) {
      dup2(in[0], 0);
      dup2(out[1], 1);
      close(in[1]);
      close(out[0]);
      execlp("python3", "python3", script.c_str(), host.c_str(), target.c_str(), nullptr);
      _exit(127);
    }
    close(in[0]);
    close(out[1]);
    commands_ = fdopen(in[1], "w");
    answers_ = fdopen(out[0], "r");
    port_ = std::atoi(Answer().c_str());
    EXPECT_GT(port_, 0) << "the proxy did not start";
  }
  ~CutProxy() {
    std::fclose(commands_);  // it ends with its input
    std::fclose(answers_);
    waitpid(pid_, nullptr, 0);
  }
  CutProxy(const CutProxy&) = delete;
  CutProxy& operator=(const CutProxy&) = delete;

  int port() const { return port_; }

  // One line of cut_proxy.py's language; returns its answer.
  std::string Tell(const std::string& command) {
    std::fprintf(commands_, "%s\n", command.c_str());
    std::fflush(commands_);
    const std::string answer = Answer();
    EXPECT_TRUE(answer.starts_with("ok")) << command << ": " << answer;
    return answer;
  }

 private:
  std::string Answer() {
    std::string line;
    for (int c = std::fgetc(answers_); c != EOF && c != '\n'; c = std::fgetc(answers_)) {
      line += static_cast<char>(c);
    }
    return line;
  }

  pid_t pid_ = 0;
  std::FILE *commands_ = nullptr, *answers_ = nullptr;
  int port_ = 0;
};

}  // namespace synapsor
