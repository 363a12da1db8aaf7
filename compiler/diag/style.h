// Colours of the text report. Decides which escape sequence a role has; whether colour is used at
// all is decided by the caller.
#pragma once

#include <string>
#include <string_view>

namespace synapsor::diag {

enum class Style { kPlain, kBold, kError, kWarning, kGutter, kSecondary, kHelp, kRemoved, kAdded };

class Painter {
 public:
  explicit Painter(bool color) : color_(color) {}

  void Append(Style style, std::string_view text, std::string& out) const {
    if (!color_ || style == Style::kPlain || text.empty()) {
      out += text;
      return;
    }
    out += Sequence(style);
    out += text;
    out += "\x1b[0m";
  }
  std::string Paint(Style style, std::string_view text) const {
    std::string out;
    Append(style, text, out);
    return out;
  }

 private:
  static std::string_view Sequence(Style style) {
    switch (style) {
      case Style::kPlain: return "";
      case Style::kBold: return "\x1b[1m";
      case Style::kError: return "\x1b[1;31m";
      case Style::kWarning: return "\x1b[1;33m";
      case Style::kGutter: return "\x1b[1;34m";
      case Style::kSecondary: return "\x1b[1;34m";
      case Style::kHelp: return "\x1b[1;36m";
      case Style::kRemoved: return "\x1b[31m";
      case Style::kAdded: return "\x1b[32m";
    }
    return "";
  }

  bool color_;
};

}  // namespace synapsor::diag
