// Appends canonical JSON to a string: no white space, members in the order of the calls (callers give them sorted),
// strings escaped as CanonicalJson does. For what is written at every call, such as the documents of the ledger.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "runtime/base/scalar.h"

namespace synapsor {

class JsonOut {
 public:
  // `expected_size` in bytes spares the growing of the text.
  explicit JsonOut(std::size_t expected_size = 1024) { text_.reserve(expected_size); }

  JsonOut& BeginObject() { return Open('{'); }
  JsonOut& EndObject() { return Close('}'); }
  JsonOut& BeginArray() { return Open('['); }
  JsonOut& EndArray() { return Close(']'); }
  JsonOut& Key(std::string_view key);
  // Bytes that are not UTF-8 become U+FFFD.
  JsonOut& String(std::string_view text);
  JsonOut& Int(std::int64_t number);
  JsonOut& Bool(bool value);
  // ["type","text"], ["type",null], or ["type","hex","x"] for bytes that are not UTF-8 text: exact for every value.
  JsonOut& Value(const Scalar& scalar);

  JsonOut& Member(std::string_view key, std::string_view text) { return Key(key).String(text); }
  JsonOut& Member(std::string_view key, std::int64_t number) { return Key(key).Int(number); }
  JsonOut& Member(std::string_view key, const Scalar& scalar) { return Key(key).Value(scalar); }

  std::string Take() { return std::move(text_); }

 private:
  JsonOut& Open(char bracket);
  JsonOut& Close(char bracket);
  void Separate();
  std::size_t Escape(std::string_view text);

  std::string text_;
  bool comma_ = false;
};

}  // namespace synapsor
