// `sync fmt`: DDL files in the one layout.
#include <fmt/format.h>

#include "compiler/syntax/format.h"
#include "compiler/tool/command.h"
#include "compiler/tool/compile.h"
#include "compiler/tool/ddl_files.h"
#include "compiler/tool/output.h"
#include "runtime/base/replace_file.h"

namespace synapsor::tool {
namespace {

constexpr OptionSpec kOptions[] = {
    kConfigOption,
    {.name = "--check",
     .value_name = "",
     .help = "write nothing; list the files that are laid out otherwise, exit code 1"},
};

Result<int> Run(const Arguments& arguments) {
  SYN_ASSIGN_OR_RETURN(const config::Config config, LoadConfig(arguments.Value("--config")));
  SYN_ASSIGN_OR_RETURN(const std::vector<std::string> paths, FindDdlFiles(arguments.positional(), config));
  const bool check = arguments.Has("--check");
  SourceStore sources;
  std::string listed;
  for (const std::string& path : paths) {
    SYN_ASSIGN_OR_RETURN(const FileId file, sources.Load(path));
    const std::string_view text = sources.Get(file).text();
    const std::string formatted = syntax::Format(text);
    if (path == "-" && !check) {
      SYN_RETURN_IF_ERROR(WriteData(formatted));
    } else if (formatted != text) {
      listed += fmt::format("{}\n", sources.Get(file).path());
      if (!check) SYN_RETURN_IF_ERROR(ReplaceFile(path, formatted));
    }
  }
  SYN_RETURN_IF_ERROR(WriteData(listed));
  return check && !listed.empty() ? kExitFindings : kExitFine;
}

}  // namespace

const Command kFmtCommand = {
    .name = "fmt",
    .summary = "lay out DDL files: a clause a line, keywords in upper case",
    .usage = "[FILE...] [--check]",
    .description =
        "Rewrites FILEs (`-`: standard input to standard output), or the files that the "
        "configuration's `ddl` globs\n"
        "match, and prints the names of those that changed. Comments are kept; a statement with a "
        "syntax error is left\n"
        "as it is.",
    .example = "sync fmt agent.ddl.sql\nsync fmt --check",
    .options = kOptions,
    .run = Run,
};

}  // namespace synapsor::tool
