#include "runtime/base/json_out.h"

#include <charconv>

#include "runtime/base/json_run.h"
#include "runtime/base/utf8.h"

namespace synapsor {
namespace {

constexpr std::string_view kReplacement = "\xEF\xBF\xBD";  // U+FFFD
constexpr char kHex[] = "0123456789abcdef";

}  // namespace

void JsonOut::Separate() {
  if (comma_) text_ += ',';
  comma_ = true;
}

JsonOut& JsonOut::Open(char bracket) {
  Separate();
  text_ += bracket;
  comma_ = false;
  return *this;
}

JsonOut& JsonOut::Close(char bracket) {
  text_ += bracket;
  comma_ = true;
  return *this;
}

JsonOut& JsonOut::Key(std::string_view key) {
  String(key);
  text_ += ':';
  comma_ = false;
  return *this;
}

JsonOut& JsonOut::String(std::string_view text) {
  Separate();
  text_ += '"';
  while (!text.empty()) {
    const std::size_t plain = JsonRunLength(text, RunBytes::kAsciiOnly);
    text_.append(text, 0, plain);
    text.remove_prefix(plain);
    if (!text.empty()) text.remove_prefix(Escape(text));
  }
  text_ += '"';
  return *this;
}

// Appends the first character of `text`, which is not plain, and returns its length.
std::size_t JsonOut::Escape(std::string_view text) {
  const unsigned char c = static_cast<unsigned char>(text.front());
  if (c >= 0x80) {
    const CodePoint next = DecodeUtf8(text, 0);
    text_ += next.valid ? text.substr(0, next.length) : kReplacement;
    return next.length;
  }
  switch (c) {
    case '"': text_ += "\\\""; break;
    case '\\': text_ += "\\\\"; break;
    case '\b': text_ += "\\b"; break;
    case '\f': text_ += "\\f"; break;
    case '\n': text_ += "\\n"; break;
    case '\r': text_ += "\\r"; break;
    case '\t': text_ += "\\t"; break;
    default:
      text_ += "\\u00";
      text_ += kHex[c >> 4];
      text_ += kHex[c & 15];
  }
  return 1;
}

JsonOut& JsonOut::Int(std::int64_t number) {
  Separate();
  char digits[24];
  text_.append(digits, std::to_chars(digits, digits + sizeof digits, number).ptr);
  return *this;
}

JsonOut& JsonOut::Bool(bool value) {
  Separate();
  text_ += value ? "true" : "false";
  return *this;
}

JsonOut& JsonOut::Value(const Scalar& scalar) {
  BeginArray().String(ScalarTypeName(scalar.type));
  if (scalar.is_null) {
    Separate();
    text_ += "null";
  } else if (scalar.type != ScalarType::kBytes && IsUtf8(scalar.text)) {
    String(scalar.text);
  } else {
    std::string hex;
    for (const char c : scalar.text) {
      hex += kHex[static_cast<unsigned char>(c) >> 4];
      hex += kHex[static_cast<unsigned char>(c) & 15];
    }
    String(hex).String("x");
  }
  return EndArray();
}

}  // namespace synapsor
