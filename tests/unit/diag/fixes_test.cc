#include "compiler/diag/fixes.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <random>
#include <sstream>

#include "runtime/base/replace_file.h"
#include "tests/unit/diag/make.h"

namespace synapsor::diag {
namespace {

namespace fs = std::filesystem;

class Folder {
 public:
  Folder() {
    std::string name = (fs::temp_directory_path() / "fixes-XXXXXX").string();
    path_ = ::mkdtemp(name.data());
  }
  ~Folder() { fs::remove_all(path_); }
  fs::path operator/(const char* name) const { return path_ / name; }
  const fs::path& path() const { return path_; }

 private:
  fs::path path_;
};

void Write(const fs::path& path, std::string_view text) { std::ofstream(path, std::ios::binary) << text; }

std::string Read(const fs::path& path) {
  std::ostringstream out;
  out << std::ifstream(path, std::ios::binary).rdbuf();
  return out.str();
}

void ReportFix(Sink& sink, std::vector<Edit> edits, bool safe = true) {
  sink.Report(Kind::kUnusedAllow, Span::None(), "m").WithFix({"t", std::move(edits), safe});
}

TEST(Fixes, OnlySafeOnesThatDoNotOverlap) {
  SourceStore sources;
  const FileId file = sources.Add("a.sql", "one two three four\n");
  Sink sink;
  ReportFix(sink, {{At(sources, file, "one"), "1"}});
  ReportFix(sink, {{At(sources, file, "two three"), "23"}});
  ReportFix(sink, {{At(sources, file, "three"), "3"}});
  ReportFix(sink, {{At(sources, file, "four"), "4"}}, /*safe=*/false);
  const FixPlan plan = PlanFixes(sources, sink.findings());
  EXPECT_EQ(plan.applied, 2);
  EXPECT_EQ(plan.left, 1);
  ASSERT_EQ(plan.files.size(), 1U);
  EXPECT_EQ(plan.files[0].text, "1 23 four\n");
}

TEST(Fixes, AFixIsAppliedWholeOrNotAtAll) {
  SourceStore sources;
  const FileId file = sources.Add("a.sql", "one two\n");
  Sink sink;
  ReportFix(sink, {{At(sources, file, "two"), "2"}});
  ReportFix(sink, {{At(sources, file, "one"), "x"}, {At(sources, file, "two"), "y"}});
  EXPECT_EQ(PlanFixes(sources, sink.findings()).files.at(0).text, "one 2\n");
}

TEST(Fixes, TheSameEditOfTwoFindingsIsMadeOnce) {
  SourceStore sources;
  const FileId file = sources.Add("a.sql", "one\n");
  Sink sink;
  ReportFix(sink, {{{file, 3, 3}, ";"}});
  ReportFix(sink, {{{file, 3, 3}, ";"}});
  const FixPlan plan = PlanFixes(sources, sink.findings());
  EXPECT_EQ(plan.applied, 2);
  EXPECT_EQ(plan.files.at(0).text, "one;\n");
}

TEST(Fixes, DiffHasContextAndPositions) {
  SourceStore sources;
  const FileId file = sources.Add("a.sql", "1\n2\n3\n4\n5\n6\n7\n");
  Sink sink;
  ReportFix(sink, {{{file, 8, 10}, ""}});
  EXPECT_EQ(FixDiff(sources, PlanFixes(sources, sink.findings())),
            "--- a.sql\n+++ a.sql\n@@ -2,6 +2,5 @@\n 2\n 3\n 4\n-5\n 6\n 7\n");
}

// The oracle is patch(1): the diff applied to the old text gives the new one.
TEST(Fixes, DiffIsUnderstoodByPatch) {
  const Folder folder;
  std::mt19937 random(7);
  const auto below = [&](std::uint32_t n) { return static_cast<std::uint32_t>(random() % n); };
  for (int round = 0; round < 60; ++round) {
    std::string text;
    for (std::uint32_t i = 0, n = below(30); i < n; ++i) text += std::string(below(3), 'a') + "\n";
    if (below(2) == 0) text += "end";
    const fs::path path = folder / "a.sql";
    Write(path, text);
    SourceStore sources;
    const FileId file = *sources.Load(path.string());
    Sink sink;
    for (std::uint32_t i = 0, n = 1 + below(4); i < n; ++i) {
      const std::uint32_t begin = below(static_cast<std::uint32_t>(text.size()) + 1);
      const std::uint32_t end = begin + below(static_cast<std::uint32_t>(text.size()) - begin + 1) % 6;
      ReportFix(sink, {{{file, begin, end}, below(2) == 0 ? "x\ny" : below(2) == 0 ? "" : "z\n"}});
    }
    const FixPlan plan = PlanFixes(sources, sink.findings());
    if (plan.files.empty()) continue;
    Write(folder / "diff", FixDiff(sources, plan));
    const std::string command = "cd '" + folder.path().string() + "' && patch -s a.sql diff >out 2>&1";
    ASSERT_EQ(std::system(command.c_str()), 0) << Read(folder / "diff") << Read(folder / "out");
    ASSERT_EQ(Read(path), plan.files[0].text) << Read(folder / "diff");
  }
}

TEST(Fixes, WritingKeepsPermissionsAndFollowsLinks) {
  const Folder folder;
  const fs::path path = folder / "real.sql";
  Write(path, "one\n");
  ::chmod(path.c_str(), 0640);
  fs::create_symlink("real.sql", folder / "link.sql");
  SourceStore sources;
  const FileId file = *sources.Load((folder / "link.sql").string());
  Sink sink;
  ReportFix(sink, {{At(sources, file, "one"), "two"}});
  ASSERT_TRUE(WriteFixes(sources, PlanFixes(sources, sink.findings())));
  EXPECT_EQ(Read(path), "two\n");
  EXPECT_TRUE(fs::is_symlink(folder / "link.sql"));
  struct stat status {};
  ASSERT_EQ(::stat(path.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 07777, 0640U);
  EXPECT_EQ(std::distance(fs::directory_iterator(folder.path()), fs::directory_iterator()), 2);
}

TEST(Fixes, StandardInputIsRefused) {
  SourceStore sources;
  const FileId file = sources.Add("<stdin>", "one\n");
  Sink sink;
  ReportFix(sink, {{At(sources, file, "one"), "two"}});
  EXPECT_FALSE(WriteFixes(sources, PlanFixes(sources, sink.findings())));
}

TEST(ReplaceFile, FailsWithoutLeavingAnything) {
  const Folder folder;
  EXPECT_FALSE(ReplaceFile((folder / "none/a.sql").string(), "x"));
  EXPECT_FALSE(ReplaceFile(folder.path().string(), "x"));
  EXPECT_TRUE(fs::is_empty(folder.path()));
}

}  // namespace
}  // namespace synapsor::diag
