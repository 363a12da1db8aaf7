#include "runtime/tool/style.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "runtime/cli/output.h"
#include "runtime/base/text.h"

namespace synapsor::runner {

std::string Style::Paint(std::string_view code, std::string_view text) const {
  return color ? fmt::format("\x1b[{}m{}\x1b[0m", code, text) : std::string(text);
}

Style TerminalStyle() { return {cli::ColorIsWelcome()}; }

std::string Shown(std::string_view text, std::size_t limit) { return Visible(text, limit); }

std::string Shown(const Scalar& value, std::size_t limit) {
  if (value.is_null) return "null";
  if (value.type == ScalarType::kBytes) return fmt::format("{} bytes", value.text.size());
  const std::string text = Shown(value.text, limit);
  return value.type == ScalarType::kText ? fmt::format("'{}'", text) : text;
}

}  // namespace synapsor::runner
