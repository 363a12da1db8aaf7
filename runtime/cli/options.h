// The command line as data: which options a command has, and what was given. Decides spelling rules only; what
// values mean is the command's business. `--name value`, `--name=value` (the only way to a value that begins with
// `--`), `-x`; `--` ends the options, `-` is a file.
#pragma once

#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/base/result.h"

namespace synapsor::cli {

struct OptionSpec {
  std::string_view name;        // "--schema"
  std::string_view value_name;  // "FILE"; empty for a switch
  std::string_view help;
  std::string_view short_name = {};  // "-o", or empty
  std::string_view choices = {};     // "text|json": other values are refused; empty: any
  bool repeatable = false;           // otherwise given twice is an error
};

class Arguments {
 public:
  bool Has(std::string_view option) const { return values_.find(option) != values_.end(); }
  // The value of an option, the last one if it is repeatable; nothing if it was not given.
  std::optional<std::string> Value(std::string_view option) const;
  std::string ValueOr(std::string_view option, std::string_view otherwise) const;
  std::vector<std::string> Values(std::string_view option) const;
  // Nothing if it was not given; a usage error if it is not a whole number of at least `least`.
  Result<std::optional<int>> Number(std::string_view option, int least) const;
  const std::vector<std::string>& positional() const { return positional_; }

 private:
  friend Result<Arguments> ParseArguments(std::span<const OptionSpec> specs, std::span<const std::string> words);
  std::map<std::string, std::vector<std::string>, std::less<>> values_;
  std::vector<std::string> positional_;
};

// Unknown options (with the nearest known one), missing values, values for switches, repeats and
// values that are not among the choices are usage errors. A prefix of an option is not that option.
Result<Arguments> ParseArguments(std::span<const OptionSpec> specs, std::span<const std::string> words);

}  // namespace synapsor::cli
