#include "compiler/tool/against.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <utility>

#include "compiler/tool/ddl_files.h"
#include "compiler/tool/subprocess.h"
#include "runtime/bundle/load.h"

namespace synapsor::tool {
namespace {

namespace fs = std::filesystem;

Baseline FromBundle(const std::string& name, bundle::Bundle bundle) {
  return {name, std::move(bundle.digest), std::move(bundle.authority)};
}

// Removed with everything in it when it goes out of scope.
class TemporaryFolder {
 public:
  static Result<TemporaryFolder> Make() {
    std::error_code problem;
    std::string path = (fs::temp_directory_path(problem) / "sync-against.XXXXXX").string();
    if (problem || ::mkdtemp(path.data()) == nullptr) return Fail(ErrorKind::kIo, "cannot make a temporary folder");
    return TemporaryFolder(std::move(path));
  }
  TemporaryFolder(TemporaryFolder&& other) noexcept : path_(std::exchange(other.path_, {})) {}
  TemporaryFolder& operator=(TemporaryFolder&&) = delete;
  ~TemporaryFolder() {
    std::error_code problem;
    if (!path_.empty()) fs::remove_all(path_, problem);
  }
  const std::string& path() const { return path_; }

 private:
  explicit TemporaryFolder(std::string path) : path_(std::move(path)) {}
  std::string path_;
};

std::string FirstLine(const std::string& text) { return text.substr(0, text.find('\n')); }

Result<std::string> Git(const std::vector<std::string>& arguments) {
  std::vector<std::string> words = {"git"};
  words.insert(words.end(), arguments.begin(), arguments.end());
  SYN_ASSIGN_OR_RETURN(ProcessResult result, RunProcess(words, {}));
  if (result.exit_code != 0) {
    return Fail(ErrorKind::kIo, fmt::format("git failed: {}", FirstLine(result.errors)));
  }
  while (result.output.ends_with('\n')) result.output.pop_back();
  return std::move(result.output);
}

// A path of the working tree as a path below the exported folder; paths outside of the repository stay.
std::string Relocate(const std::string& path, const fs::path& top, const fs::path& exported) {
  std::error_code problem;
  const fs::path absolute = fs::weakly_canonical(fs::absolute(path, problem), problem);
  const fs::path relative = absolute.lexically_relative(top);
  if (relative.empty() || *relative.begin() == "..") return absolute.string();
  return (exported / relative).string();
}

bool Exists(const std::string& path) {
  std::error_code problem;
  return fs::exists(path, problem);
}

// Nothing when the commit has none of the DDL files, which is an empty baseline.
std::optional<std::vector<std::string>> BuildArguments(const CompileOptions& options, const fs::path& top,
                                                       const fs::path& exported) {
  std::vector<std::string> words;
  for (const std::string& file : options.files) {
    const std::string moved = Relocate(file, top, exported);
    if (Exists(moved)) words.push_back(moved);
  }
  if (words.empty() && !options.files.empty()) return std::nullopt;
  if (options.config) words.insert(words.end(), {"--config", Relocate(*options.config, top, exported)});
  if (options.schema) words.insert(words.end(), {"--schema", Relocate(*options.schema, top, exported)});
  if (options.engine) words.insert(words.end(), {"--engine", *options.engine});
  return words;
}

// Whether the configuration of a commit, if it has one, names any DDL there. One that cannot be read does: building tells why.
bool NamesDdl(const CompileOptions& options, const fs::path& top, const fs::path& exported, const fs::path& working) {
  if (!options.files.empty()) return true;
  const std::string path =
      options.config ? Relocate(*options.config, top, exported) : (working / "synapsor.json").string();
  if (!Exists(path)) return false;
  const auto config = config::Load(path);
  if (!config) return true;
  return std::any_of(config->ddl.begin(), config->ddl.end(),
                     [&](const std::string& glob) { return !ExpandGlob(config->directory, glob).empty(); });
}

Result<Baseline> FromCommit(const std::string& ref, const CompileOptions& options) {
  if (ref.starts_with('-')) return Fail(ErrorKind::kUsage, fmt::format("`{}` is neither a file nor a commit", ref));
  if (std::find(options.files.begin(), options.files.end(), "-") != options.files.end()) {
    return Fail(ErrorKind::kUsage, "standard input has no state at a commit",
                "name the DDL file, or compare with a bundle");
  }
  const auto commit = Git({"rev-parse", "--quiet", "--verify", ref + "^{commit}"});
  if (!commit) {
    return Fail(ErrorKind::kUsage, fmt::format("`{}` is neither a bundle file nor a commit of this repository", ref),
                "give the path of a bundle, or a branch, tag or commit that has been fetched");
  }
  SYN_ASSIGN_OR_RETURN(const std::string top, Git({"rev-parse", "--show-toplevel"}));
  SYN_ASSIGN_OR_RETURN(const std::string prefix, Git({"rev-parse", "--show-prefix"}));
  SYN_ASSIGN_OR_RETURN(const TemporaryFolder folder, TemporaryFolder::Make());
  const std::string archive = folder.path() + "/tree.tar";
  const fs::path exported = fs::path(folder.path()) / "tree";
  fs::create_directory(exported);
  SYN_RETURN_IF_ERROR(Git({"-C", top, "archive", "--format=tar", "-o", archive, *commit}));
  SYN_ASSIGN_OR_RETURN(const ProcessResult untar, RunProcess({"tar", "-xf", archive, "-C", exported.string()}, {}));
  if (untar.exit_code != 0) return Fail(ErrorKind::kIo, fmt::format("tar failed: {}", FirstLine(untar.errors)));

  std::error_code problem;
  const auto arguments = BuildArguments(options, fs::weakly_canonical(top, problem), exported);
  const fs::path working = exported / prefix;
  if (!arguments || !Exists(working.string()) ||
      !NamesDdl(options, fs::weakly_canonical(top, problem), exported, working)) {
    return Baseline{ref, {}, {}};
  }
  const std::string built = folder.path() + "/base.bundle.json";
  std::vector<std::string> words = {fs::read_symlink("/proc/self/exe", problem).string(), "build", "-o", built};
  words.insert(words.end(), arguments->begin(), arguments->end());
  SYN_ASSIGN_OR_RETURN(const ProcessResult build, RunProcess(words, working.string()));
  if (build.exit_code != 0) {
    return Fail(ErrorKind::kInvalid, fmt::format("the DDL at `{}` does not build: {}", ref, FirstLine(build.errors)),
                "compare with a bundle that was built before");
  }
  SYN_ASSIGN_OR_RETURN(bundle::Bundle bundle, bundle::Load(built));
  return FromBundle(ref, std::move(bundle));
}

}  // namespace

Result<Baseline> LoadBaseline(const std::string& against, const CompileOptions& options) {
  if (!Exists(against)) return FromCommit(against, options);
  SYN_ASSIGN_OR_RETURN(bundle::Bundle bundle, bundle::Load(against));
  return FromBundle(against, std::move(bundle));
}

}  // namespace synapsor::tool
