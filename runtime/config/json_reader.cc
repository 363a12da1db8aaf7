#include "runtime/config/json_reader.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <optional>

namespace synapsor::config {
namespace {

using Kind = JsonValue::Kind;

constexpr int kMaxDepth = 32;

class Reader {
 public:
  Reader(std::string_view text, const std::string& path) : text_(text), path_(path) {}

  Result<JsonValue> Document() {
    if (text_.substr(0, 3) == "\xEF\xBB\xBF") line_start_ = at_ = 3;
    SYN_ASSIGN_OR_RETURN(JsonValue value, Value(0));
    SYN_RETURN_IF_ERROR(Space());
    if (at_ < text_.size()) return Wrong("nothing more is expected after the value");
    return value;
  }

 private:
  tl::unexpected<Error> Wrong(const std::string& what) const {
    return Fail(ErrorKind::kUsage, fmt::format("{}:{}:{}: {}", path_, line_, Column(), what));
  }
  int Column() const { return static_cast<int>(at_ - line_start_) + 1; }
  char Peek() const { return at_ < text_.size() ? text_[at_] : '\0'; }

  void Step() {
    if (text_[at_] == '\n') {
      ++line_;
      line_start_ = at_ + 1;
    }
    ++at_;
  }

  Status Space() {
    while (at_ < text_.size()) {
      if (std::string_view(" \t\r\n").find(text_[at_]) != std::string_view::npos) {
        Step();
      } else if (text_.substr(at_, 2) == "//") {
        while (at_ < text_.size() && text_[at_] != '\n') Step();
      } else if (text_.substr(at_, 2) == "/*") {
        const std::size_t end = text_.find("*/", at_ + 2);
        if (end == std::string_view::npos) return Wrong("this comment is never closed by `*/`");
        while (at_ < end + 2) Step();
      } else {
        break;
      }
    }
    return {};
  }

  Result<JsonValue> Value(int depth) {
    SYN_RETURN_IF_ERROR(Space());
    if (depth > kMaxDepth) return Wrong("nested too deeply");
    JsonValue value;
    value.line = line_;
    value.column = Column();
    const char c = Peek();
    if (c == '{') return Object(std::move(value), depth);
    if (c == '[') return Array(std::move(value), depth);
    if (c == '"') {
      value.kind = Kind::kString;
      SYN_ASSIGN_OR_RETURN(value.string, String());
      return value;
    }
    return Word(std::move(value));
  }

  Result<JsonValue> Object(JsonValue value, int depth) {
    value.kind = Kind::kObject;
    Step();
    SYN_RETURN_IF_ERROR(Space());
    if (Peek() == '}') return Step(), value;
    while (true) {
      SYN_RETURN_IF_ERROR(Space());
      if (Peek() != '"') return Wrong("a key in double quotes is expected here");
      const std::pair<int, int> place{line_, Column()};
      const auto key_error = [&](const std::string& what) {
        return Fail(ErrorKind::kUsage, fmt::format("{}:{}:{}: {}", path_, place.first, place.second, what));
      };
      SYN_ASSIGN_OR_RETURN(std::string key, String());
      for (std::size_t i = 0; i < value.members.size(); ++i) {
        if (value.members[i].first == key) {
          return key_error(fmt::format("key `{}` stands twice, first on line {}", key, value.key_places[i].first));
        }
      }
      SYN_RETURN_IF_ERROR(Space());
      if (Peek() != ':') return Wrong(fmt::format("`:` is expected after key `{}`", key));
      Step();
      SYN_ASSIGN_OR_RETURN(JsonValue member, Value(depth + 1));
      value.members.emplace_back(std::move(key), std::move(member));
      value.key_places.push_back(place);
      SYN_RETURN_IF_ERROR(Space());
      if (Peek() == '}') return Step(), value;
      if (Peek() != ',') return Wrong("`,` or `}` is expected here");
      Step();
    }
  }

  Result<JsonValue> Array(JsonValue value, int depth) {
    value.kind = Kind::kArray;
    Step();
    SYN_RETURN_IF_ERROR(Space());
    if (Peek() == ']') return Step(), value;
    while (true) {
      SYN_ASSIGN_OR_RETURN(JsonValue item, Value(depth + 1));
      value.items.push_back(std::move(item));
      SYN_RETURN_IF_ERROR(Space());
      if (Peek() == ']') return Step(), value;
      if (Peek() != ',') return Wrong("`,` or `]` is expected here");
      Step();
    }
  }

  Result<JsonValue> Word(JsonValue value) {
    const std::size_t start = at_;
    while (at_ < text_.size() && (std::isalnum(static_cast<unsigned char>(text_[at_])) ||
                                  std::string_view("+-.").find(text_[at_]) != std::string_view::npos)) {
      ++at_;
    }
    const std::string_view word = text_.substr(start, at_ - start);
    if (word == "null") return value;
    if (word == "true" || word == "false") {
      value.kind = Kind::kBool;
      value.boolean = word == "true";
      return value;
    }
    const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), value.integer);
    if (error == std::errc() && end == word.data() + word.size()) {
      value.kind = Kind::kInteger;
      return value;
    }
    double fraction = 0;
    const auto parsed = std::from_chars(word.data(), word.data() + word.size(), fraction);
    if (!word.empty() && parsed.ec == std::errc() && parsed.ptr == word.data() + word.size()) {
      value.kind = Kind::kFraction;
      return value;
    }
    at_ = start;
    return Wrong(text_.empty() || start >= text_.size()
                     ? "a value is expected here, but the file ends"
                     : "a value is expected here: a string in double quotes, a number, true, "
                       "false, null, `[` or `{`");
  }

  static void AppendUtf8(std::string& out, std::uint32_t code) {
    if (code < 0x80) {
      out += static_cast<char>(code);
      return;
    }
    const int more = code < 0x800 ? 1 : code < 0x10000 ? 2 : 3;
    static constexpr std::uint32_t kLead[] = {0, 0xC0, 0xE0, 0xF0};
    out += static_cast<char>(kLead[more] | code >> 6 * more);
    for (int i = more - 1; i >= 0; --i) out += static_cast<char>(0x80 | (code >> 6 * i & 0x3F));
  }

  std::optional<std::uint32_t> Hex4() {
    std::uint32_t code = 0;
    if (at_ + 4 > text_.size()) return std::nullopt;
    const auto [end, error] = std::from_chars(text_.data() + at_, text_.data() + at_ + 4, code, 16);
    if (error != std::errc() || end != text_.data() + at_ + 4) return std::nullopt;
    at_ += 4;
    return code;
  }

  Status Escape(std::string& out) {
    ++at_;
    const char c = Peek();
    static constexpr std::string_view kFrom = "\"\\/bfnrt", kTo = "\"\\/\b\f\n\r\t";
    if (const std::size_t i = kFrom.find(c); c != '\0' && i != std::string_view::npos) {
      out += kTo[i];
      ++at_;
      return {};
    }
    if (c != 'u') return Wrong("unknown escape in a string");
    ++at_;
    auto code = Hex4();
    if (code && *code >= 0xD800 && *code < 0xDC00) {
      const bool low_follows = text_.substr(at_, 2) == "\\u";
      if (low_follows) at_ += 2;
      const auto low = low_follows ? Hex4() : std::nullopt;
      if (!low || *low < 0xDC00 || *low > 0xDFFF) return Wrong("broken \\u escape in a string");
      code = 0x10000 + ((*code - 0xD800) << 10) + (*low - 0xDC00);
    } else if (!code || (*code >= 0xDC00 && *code <= 0xDFFF)) {
      return Wrong("broken \\u escape in a string");
    }
    AppendUtf8(out, *code);
    return {};
  }

  Result<std::string> String() {
    std::string out;
    ++at_;
    while (true) {
      if (at_ >= text_.size()) return Wrong("this string is never closed");
      const char c = text_[at_];
      if (c == '"') return ++at_, out;
      if (c == '\\') {
        SYN_RETURN_IF_ERROR(Escape(out));
      } else if (static_cast<unsigned char>(c) < 0x20) {
        return Wrong("a line break or control character inside a string");
      } else {
        out += c;
        ++at_;
      }
    }
  }

  std::string_view text_;
  const std::string& path_;
  std::size_t at_ = 0, line_start_ = 0;
  int line_ = 1;
};

}  // namespace

std::string_view KindName(Kind kind) {
  switch (kind) {
    case Kind::kNull: return "null";
    case Kind::kBool: return "true or false";
    case Kind::kInteger: return "a whole number";
    case Kind::kFraction: return "a number";
    case Kind::kString: return "a string";
    case Kind::kArray: return "a list";
    case Kind::kObject: return "an object";
  }
  return "a value";
}

Result<JsonValue> ReadJson(std::string_view text, const std::string& path) { return Reader(text, path).Document(); }

}  // namespace synapsor::config
