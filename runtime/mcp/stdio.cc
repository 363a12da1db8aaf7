#include "runtime/mcp/stdio.h"

#include <fmt/format.h>
#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <climits>
#include <condition_variable>
#include <cstring>
#include <deque>
#include <mutex>
#include <nlohmann/json.hpp>
#include <set>
#include <thread>
#include <vector>

#include "runtime/mcp/lines.h"

namespace synapsor::mcp {
namespace {

using nlohmann::json;

// Whole lines, one after the other, from any thread. A client that is gone breaks it; so does one that takes nothing
// while the program is asked to stop.
class Output {
 public:
  Output(int descriptor, const std::atomic<bool>& stop) : descriptor_(descriptor), stop_(stop) {}

  void Send(std::string_view text) {
    const std::lock_guard lock(mutex_);
    line_.assign(text);
    line_ += '\n';
    std::string_view rest = line_;
    while (!rest.empty() && !broken_) {
      if (!WaitForRoom()) break;
      // What poll says there is room for is PIPE_BUF at least: such a write does not block.
      const ssize_t n = write(descriptor_, rest.data(), std::min<std::size_t>(rest.size(), PIPE_BUF));
      if (n < 0 && (errno == EINTR || errno == EAGAIN)) continue;
      if (n < 0)
        broken_ = true;
      else
        rest.remove_prefix(static_cast<std::size_t>(n));
    }
  }

  // Also looks whether the client is still there, without writing.
  bool broken() {
    pollfd end = {descriptor_, 0, 0};
    if (poll(&end, 1, 0) > 0 && (end.revents & (POLLERR | POLLNVAL)) != 0) broken_ = true;
    return broken_;
  }

 private:
  bool WaitForRoom() {
    constexpr int kLookAtStopMs = 200, kPatience = 5;
    for (int waits = 0; !broken_;) {
      pollfd room = {descriptor_, POLLOUT, 0};
      const int ready = poll(&room, 1, kLookAtStopMs);
      if (ready > 0) return true;
      if (ready < 0 && errno != EINTR) return true;  // the write says what is wrong
      if (stop_.load() && ++waits >= kPatience) broken_ = true;
    }
    return false;
  }

  int descriptor_;
  const std::atomic<bool>& stop_;
  std::mutex mutex_;
  std::string line_;
  std::atomic<bool> broken_ = false;
};

// A call with what its peer had agreed on when it came in.
struct Call {
  Message message;
  PeerState peer;
};

// Answers calls on threads of its own. A cancelled call that still waits is dropped; of one that runs the answer is.
class Workers {
 public:
  using AnswerCall = std::function<std::optional<Reply>(Call&)>;

  Workers(int count, std::size_t max_waiting, AnswerCall answer, Output& output)
      : max_waiting_(max_waiting), answer_(std::move(answer)), output_(output) {
    for (int i = 0; i < count; ++i) threads_.emplace_back([this] { Work(); });
  }
  // Finishes what waits and runs.
  ~Workers() {
    {
      const std::lock_guard lock(mutex_);
      closing_ = true;
    }
    wake_.notify_all();
    for (std::thread& thread : threads_) thread.join();
  }

  // False when too many calls wait already.
  bool Submit(Call call) {
    {
      const std::lock_guard lock(mutex_);
      if (waiting_.size() >= max_waiting_) return false;
      wanted_.insert(call.message.id);
      waiting_.push_back(std::move(call));
    }
    wake_.notify_one();
    return true;
  }

  void Cancel(const json& id) {
    const std::lock_guard lock(mutex_);
    wanted_.erase(id);
  }

 private:
  void Work() {
    std::unique_lock lock(mutex_);
    while (true) {
      wake_.wait(lock, [this] { return closing_ || !waiting_.empty(); });
      if (waiting_.empty()) return;
      Call call = std::move(waiting_.front());
      waiting_.pop_front();
      if (!wanted_.contains(call.message.id)) continue;
      lock.unlock();
      const auto reply = answer_(call);
      lock.lock();
      const bool still_wanted = wanted_.erase(call.message.id) > 0;
      if (reply && still_wanted) {
        lock.unlock();
        output_.Send(reply->text);
        lock.lock();
      }
    }
  }

  std::size_t max_waiting_;
  AnswerCall answer_;
  Output& output_;
  std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<Call> waiting_;
  std::set<json> wanted_;  // ids of calls that wait or run and are not cancelled
  bool closing_ = false;
  std::vector<std::thread> threads_;
};

void Refuse(Output& output, const json& id, int code, std::string why) {
  output.Send(ErrorReply(id, {code, std::move(why), nullptr}));
}

}  // namespace

Status ServeStdio(Service& service, const Caller& caller, const StdioOptions& options, const std::atomic<bool>& stop) {
  Output output(options.output, stop);
  PeerState peer;
  const Notify notify = [&output](std::string_view text) { output.Send(text); };
  LineReader reader(options.input, options.max_message_bytes, [&] { return stop.load() || output.broken(); });
  {
    Workers workers(
        options.workers, options.max_waiting,
        [&](Call& call) { return Answer(service, call.message, call.peer, caller, notify); }, output);
    std::string line;
    for (LineKind kind = reader.Next(line); kind != LineKind::kEnd && !output.broken(); kind = reader.Next(line)) {
      if (kind == LineKind::kTooLong) {
        Refuse(output, nullptr, kInvalidRequest,
               fmt::format("a message is larger than {} bytes", options.max_message_bytes));
        continue;
      }
      if (line.empty()) continue;
      auto message = ParseMessage(line, options.max_message_bytes);
      if (!message) {
        output.Send(ErrorReply(message.error().id, message.error().error));
      } else if (message->method == "notifications/cancelled") {
        if (const auto id = message->params.find("requestId"); id != message->params.end()) workers.Cancel(*id);
      } else if (message->is_request && IsSlow(*message)) {
        const json id = message->id;
        if (!workers.Submit({std::move(*message), peer})) {
          Refuse(output, id, kServerBusy, "too many calls are waiting; try again later");
        }
      } else if (const auto reply = Answer(service, *message, peer, caller, notify)) {
        output.Send(reply->text);
      }
    }
  }
  if (output.broken()) return Fail(ErrorKind::kIo, "the client has closed its end of the connection");
  return {};
}

}  // namespace synapsor::mcp
