#include "compiler/tool/help.h"

#include <fmt/format.h>

#include <algorithm>

namespace synapsor::tool {
namespace {

std::string Indented(std::string_view lines) {
  std::string out = "  ";
  for (const char c : lines) {
    out += c;
    if (c == '\n') out += "  ";
  }
  return out + "\n";
}

std::string Spelling(const OptionSpec& spec) {
  std::string text(spec.name);
  if (!spec.short_name.empty()) text = fmt::format("{}, {}", spec.short_name, spec.name);
  if (!spec.choices.empty()) return fmt::format("{} {}", text, spec.choices);
  return spec.value_name.empty() ? text : fmt::format("{} {}", text, spec.value_name);
}

}  // namespace

std::string ProgramHelp() {
  std::string out =
      "sync - proves that what agents may do to a database is bounded, before anything runs\n"
      "\nUsage: sync COMMAND [OPTION...] [FILE...]\n\nCommands:\n";
  for (const Command* command : AllCommands()) out += fmt::format("  {:<12}{}\n", command->name, command->summary);
  out +=
      "\nOptions:\n"
      "  --help      this text; `sync COMMAND --help` for one command\n"
      "  --version   version of this program\n"
      "\nExit codes: 0 fine, 1 findings or a refused operation, 2 could not run.\n"
      "\nExample:\n  sync check agent.ddl.sql --schema schema.sql --engine postgres\n";
  return out;
}

std::string CommandHelp(const Command& command) {
  std::string out = fmt::format("sync {} - {}\n\nUsage: sync {} {}\n\n{}\n\nOptions:\n", command.name, command.summary,
                                command.name, command.usage, command.description);
  std::size_t width = std::string_view("--help").size();
  for (const OptionSpec& spec : command.options) width = std::max(width, Spelling(spec).size());
  for (const OptionSpec& spec : command.options) out += fmt::format("  {:<{}}  {}\n", Spelling(spec), width, spec.help);
  out += fmt::format("  {:<{}}  this text\n", "--help", width);
  return out + "\nExample:\n" + Indented(command.example);
}

}  // namespace synapsor::tool
