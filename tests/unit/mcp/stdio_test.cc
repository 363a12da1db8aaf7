#include "runtime/mcp/stdio.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <csignal>
#include <set>
#include <thread>

#include "tests/unit/support/runtime_fixture.h"

namespace synapsor::mcp {
namespace {

using nlohmann::json;

constexpr std::string_view kHello =
    R"({"jsonrpc":"2.0","id":"hello","method":"initialize","params":{"protocolVersion":"2025-11-25"}})"
    "\n";

// A client at the other end of two pipes.
class McpStdio : public test::RuntimeFixture {
 protected:
  // Sends `input`, closes, and returns all answers by id.
  std::map<std::string, json> Converse(const std::string& input, StdioOptions options = {}) {
    int to_server[2], from_server[2];
    EXPECT_EQ(pipe(to_server), 0);
    EXPECT_EQ(pipe(from_server), 0);
    options.input = to_server[0];
    options.output = from_server[1];
    Service service(*runtime_, config_, {});
    const session::Session session = Session();
    std::thread server([&] {
      EXPECT_TRUE(ServeStdio(service, {&session, ""}, options, stop_).has_value());
      close(from_server[1]);
    });
    std::thread client([&] {
      std::string_view rest = input;
      while (!rest.empty()) {
        const ssize_t n = write(to_server[1], rest.data(), rest.size());
        if (n <= 0) break;
        rest.remove_prefix(static_cast<std::size_t>(n));
      }
      close(to_server[1]);
    });
    std::string output;
    char buffer[4096];
    for (ssize_t n; (n = read(from_server[0], buffer, sizeof buffer)) > 0;)
      output.append(buffer, static_cast<std::size_t>(n));
    client.join();
    server.join();
    close(to_server[0]);
    close(from_server[0]);
    std::map<std::string, json> answers;
    std::istringstream lines(output);
    for (std::string line; std::getline(lines, line);) {
      const json answer = json::parse(line);
      answers[answer.contains("id") ? answer["id"].dump() : "note"] = answer;
    }
    return answers;
  }
  static std::string Call(int id) {
    return json{
               {"jsonrpc", "2.0"}, {"id", id}, {"method", "tools/call"}, {"params", {{"name", "billing.read_invoice"}}}}
               .dump() +
           "\n";
  }

  // Serves until `act` has done its part; false when it does not end by itself within five seconds.
  template <typename F>
  bool EndsAfter(F act) {
    int to_server[2], from_server[2];
    EXPECT_EQ(pipe(to_server), 0);
    EXPECT_EQ(pipe(from_server), 0);
    StdioOptions options;
    options.input = to_server[0];
    options.output = from_server[1];
    Service service(*runtime_, config_, {});
    const session::Session session = Session();
    std::atomic<bool> ended = false;
    std::thread server([&] {
      (void)ServeStdio(service, {&session, ""}, options, stop_);
      ended = true;
    });
    act(to_server[1], from_server[0]);
    for (int i = 0; i < 100 && !ended; ++i) usleep(50'000);
    const bool in_time = ended;
    close(to_server[1]);  // the input stayed open until here
    if (!in_time) close(from_server[0]);
    server.join();
    for (const int fd : {to_server[0], from_server[1]}) close(fd);
    return in_time;
  }

  std::atomic<bool> stop_ = false;
};

TEST_F(McpStdio, EndsWhenAnIdleClientStopsReading) {
  std::signal(SIGPIPE, SIG_IGN);
  EXPECT_TRUE(EndsAfter([](int input, int output) {
    EXPECT_GT(write(input, kHello.data(), kHello.size()), 0);
    char byte;
    EXPECT_EQ(read(output, &byte, 1), 1);
    close(output);
  }));
}

TEST_F(McpStdio, StopsThoughTheClientTakesNoAnswers) {
  std::signal(SIGPIPE, SIG_IGN);
  EXPECT_TRUE(EndsAfter([&](int input, int) {
    std::string text(kHello);
    for (int i = 0; i < 200; ++i) text += Call(i);  // more answers than a pipe holds
    EXPECT_GT(write(input, text.data(), text.size()), 0);
    usleep(300'000);
    stop_ = true;
  }));
}

TEST_F(McpStdio, AResponseIsNotAnswered) {
  const auto answers = Converse(std::string(kHello) +
                                R"({"jsonrpc":"2.0","id":7,"result":{}})"
                                "\n"
                                R"({"jsonrpc":"2.0","id":8,"error":{"code":1,"message":"x"}})"
                                "\n" +
                                Call(9));
  EXPECT_EQ(answers.size(), 2U);
  EXPECT_TRUE(answers.contains("9"));
}

TEST_F(McpStdio, AnswersEveryCallBeforeItEnds) {
  std::string input(kHello);
  for (int i = 0; i < 40; ++i) input += Call(i);
  const auto answers = Converse(input);
  EXPECT_EQ(answers.size(), 41U);
  std::set<std::string> handles;
  for (int i = 0; i < 40; ++i) {
    const json& result = answers.at(std::to_string(i))["result"];
    EXPECT_EQ(result["isError"], false) << result.dump();
    handles.insert(result["structuredContent"]["evidence_bundle_id"].get<std::string>());
  }
  EXPECT_EQ(handles.size(), 40U);
}

TEST_F(McpStdio, SkipsLinesBeyondTheLimitAndGoesOn) {
  StdioOptions options;
  options.max_message_bytes = 1000;
  const auto answers = Converse(std::string(5'000'000, 'x') + "\n" + std::string(kHello) + Call(1), options);
  EXPECT_EQ(answers.at("null")["error"]["code"], kInvalidRequest);
  EXPECT_TRUE(answers.at("1").contains("result"));
}

TEST_F(McpStdio, ToleratesBlankLinesCarriageReturnsAndAMissingLastLineFeed) {
  std::string input = "\r\n\n" + std::string(kHello);
  std::string call = Call(1);
  call.pop_back();
  EXPECT_TRUE(Converse(input + call).at("1").contains("result"));
}

TEST_F(McpStdio, DropsCancelledCallsThatWait) {
  StdioOptions options;
  options.workers = 1;
  std::string input(kHello);
  for (int i = 0; i < 50; ++i) input += Call(i);
  input += R"({"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":49}})"
           "\n";
  const auto answers = Converse(input, options);
  EXPECT_FALSE(answers.contains("49"));
  EXPECT_TRUE(answers.contains("0"));
}

TEST_F(McpStdio, SaysBusyRatherThanQueueWithoutEnd) {
  StdioOptions options;
  options.workers = 1;
  options.max_waiting = 3;
  std::string input(kHello);
  for (int i = 0; i < 200; ++i) input += Call(i);
  const auto answers = Converse(input, options);
  EXPECT_EQ(answers.size(), 201U);
  int busy = 0;
  for (const auto& [id, answer] : answers) {
    if (answer.contains("error") && answer["error"]["code"] == kServerBusy) ++busy;
  }
  EXPECT_GT(busy, 0);
  EXPECT_LT(busy, 200);
}

}  // namespace
}  // namespace synapsor::mcp
