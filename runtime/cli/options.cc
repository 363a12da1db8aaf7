#include "runtime/cli/options.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "runtime/base/edit_distance.h"

namespace synapsor::cli {
namespace {

const OptionSpec* FindOption(std::span<const OptionSpec> specs, std::string_view name) {
  const auto found = std::find_if(specs.begin(), specs.end(), [&](const OptionSpec& spec) {
    return spec.name == name || (!spec.short_name.empty() && spec.short_name == name);
  });
  return found == specs.end() ? nullptr : &*found;
}

tl::unexpected<Error> UnknownOption(std::span<const OptionSpec> specs, std::string_view name) {
  std::vector<std::string_view> names{"--help"};
  for (const OptionSpec& spec : specs) names.push_back(spec.name);
  const auto nearest = NearestName(name, names);
  return Fail(ErrorKind::kUsage, fmt::format("unknown option `{}`", name),
              nearest ? fmt::format("did you mean `{}`?", *nearest) : "`--help` lists the options");
}

bool IsChoice(std::string_view choices, std::string_view value) {
  while (!choices.empty()) {
    const std::size_t end = std::min(choices.find('|'), choices.size());
    if (choices.substr(0, end) == value) return true;
    choices.remove_prefix(std::min(end + 1, choices.size()));
  }
  return false;
}

}  // namespace

std::optional<std::string> Arguments::Value(std::string_view option) const {
  const auto found = values_.find(option);
  if (found == values_.end()) return std::nullopt;
  return found->second.back();
}

std::string Arguments::ValueOr(std::string_view option, std::string_view otherwise) const {
  return Value(option).value_or(std::string(otherwise));
}

std::vector<std::string> Arguments::Values(std::string_view option) const {
  const auto found = values_.find(option);
  return found == values_.end() ? std::vector<std::string>() : found->second;
}

Result<std::optional<int>> Arguments::Number(std::string_view option, int least) const {
  const auto text = Value(option);
  if (!text) return std::nullopt;
  int number = 0;
  const char* end = text->data() + text->size();
  const auto [stop, problem] = std::from_chars(text->data(), end, number);
  if (problem != std::errc() || stop != end || number < least) {
    return Fail(ErrorKind::kUsage,
                fmt::format("`{}` needs a whole number of at least {}, not `{}`", option, least, *text));
  }
  return number;
}

Result<Arguments> ParseArguments(std::span<const OptionSpec> specs, std::span<const std::string> words) {
  Arguments arguments;
  for (std::size_t i = 0; i < words.size(); ++i) {
    const std::string_view word = words[i];
    if (word == "--") {
      arguments.positional_.insert(arguments.positional_.end(), words.begin() + static_cast<std::ptrdiff_t>(i) + 1,
                                   words.end());
      break;
    }
    if (word.size() < 2 || word[0] != '-') {
      arguments.positional_.emplace_back(word);
      continue;
    }
    const std::size_t equals = word.starts_with("--") ? word.find('=') : std::string_view::npos;
    const std::string_view name = word.substr(0, equals);
    const OptionSpec* spec = FindOption(specs, name);
    if (spec == nullptr) return UnknownOption(specs, name);
    std::string value;
    if (spec->value_name.empty()) {
      if (equals != std::string_view::npos) {
        return Fail(ErrorKind::kUsage, fmt::format("`{}` takes no value", spec->name));
      }
    } else if (equals != std::string_view::npos) {
      value = word.substr(equals + 1);
    } else if (i + 1 < words.size() && !words[i + 1].starts_with("--")) {
      value = words[++i];
    } else {
      return Fail(ErrorKind::kUsage, fmt::format("`{}` needs a value: {}", spec->name, spec->value_name));
    }
    if (!spec->choices.empty() && !IsChoice(spec->choices, value)) {
      return Fail(ErrorKind::kUsage,
                  fmt::format("`{}` must be one of `{}`, not `{}`", spec->name, spec->choices, value));
    }
    std::vector<std::string>& values = arguments.values_[std::string(spec->name)];
    if (!values.empty() && !spec->repeatable) {
      return Fail(ErrorKind::kUsage, fmt::format("`{}` is given twice", spec->name));
    }
    values.push_back(std::move(value));
  }
  return arguments;
}

}  // namespace synapsor::cli
