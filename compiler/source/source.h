// The text of the files being compiled, and places in it. Decides how offsets become lines and columns; does
// not decide what the text means.
#pragma once

#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <vector>

#include "compiler/base/id.h"
#include "runtime/base/result.h"

namespace synapsor {

class SourceFile;
using FileId = Id<SourceFile>;

// Half-open byte range of one file. `None()` stands for "no place", for findings about a whole run.
struct Span {
  FileId file;
  std::uint32_t begin = 0;
  std::uint32_t end = 0;

  static Span None() { return {}; }
  bool has_value() const { return file.has_value(); }
  bool operator==(const Span&) const = default;
};

// From the start of `first` to the end of `last`, both of one file.
inline Span Join(Span first, Span last) { return {first.file, first.begin, last.end}; }

// 1-based; columns count code points, a tab is one.
struct LineColumn {
  int line = 1;
  int column = 1;
};

// Immutable after construction, thread-safe.
class SourceFile {
 public:
  SourceFile(std::string path, std::string text);

  const std::string& path() const { return path_; }
  std::string_view text() const { return text_; }
  LineColumn Locate(std::uint32_t offset) const;
  std::string_view Line(int line) const;  // without its line break; empty past the end
  int line_count() const { return static_cast<int>(line_starts_.size()); }

 private:
  std::string path_;  // as the user gave it
  std::string text_;
  std::vector<std::uint32_t> line_starts_;
};

// Owns every source text of one run; spans and string_views into texts live as long as it.
class SourceStore {
 public:
  FileId Add(std::string path, std::string text);
  // Reads a whole file ("-" is standard input). Fails for unreadable, missing or larger than 1 GiB; what the bytes
  // are is the lexer's concern.
  Result<FileId> Load(const std::string& path);
  const SourceFile& Get(FileId id) const { return files_[static_cast<std::size_t>(id.index)]; }
  std::string_view Text(Span span) const;
  std::size_t size() const { return files_.size(); }

 private:
  std::deque<SourceFile> files_;
};

}  // namespace synapsor
