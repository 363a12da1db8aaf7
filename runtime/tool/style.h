// How text looks on a terminal. Values of rows and arguments pass through Shown, so that nothing in them moves the cursor.
#pragma once

#include <string>
#include <string_view>

#include "runtime/base/scalar.h"

namespace synapsor::runner {

struct Style {
  bool color = false;
  std::string Bold(std::string_view text) const { return Paint("1", text); }
  std::string Red(std::string_view text) const { return Paint("31", text); }
  std::string Green(std::string_view text) const { return Paint("32", text); }
  std::string Yellow(std::string_view text) const { return Paint("33", text); }
  std::string Dim(std::string_view text) const { return Paint("2", text); }
  std::string Paint(std::string_view code, std::string_view text) const;
};

Style TerminalStyle();

// One line, controls made visible, at most `limit` code points. NULL is `null`; texts stand in quotes.
std::string Shown(const Scalar& value, std::size_t limit = 200);
std::string Shown(std::string_view text, std::size_t limit = 500);

}  // namespace synapsor::runner
