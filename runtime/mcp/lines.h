// Lines from a file descriptor with a bound on what is held in memory.
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <utility>
#include <vector>

namespace synapsor::mcp {

enum class LineKind { kLine, kTooLong, kEnd };

// Single-threaded. Wakes every 200 ms to ask `stop`.
class LineReader {
 public:
  LineReader(int descriptor, std::size_t max_bytes, std::function<bool()> stop)
      : descriptor_(descriptor), max_bytes_(max_bytes), stop_(std::move(stop)), buffer_(std::size_t{1} << 16) {}

  // The next line without its end. An overlong line is skipped whole and reported once as kTooLong. A last line without
  // a line feed counts. kEnd at end of input, on a read error or when stopped.
  LineKind Next(std::string& line);

 private:
  bool Fill();

  int descriptor_;
  std::size_t max_bytes_;
  std::function<bool()> stop_;
  std::vector<char> buffer_;
  std::size_t begin_ = 0, end_ = 0;
};

}  // namespace synapsor::mcp
