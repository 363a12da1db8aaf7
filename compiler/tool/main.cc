// Entry of `sync`: finds the subcommand, parses its options, runs it, and turns every ending into
// an exit code.
#include <fmt/format.h>

#include <algorithm>
#include <csignal>
#include <exception>
#include <string>
#include <vector>

#include "compiler/base/edit_distance.h"
#include "compiler/tool/command.h"
#include "compiler/tool/help.h"
#include "compiler/tool/output.h"
#include "runtime/base/version.h"

namespace synapsor::tool {
namespace {

Result<int> Say(std::string_view text) {
  SYN_RETURN_IF_ERROR(WriteData(text));
  return kExitFine;
}

tl::unexpected<Error> UnknownCommand(const std::string& name) {
  std::vector<std::string_view> names;
  for (const Command* command : AllCommands()) names.push_back(command->name);
  const auto nearest = NearestName(name, names);
  return Fail(ErrorKind::kUsage, fmt::format("unknown command `{}`", name),
              nearest ? fmt::format("did you mean `{}`?", *nearest) : "`sync --help` lists the commands");
}

// `--help` anywhere before `--` asks for help, whatever else is wrong with the line.
bool AsksForHelp(const std::vector<std::string>& words) {
  const auto end = std::find(words.begin(), words.end(), "--");
  return std::any_of(words.begin(), end, [](const std::string& word) { return word == "--help" || word == "-h"; });
}

Result<int> Run(std::vector<std::string> words) {
  if (words.empty()) {
    return Fail(ErrorKind::kUsage, "no command given", "`sync --help` lists the commands");
  }
  const std::string first = words.front();
  words.erase(words.begin());
  if (first == "--help" || first == "-h") return Say(ProgramHelp());
  if (first == "--version") return Say(fmt::format("sync {}\n", kVersion));
  if (first == "help") {
    if (words.empty()) return Say(ProgramHelp());
    const Command* topic = FindCommand(words.front());
    return topic == nullptr ? Result<int>(UnknownCommand(words.front())) : Say(CommandHelp(*topic));
  }
  const Command* command = FindCommand(first);
  if (command == nullptr) return UnknownCommand(first);
  if (AsksForHelp(words)) return Say(CommandHelp(*command));
  auto arguments = ParseArguments(command->options, words);
  if (!arguments) {
    Error error = std::move(arguments.error());
    if (error.hint.empty()) error.hint = fmt::format("`sync {} --help` shows how it is used", command->name);
    return tl::unexpected(std::move(error));
  }
  return command->run(*arguments);
}

int InternalError(std::string_view what) {
  PrintError({ErrorKind::kInternal, fmt::format("internal error: {} (sync {})", what, kVersion),
              "this is a fault of the program; please report it with the command line and the "
              "smallest input that "
              "shows it"});
  return kExitFailed;
}

int Main(int argc, char** argv) {
  // A reader that goes away and a file that may not grow are errors of a write, with an exit code, not the end of the process.
  std::signal(SIGPIPE, SIG_IGN);
  std::signal(SIGXFSZ, SIG_IGN);
  try {
    const auto code = Run(std::vector<std::string>(argv + std::min(argc, 1), argv + argc));
    if (code) return *code;
    if (code.error().kind == ErrorKind::kInternal) return InternalError(code.error().message);
    PrintError(code.error());
    return kExitFailed;
  } catch (const std::exception& exception) {
    return InternalError(exception.what());
  } catch (...) {
    return InternalError("unknown exception");
  }
}

}  // namespace
}  // namespace synapsor::tool

int main(int argc, char** argv) { return synapsor::tool::Main(argc, argv); }
