// What hides in text is shown, and nothing else is changed.
#include "runtime/base/text.h"

#include <gtest/gtest.h>

#include "runtime/base/unseen.h"
#include "runtime/base/utf8.h"

namespace synapsor {
namespace {

TEST(Visible, ShowsWhatHides) {
  EXPECT_EQ(Visible("a\x1b[31mb"), "a\\u{1B}[31mb");
  EXPECT_EQ(Visible("user\xE2\x80\xAE"
                    "txt"),
            "user\\u{202E}txt");
  EXPECT_EQ(Visible("a\xE2\x80\x8B"
                    "b"),
            "a\\u{200B}b");
  EXPECT_EQ(Visible("two\nlines"), "two\\u{A}lines");
  EXPECT_EQ(Visible("\xff"), "\xEF\xBF\xBD");
  EXPECT_EQ(Visible("größer 日本 😀"), "größer 日本 😀");
}

TEST(Visible, CutsAtTheLength) {
  EXPECT_EQ(Visible("abcdef", 6), "abcdef");
  EXPECT_EQ(Visible("abcdefg", 6), "abcde…");
}

TEST(Unseen, KnowsTheEdgesOfItsRanges) {
  for (const std::uint32_t c :
       {0x0u, 0x1Fu, 0x7Fu, 0x9Fu, 0xADu, 0x200Bu, 0x200Fu, 0x202Eu, 0x2066u, 0xFEFFu, 0xE0001u}) {
    EXPECT_TRUE(IsUnseen(c)) << c;
  }
  for (const std::uint32_t c : {0x20u, 0x7Eu, 0xA0u, 0x200Au, 0x2010u, 0x2030u, 0xFE0Fu, 0xE0100u, 0x10FFFFu}) {
    EXPECT_FALSE(IsUnseen(c)) << c;
  }
}

TEST(Utf8, RefusesWhatIsNot) {
  for (const std::string_view text :
       {"\xC0\x80", "\xE0\x80\x80", "\xED\xA0\x80", "\xF0\x80\x80\x80", "\xF4\x90\x80\x80", "\xF8\x88\x80\x80\x80",
        "\x80", "a\xC3", "12345678\xE2\x82"}) {
    EXPECT_FALSE(IsUtf8(text)) << text;
  }
  EXPECT_TRUE(IsUtf8("12345678é€😀\xED\x9F\xBF\xEE\x80\x80"));
}

}  // namespace
}  // namespace synapsor
