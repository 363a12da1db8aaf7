#include "runtime/base/strict_json.h"

#include <fmt/format.h>

#include <cmath>
#include <nlohmann/json.hpp>
#include <string>
#include <unordered_set>
#include <vector>

namespace synapsor {
namespace {

using nlohmann::json;

// Builds a document and stops at the first thing that a strict reader refuses.
class StrictBuilder {
 public:
  explicit StrictBuilder(const JsonLimits& limits) : limits_(limits) {}

  bool null() { return Put(nullptr); }
  bool boolean(bool value) { return Put(value); }
  bool number_integer(json::number_integer_t value) { return Put(value); }
  bool number_unsigned(json::number_unsigned_t value) { return Put(value); }
  bool number_float(json::number_float_t value, const std::string& text) {
    if (!std::isfinite(value)) return Refuse("a number is out of range");
    const bool looks_integral = text.find_first_of(".eE") == std::string::npos;
    if (looks_integral) return Refuse("an integer does not fit 64 bits");
    return Put(value);
  }
  bool string(std::string& value) { return Put(std::move(value)); }
  bool binary(json::binary_t&) { return Refuse("binary values do not exist in JSON"); }

  bool start_object(std::size_t) { return Open(json::object()); }
  bool key(std::string& name) {
    json& object = *open_.back();
    if (object.contains(name)) return Refuse("a key stands twice in one object");
    member_ = &object[std::move(name)];
    return true;
  }
  bool end_object() { return Close(); }
  bool start_array(std::size_t) { return Open(json::array()); }
  bool end_array() { return Close(); }

  bool parse_error(std::size_t position, const std::string&, const json::exception&) {
    if (problem_.empty()) problem_ = "the text is not JSON";
    position_ = position;
    return false;
  }

  json&& document() { return std::move(document_); }
  const std::string& problem() const { return problem_; }
  std::size_t position() const { return position_; }

 private:
  bool Refuse(std::string problem) {
    problem_ = std::move(problem);
    return false;
  }

  json* Place(json value) {
    if (open_.empty()) {
      document_ = std::move(value);
      return &document_;
    }
    json& parent = *open_.back();
    if (parent.is_array()) {
      parent.push_back(std::move(value));
      return &parent.back();
    }
    *member_ = std::move(value);
    return member_;
  }

  template <typename T>
  bool Put(T&& value) {
    Place(json(std::forward<T>(value)));
    return true;
  }

  bool Open(json container) {
    if (open_.size() >= limits_.max_depth) {
      return Refuse(fmt::format("it is nested deeper than {} levels", limits_.max_depth));
    }
    open_.push_back(Place(std::move(container)));
    return true;
  }

  bool Close() {
    open_.pop_back();
    return true;
  }

  const JsonLimits& limits_;
  json document_;
  std::vector<json*> open_;
  json* member_ = nullptr;
  std::string problem_;
  std::size_t position_ = 0;
};

std::string Place(std::string_view text, std::size_t position) {
  position = std::min(position, text.size());
  std::size_t line = 1;
  std::size_t column = 1;
  for (std::size_t i = 0; i + 1 < position; ++i) {
    if (text[i] == '\n') {
      ++line;
      column = 1;
    } else {
      ++column;
    }
  }
  return fmt::format("line {}, column {}", line, column);
}

}  // namespace

Result<json> ParseStrictJson(std::string_view text, const JsonLimits& limits) {
  if (text.size() > limits.max_bytes) {
    return Fail(ErrorKind::kInvalid, fmt::format("it is larger than {} bytes", limits.max_bytes));
  }
  StrictBuilder builder(limits);
  const bool ok = json::sax_parse(text.begin(), text.end(), &builder, json::input_format_t::json,
                                  /*strict=*/true, limits.allow_comments);
  if (ok) return builder.document();
  if (builder.position() == 0) return Fail(ErrorKind::kInvalid, builder.problem());
  return Fail(ErrorKind::kInvalid, fmt::format("{} at {}", builder.problem(), Place(text, builder.position())));
}

}  // namespace synapsor
