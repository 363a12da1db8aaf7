#include "compiler/source/source.h"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>

namespace synapsor {

SourceFile::SourceFile(std::string path, std::string text) : path_(std::move(path)), text_(std::move(text)) {
  line_starts_.push_back(0);
  for (const char* p = text_.data();
       (p = static_cast<const char*>(std::memchr(p, '\n', text_.data() + text_.size() - p)));) {
    ++p;
    line_starts_.push_back(static_cast<std::uint32_t>(p - text_.data()));
  }
}

LineColumn SourceFile::Locate(std::uint32_t offset) const {
  offset = std::min<std::uint32_t>(offset, static_cast<std::uint32_t>(text_.size()));
  const auto after = std::upper_bound(line_starts_.begin(), line_starts_.end(), offset);
  const auto line = static_cast<int>(after - line_starts_.begin());
  int column = 1;
  // A byte order mark has no width.
  const std::uint32_t first = line == 1 && text_.starts_with("\xEF\xBB\xBF") ? 3 : 0;
  for (std::uint32_t i = line_starts_[static_cast<std::size_t>(line) - 1] + first; i < offset; ++i) {
    if ((static_cast<unsigned char>(text_[i]) & 0xC0) != 0x80) ++column;
  }
  return {line, column};
}

std::string_view SourceFile::Line(int line) const {
  if (line < 1 || line > line_count()) return {};
  const auto index = static_cast<std::size_t>(line) - 1;
  const std::size_t begin = line_starts_[index];
  std::size_t end = index + 1 < line_starts_.size() ? line_starts_[index + 1] - 1 : text_.size();
  if (end > begin && text_[end - 1] == '\r') --end;
  return std::string_view(text_).substr(begin, end - begin);
}

FileId SourceStore::Add(std::string path, std::string text) {
  files_.emplace_back(std::move(path), std::move(text));
  return FileId{static_cast<std::int32_t>(files_.size()) - 1};
}

Result<FileId> SourceStore::Load(const std::string& path) {
  constexpr std::size_t kLargestFile = std::size_t{1} << 30;
  const bool is_stdin = path == "-";
  std::FILE* raw = is_stdin ? stdin : std::fopen(path.c_str(), "rb");
  if (raw == nullptr) {
    return Fail(ErrorKind::kIo, fmt::format("cannot read `{}`: {}", path, std::strerror(errno)));
  }
  std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(raw, is_stdin ? [](std::FILE*) { return 0; } : std::fclose);
  std::string text;
  std::vector<char> buffer(std::size_t{1} << 16);
  while (const std::size_t n = std::fread(buffer.data(), 1, buffer.size(), raw)) {
    text.append(buffer.data(), n);
    if (text.size() > kLargestFile) {
      return Fail(ErrorKind::kIo, fmt::format("`{}` is larger than 1 GiB", path));
    }
  }
  if (std::ferror(raw)) {
    return Fail(ErrorKind::kIo, fmt::format("cannot read `{}`: {}", path, std::strerror(errno)));
  }
  return Add(is_stdin ? "<stdin>" : path, std::move(text));
}

std::string_view SourceStore::Text(Span span) const {
  if (!span.has_value()) return {};
  return Get(span.file).text().substr(span.begin, span.end - span.begin);
}

}  // namespace synapsor
