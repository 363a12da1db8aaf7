// JSON with comments, read strictly and with the place of every value, so that a message about a configuration
// file can name its line. Decides the syntax only: `//` and `/* */` comments are allowed, trailing commas,
// repeated keys and nesting beyond 32 levels are refused. Private to runtime/config.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "runtime/base/result.h"

namespace synapsor::config {

struct JsonValue {
  enum class Kind { kNull, kBool, kInteger, kFraction, kString, kArray, kObject };
  Kind kind = Kind::kNull;
  int line = 1, column = 1;  // 1-based; columns in bytes
  bool boolean = false;
  std::int64_t integer = 0;
  std::string string;
  std::vector<JsonValue> items;
  std::vector<std::pair<std::string, JsonValue>> members;  // in the order of the file
  std::vector<std::pair<int, int>> key_places;             // line and column of each member's key
};

std::string_view KindName(JsonValue::Kind kind);  // "a string", "an object", …

// Errors name `path`, line and column.
Result<JsonValue> ReadJson(std::string_view text, const std::string& path);

}  // namespace synapsor::config
