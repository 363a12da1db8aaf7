#include "runtime/tool/help.h"

#include <fmt/format.h>

#include <algorithm>

namespace synapsor::runner {
namespace {

std::string Indented(std::string_view lines) {
  std::string out = "  ";
  for (const char c : lines) {
    out += c;
    if (c == '\n') out += "  ";
  }
  return out + "\n";
}

std::string Spelling(const cli::OptionSpec& spec) {
  std::string text(spec.name);
  if (!spec.short_name.empty()) text = fmt::format("{}, {}", spec.short_name, spec.name);
  if (!spec.choices.empty()) return fmt::format("{} {}", text, spec.choices);
  return spec.value_name.empty() ? text : fmt::format("{} {}", text, spec.value_name);
}

}  // namespace

std::string ProgramHelp() {
  std::string out =
      "synapsor-runner - serves compiled capabilities and applies what people approved\n"
      "\nUsage: synapsor-runner COMMAND [OPTION...]\n\nCommands:\n";
  for (const Command* command : AllCommands()) out += fmt::format("  {:<12}{}\n", command->name, command->summary);
  return out +
         "\nOptions:\n"
         "  --help      this text; `synapsor-runner COMMAND --help` for one command\n"
         "  --version   version of this program\n"
         "\nExit codes: 0 fine, 1 refused or not as asked, 2 could not run.\n"
         "\nExample:\n  synapsor-runner proposals list --state pending_review\n";
}

std::string CommandHelp(const Command& command) {
  std::string out = fmt::format("{} {} - {}\n\nUsage: {} {} {}\n\n{}\n\nOptions:\n", kProgram, command.name,
                                command.summary, kProgram, command.name, command.usage, command.description);
  std::size_t width = std::string_view("--help").size();
  for (const cli::OptionSpec& spec : command.options) width = std::max(width, Spelling(spec).size());
  for (const cli::OptionSpec& spec : command.options) {
    out += fmt::format("  {:<{}}  {}\n", Spelling(spec), width, spec.help);
  }
  out += fmt::format("  {:<{}}  this text\n", "--help", width);
  return out + "\nExample:\n" + Indented(command.example);
}

}  // namespace synapsor::runner
