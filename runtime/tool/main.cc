// Entry of `synapsor-runner`: finds the subcommand, parses its options, runs it, and turns every ending into an exit code.
#include <fmt/format.h>

#include <algorithm>
#include <csignal>
#include <exception>
#include <string>
#include <vector>

#include "runtime/base/edit_distance.h"
#include "runtime/base/version.h"
#include "runtime/cli/output.h"
#include "runtime/tool/command.h"
#include "runtime/tool/help.h"

namespace synapsor::runner {
namespace {

Result<int> Say(std::string_view text) {
  SYN_RETURN_IF_ERROR(cli::WriteData(text));
  return kExitFine;
}

tl::unexpected<Error> UnknownCommand(const std::string& name) {
  std::vector<std::string_view> names;
  for (const Command* command : AllCommands()) names.push_back(command->name);
  const auto nearest = NearestName(name, names);
  return Fail(ErrorKind::kUsage, fmt::format("unknown command `{}`", name),
              nearest ? fmt::format("did you mean `{}`?", *nearest) : "`synapsor-runner --help` lists the commands");
}

// `--help` anywhere before `--` asks for help, whatever else is wrong with the line.
bool AsksForHelp(const std::vector<std::string>& words) {
  const auto end = std::find(words.begin(), words.end(), "--");
  return std::any_of(words.begin(), end, [](const std::string& word) { return word == "--help" || word == "-h"; });
}

Result<int> Run(std::vector<std::string> words) {
  if (words.empty()) {
    return Fail(ErrorKind::kUsage, "no command given", "`synapsor-runner --help` lists the commands");
  }
  const std::string first = words.front();
  words.erase(words.begin());
  if (first == "--version") return Say(fmt::format("{} {}\n", kProgram, kVersion));
  if (first == "--help" || first == "-h" || (first == "help" && words.empty())) return Say(ProgramHelp());
  const Command* command = FindCommand(first == "help" ? words.front() : first);
  if (command == nullptr) return UnknownCommand(first == "help" ? words.front() : first);
  if (first == "help" || AsksForHelp(words)) return Say(CommandHelp(*command));
  auto arguments = cli::ParseArguments(command->options, words);
  if (!arguments) {
    Error error = std::move(arguments.error());
    if (error.hint.empty()) error.hint = fmt::format("`{} {} --help` shows how it is used", kProgram, command->name);
    return tl::unexpected(std::move(error));
  }
  return command->run(*arguments);
}

int InternalError(std::string_view what) {
  cli::PrintError(kProgram, {ErrorKind::kInternal, fmt::format("internal error: {} (version {})", what, kVersion),
                             "this is a fault of the program; please report it with the command line"});
  return kExitFailed;
}

int Main(int argc, char** argv) {
  // A reader that goes away is an error of a write, with an exit code, not the end of the process.
  std::signal(SIGPIPE, SIG_IGN);
  try {
    const auto code = Run(std::vector<std::string>(argv + std::min(argc, 1), argv + argc));
    if (code) return *code;
    if (code.error().kind == ErrorKind::kInternal) return InternalError(code.error().message);
    cli::PrintError(kProgram, code.error());
    return kExitFailed;
  } catch (const std::exception& exception) {
    return InternalError(exception.what());
  } catch (...) {
    return InternalError("unknown exception");
  }
}

}  // namespace
}  // namespace synapsor::runner

int main(int argc, char** argv) { return synapsor::runner::Main(argc, argv); }
