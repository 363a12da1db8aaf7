#include "runtime/mcp/lines.h"

#include <poll.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace synapsor::mcp {

bool LineReader::Fill() {
  constexpr int kLookAtStopMs = 200;
  while (!stop_()) {
    pollfd waiting = {descriptor_, POLLIN, 0};
    const int ready = poll(&waiting, 1, kLookAtStopMs);
    if (ready < 0 && errno != EINTR) return false;
    if (ready <= 0) continue;
    const ssize_t n = read(descriptor_, buffer_.data(), buffer_.size());
    if (n < 0 && (errno == EINTR || errno == EAGAIN)) continue;
    if (n <= 0) return false;
    begin_ = 0;
    end_ = static_cast<std::size_t>(n);
    return true;
  }
  return false;
}

LineKind LineReader::Next(std::string& line) {
  line.clear();
  bool too_long = false;
  while (true) {
    if (begin_ == end_ && !Fill()) {
      if (too_long) return LineKind::kTooLong;
      return line.empty() ? LineKind::kEnd : LineKind::kLine;
    }
    const char* data = buffer_.data() + begin_;
    const std::size_t available = end_ - begin_;
    const auto* feed = static_cast<const char*>(std::memchr(data, '\n', available));
    const std::size_t taken = feed == nullptr ? available : static_cast<std::size_t>(feed - data);
    if (!too_long && line.size() + taken > max_bytes_) {
      too_long = true;
      line.clear();
      line.shrink_to_fit();
    }
    if (!too_long) line.append(data, taken);
    begin_ += taken;
    if (feed == nullptr) continue;
    ++begin_;
    if (too_long) return LineKind::kTooLong;
    if (!line.empty() && line.back() == '\r') line.pop_back();
    return LineKind::kLine;
  }
}

}  // namespace synapsor::mcp
