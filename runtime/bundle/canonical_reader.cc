#include "runtime/bundle/canonical_reader.h"

#include <algorithm>
#include <charconv>

#include "runtime/base/json_run.h"

namespace synapsor::bundle {
namespace {

constexpr int kMaxDepth = 128;

void AppendUtf8(std::string& text, std::uint32_t c) {
  if (c < 0x80) {
    text += static_cast<char>(c);
  } else if (c < 0x800) {
    text += static_cast<char>(0xC0 | c >> 6);
    text += static_cast<char>(0x80 | (c & 0x3F));
  } else if (c < 0x10000) {
    text += static_cast<char>(0xE0 | c >> 12);
    text += static_cast<char>(0x80 | (c >> 6 & 0x3F));
    text += static_cast<char>(0x80 | (c & 0x3F));
  } else {
    text += static_cast<char>(0xF0 | c >> 18);
    text += static_cast<char>(0x80 | (c >> 12 & 0x3F));
    text += static_cast<char>(0x80 | (c >> 6 & 0x3F));
    text += static_cast<char>(0x80 | (c & 0x3F));
  }
}

}  // namespace

void CanonicalReader::Fail(std::string problem) {
  if (problem_.empty()) problem_ = std::move(problem) + " at byte " + std::to_string(begin_ + at_ + 1);
}

bool CanonicalReader::Accept(char c) {
  if (!ok() || Peek() != c || at_ >= bytes_.size()) return false;
  ++at_;
  return true;
}

bool CanonicalReader::Expect(char c) {
  if (Accept(c)) return true;
  Fail(std::string("`") + c + "` is missing");
  return false;
}

bool CanonicalReader::AcceptWord(std::string_view word) {
  if (!ok() || bytes_.substr(at_, word.size()) != word) return false;
  at_ += word.size();
  return true;
}

void CanonicalReader::ReadString(std::string& value) {
  value.clear();
  if (!Expect('"')) return;
  while (true) {
    const std::size_t begin = at_;
    at_ += JsonRunLength(bytes_.substr(begin));
    value.append(bytes_, begin, at_ - begin);
    if (Accept('"')) return;
    if (!Accept('\\')) return Fail("a text is not closed");
    ReadEscape(value);
    if (!ok()) return;
  }
}

std::string_view CanonicalReader::ReadKey(std::string& unescaped) {
  const std::size_t begin = at_ + 1;
  const std::size_t end = begin + JsonRunLength(bytes_.substr(std::min(begin, bytes_.size())));
  if (Peek() != '"' || end >= bytes_.size() || bytes_[end] != '"') {
    ReadString(unescaped);
    return unescaped;
  }
  at_ = end + 1;
  return bytes_.substr(begin, end - begin);
}

void CanonicalReader::ReadEscape(std::string& value) {
  const char c = Peek();
  ++at_;
  switch (c) {
    case '"':
    case '\\':
    case '/': value += c; return;
    case 'b': value += '\b'; return;
    case 'f': value += '\f'; return;
    case 'n': value += '\n'; return;
    case 'r': value += '\r'; return;
    case 't': value += '\t'; return;
    case 'u': break;
    default: return Fail("an escape is not one of JSON's");
  }
  std::uint32_t code = ReadHex();
  if (code >= 0xD800 && code <= 0xDBFF && AcceptWord("\\u")) {
    const std::uint32_t low = ReadHex();
    if (low < 0xDC00 || low > 0xDFFF) return Fail("half a surrogate pair");
    code = 0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00);
  }
  if (code >= 0xD800 && code <= 0xDFFF) return Fail("half a surrogate pair");
  AppendUtf8(value, code);
}

std::uint32_t CanonicalReader::ReadHex() {
  std::uint32_t code = 0;
  const std::string_view digits = bytes_.substr(std::min(at_, bytes_.size()), 4);
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), code, 16);
  if (error != std::errc() || end != digits.data() + 4) {
    Fail("an escape is not one of JSON's");
    return 0;
  }
  at_ += 4;
  return code;
}

std::string CanonicalReader::String() {
  std::string value;
  ReadString(value);
  return value;
}

std::int64_t CanonicalReader::Integer() {
  std::int64_t value = 0;
  if (!ok()) return value;
  const char* begin = bytes_.data() + at_;
  const auto [end, error] = std::from_chars(begin, bytes_.data() + bytes_.size(), value);
  if (error != std::errc()) {
    Fail("an integer is missing");
    return 0;
  }
  at_ += static_cast<std::size_t>(end - begin);
  return value;
}

bool CanonicalReader::Boolean() {
  if (AcceptWord("true")) return true;
  if (!AcceptWord("false")) Fail("`true` is missing");
  return false;
}

bool CanonicalReader::AcceptNull() { return AcceptWord("null"); }

std::string_view CanonicalReader::Raw() {
  const std::size_t begin = at_;
  Skip(0);
  return ok() ? bytes_.substr(begin, at_ - begin) : std::string_view();
}

std::string_view CanonicalReader::Outline() {
  const std::size_t begin = at_;
  int depth = 0;
  while (ok() && at_ < bytes_.size()) {
    const char c = bytes_[at_];
    if (c == '"') {
      SkipText();
    } else if (depth == 0 && (c == ',' || c == ']' || c == '}')) {
      break;
    } else {
      ++at_;
      if (c == '{' || c == '[') ++depth;
      if (c == '}' || c == ']') --depth;
      if (depth > kMaxDepth) Fail("too deep");
    }
    if (depth == 0 && (c == '"' || c == '}' || c == ']')) break;
  }
  if (depth != 0 || at_ == begin) Fail("not a value");
  return ok() ? bytes_.substr(begin, at_ - begin) : std::string_view();
}

void CanonicalReader::SkipText() {
  ++at_;
  while (at_ < bytes_.size()) {
    at_ += JsonRunLength(bytes_.substr(at_));
    if (at_ >= bytes_.size()) break;
    const char c = bytes_[at_];
    at_ += c == '\\' ? 2 : 1;
    if (c == '"') return;
  }
  Fail("a text is not closed");
}

void CanonicalReader::Skip(int depth) {
  if (depth > kMaxDepth) return Fail("too deep");
  switch (Peek()) {
    case '{':
      return Object([&](std::string_view) {
        Skip(depth + 1);
        return true;
      });
    case '[': return Array([&] { Skip(depth + 1); });
    case '"': {
      std::string ignored;
      ReadKey(ignored);
      return;
    }
    case 't':
    case 'f': Boolean(); return;
    case 'n':
      if (!AcceptNull()) Fail("not a value");
      return;
    default: return SkipNumber();
  }
}

void CanonicalReader::SkipNumber() {
  if (!ok()) return;
  double value = 0;
  const char* begin = bytes_.data() + at_;
  const std::size_t digit = at_ + (Peek() == '-' ? 1 : 0);
  const bool starts_well = digit < bytes_.size() && bytes_[digit] >= '0' && bytes_[digit] <= '9';
  const auto [end, error] = std::from_chars(begin, bytes_.data() + bytes_.size(), value);
  if (!starts_well || error != std::errc()) return Fail("not a value");
  at_ += static_cast<std::size_t>(end - begin);
}

void CanonicalReader::End() {
  if (ok() && bytes_.substr(at_) != "\n") Fail("something follows the object");
}

}  // namespace synapsor::bundle
