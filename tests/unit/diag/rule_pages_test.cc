#include "compiler/diag/rule_pages.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <regex>
#include <set>
#include <string>

namespace synapsor::diag {
namespace {

// Codes whose page is still to be written; one a line.
std::set<std::string> Pending() {
  std::set<std::string> codes;
  std::ifstream file(SYNAPSOR_SOURCE_DIR "/tests/unit/diag/pages_pending.txt");
  for (std::string line; std::getline(file, line);) codes.insert(line);
  return codes;
}

TEST(RulePages, EveryRowHasAPage) {
  const std::set<std::string> pending = Pending();
  for (const KindInfo& info : AllKinds()) {
    if (pending.contains(std::string(info.code))) continue;
    EXPECT_FALSE(PageOf(info.kind).empty()) << "docs/rules/" << info.code << ".md is missing (" << info.slug << ")";
  }
}

TEST(RulePages, EveryPageHasARowAndIsEmbedded) {
  std::set<std::string> files;
  for (const auto& entry : std::filesystem::directory_iterator(SYNAPSOR_SOURCE_DIR "/docs/rules")) {
    EXPECT_TRUE(std::regex_match(entry.path().filename().string(), std::regex("SYN[0-9]{3}\\.md"))) << entry.path();
    files.insert(entry.path().stem().string());
  }
  std::set<std::string> embedded;
  for (const RulePage& page : AllRulePages()) {
    embedded.emplace(page.code);
    EXPECT_NE(FindKind(page.code), nullptr) << page.code << " is no row of kinds.def";
  }
  EXPECT_EQ(files, embedded);
}

TEST(RulePages, EveryPageHasTheSameForm) {
  for (const RulePage& page : AllRulePages()) {
    const KindInfo* info = FindKind(page.code);
    if (info == nullptr) continue;
    EXPECT_TRUE(page.markdown.starts_with(fmt::format("# {} {}\n", info->code, info->slug))) << page.code;
    for (const char* heading : {"\n## What it finds\n", "\n## Why it matters\n", "\n## Bad\n", "\n## Good\n"}) {
      EXPECT_NE(page.markdown.find(heading), std::string_view::npos) << page.code << " lacks" << heading;
    }
    EXPECT_LT(page.markdown.find("\n## What it finds\n"), page.markdown.find("\n## Why it matters\n")) << page.code;
    EXPECT_LT(page.markdown.find("\n## Why it matters\n"), page.markdown.find("\n## Bad\n")) << page.code;
    EXPECT_LT(page.markdown.find("\n## Bad\n"), page.markdown.find("\n## Good\n")) << page.code;
    const std::size_t good = page.markdown.find("\n## Good\n");
    EXPECT_NE(page.markdown.substr(0, good).find("\n```ddl\n"), std::string_view::npos)
        << page.code << " has no bad ddl";
    EXPECT_NE(page.markdown.substr(std::min(good, page.markdown.size())).find("\n```ddl\n"), std::string_view::npos)
        << page.code << " has no good ddl";
    EXPECT_FALSE(Gist(page.markdown).empty()) << page.code;
  }
}

TEST(Gist, IsTheFirstParagraphAsOneLine) {
  EXPECT_EQ(Gist("# SYN1 x\n\n## What it finds\n\nOne\ntwo.\n\nThree.\n"), "One two.");
  EXPECT_EQ(Gist("# SYN1 x\n"), "");
}

TEST(Kinds, SlugsAreUniqueAndReadable) {
  std::set<std::string_view> slugs;
  for (const KindInfo& info : AllKinds()) {
    EXPECT_TRUE(slugs.insert(info.slug).second) << info.slug;
    EXPECT_TRUE(std::regex_match(std::string(info.slug), std::regex("[a-z0-9]+(-[a-z0-9]+)*"))) << info.slug;
    EXPECT_EQ(FindKind(info.code), &info);
    EXPECT_EQ(FindKind(info.slug), &info);
  }
}

}  // namespace
}  // namespace synapsor::diag
