#include "runtime/ledger/json_out.h"

namespace synapsor::ledger {
namespace {

constexpr char kHex[] = "0123456789abcdef";

// Length of the well-formed UTF-8 sequence at the start of `text`, 0 when there is none.
std::size_t SequenceLength(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char lead = byte(0);
  if (lead < 0x80) return 1;
  std::size_t length = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
  if (lead < 0xC2 || lead > 0xF4 || text.size() < length) return 0;
  for (std::size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xC0) != 0x80) return 0;
  }
  // Over-long forms, surrogates and code points past U+10FFFF.
  if ((lead == 0xE0 && byte(1) < 0xA0) || (lead == 0xED && byte(1) > 0x9F) ||
      (lead == 0xF0 && byte(1) < 0x90) || (lead == 0xF4 && byte(1) > 0x8F)) {
    return 0;
  }
  return length;
}

}  // namespace

bool IsUtf8(std::string_view text) {
  while (!text.empty()) {
    const std::size_t length = SequenceLength(text);
    if (length == 0) return false;
    text.remove_prefix(length);
  }
  return true;
}

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
    const unsigned char c = static_cast<unsigned char>(text.front());
    if (c >= 0x80) {
      const std::size_t length = SequenceLength(text);
      if (length == 0) {
        text_ += "\xEF\xBF\xBD";
        text.remove_prefix(1);
        continue;
      }
      text_ += text.substr(0, length);
      text.remove_prefix(length);
      continue;
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
        if (c < 0x20) {
          text_ += "\\u00";
          text_ += kHex[c >> 4];
          text_ += kHex[c & 15];
        } else {
          text_ += static_cast<char>(c);
        }
    }
    text.remove_prefix(1);
  }
  text_ += '"';
  return *this;
}

JsonOut& JsonOut::Int(std::int64_t number) {
  Separate();
  text_ += std::to_string(number);
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

}  // namespace synapsor::ledger
