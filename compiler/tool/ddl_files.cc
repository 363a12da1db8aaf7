#include "compiler/tool/ddl_files.h"

#include <fmt/format.h>
#include <fnmatch.h>

#include <algorithm>
#include <filesystem>
#include <set>

namespace synapsor::tool {
namespace {

namespace fs = std::filesystem;

using Component = fs::path::const_iterator;

bool IsFolder(const fs::path& path) {
  std::error_code problem;
  return fs::is_directory(path, problem);
}

void Expand(const fs::path& folder, Component at, Component end, std::set<std::string>& found) {
  if (at == end) return;
  const std::string component = at->string();
  const Component next = std::next(at);
  const bool any_depth = component == "**";
  if (any_depth) Expand(folder, next, end, found);
  if (component == "." || component == "..") return Expand(folder / component, next, end, found);
  std::error_code problem;
  for (fs::directory_iterator entry(folder.empty() ? "." : folder, problem), last; !problem && entry != last;
       entry.increment(problem)) {
    const std::string name = entry->path().filename().string();
    const fs::path path = folder / name;
    if (any_depth) {
      std::error_code ignored;
      if (name[0] != '.' && IsFolder(path) && !fs::is_symlink(path, ignored)) Expand(path, at, end, found);
    } else if (::fnmatch(component.c_str(), name.c_str(), FNM_PERIOD) == 0) {
      if (next != end) {
        if (IsFolder(path)) Expand(path, next, end, found);
      } else if (!IsFolder(path)) {
        found.insert(path.lexically_normal().string());
      }
    }
  }
}

}  // namespace

std::vector<std::string> ExpandGlob(const std::string& folder, const std::string& pattern) {
  const fs::path path(pattern);
  std::set<std::string> found;
  Component begin = path.begin();
  if (path.is_absolute()) ++begin;
  Expand(path.is_absolute() ? path.root_path() : fs::path(folder), begin, path.end(), found);
  return {found.begin(), found.end()};
}

Result<std::vector<std::string>> FindDdlFiles(const std::vector<std::string>& named, const config::Config& config) {
  std::vector<std::string> files;
  std::set<std::string> seen;
  const auto add = [&](const std::string& path) {
    if (seen.insert(fs::path(path).lexically_normal().string()).second) files.push_back(path);
  };
  std::for_each(named.begin(), named.end(), add);
  if (!named.empty()) return files;
  for (const std::string& glob : config.ddl) {
    const std::vector<std::string> matches = ExpandGlob(config.directory, glob);
    std::for_each(matches.begin(), matches.end(), add);
  }
  if (!files.empty()) return files;
  if (config.path.empty()) {
    return Fail(ErrorKind::kUsage, "no DDL file given, and there is no synapsor.json here",
                "name the files, or `--config FILE`");
  }
  return Fail(ErrorKind::kUsage, fmt::format("no file matches the `ddl` globs of `{}`", config.path),
              "correct them, or name the files");
}

}  // namespace synapsor::tool
