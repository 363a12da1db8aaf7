#include "compiler/plan/tool_name.h"

#include <cctype>
#include <map>

#include "runtime/base/digest.h"

namespace synapsor::plan {
namespace {

constexpr std::size_t kLongest = 64;
constexpr std::size_t kHashDigits = 8;

std::string Plain(std::string_view dotted) {
  std::string name;
  for (const char c : dotted) {
    const bool safe = c == '_' || c == '-' ||
                      (std::isalnum(static_cast<unsigned char>(c)) != 0 && static_cast<unsigned char>(c) < 128);
    if (c == '.') {
      name += "__";
    } else {
      name += safe ? c : '_';
    }
  }
  return name;
}

std::string Hashed(std::string_view dotted) {
  return Plain(dotted).substr(0, kLongest - kHashDigits - 1) + "_" + Sha256Hex(dotted).substr(0, kHashDigits);
}

}  // namespace

std::vector<std::string> ToolNames(const std::vector<std::string_view>& capabilities) {
  std::map<std::string, int> uses;
  for (const std::string_view dotted : capabilities) ++uses[Plain(dotted)];
  std::vector<std::string> names;
  for (const std::string_view dotted : capabilities) {
    std::string plain = Plain(dotted);
    const bool taken = plain.empty() || plain.size() > kLongest || uses[plain] > 1;
    names.push_back(taken ? Hashed(dotted) : std::move(plain));
  }
  return names;
}

}  // namespace synapsor::plan
