#include "compiler/diag/rule_pages.h"

#include <algorithm>

namespace synapsor::diag {

std::string_view PageOf(Kind kind) {
  const std::span<const RulePage> pages = AllRulePages();
  const std::string_view code = Info(kind).code;
  const auto found = std::lower_bound(pages.begin(), pages.end(), code,
                                      [](const RulePage& page, std::string_view text) { return page.code < text; });
  return found != pages.end() && found->code == code ? found->markdown : std::string_view();
}

std::string Gist(std::string_view markdown) {
  constexpr std::string_view kHeading = "\n## What it finds\n";
  const std::size_t heading = markdown.find(kHeading);
  if (heading == std::string_view::npos) return {};
  std::string_view rest = markdown.substr(heading + kHeading.size());
  rest.remove_prefix(std::min(rest.find_first_not_of('\n'), rest.size()));
  std::string gist(rest.substr(0, rest.find("\n\n")));
  std::replace(gist.begin(), gist.end(), '\n', ' ');
  while (!gist.empty() && gist.back() == ' ') gist.pop_back();
  return gist;
}

}  // namespace synapsor::diag
