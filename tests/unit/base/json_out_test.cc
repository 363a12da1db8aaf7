// The writer of canonical JSON against nlohmann/json, whose output canonical JSON is defined by.
#include "runtime/base/json_out.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <random>

namespace synapsor {
namespace {

std::string Written(std::string_view text) { return JsonOut().String(text).Take(); }

TEST(JsonOut, EscapesAsTheLibraryDoes) {
  // Every ASCII character, at every place of a word of eight bytes and behind one.
  for (int c = 0; c < 0x80; ++c) {
    for (std::size_t place = 0; place < 17; ++place) {
      std::string text(17, 'x');
      text[place] = static_cast<char>(c);
      EXPECT_EQ(Written(text), nlohmann::json(text).dump()) << c << " at " << place;
    }
  }
}

TEST(JsonOut, WritesRandomTextAsTheLibraryDoes) {
  const std::string pieces[] = {"a", "plain words", "\"", "\\", "\n", "\x01", "\x1f", "\x7f",
                                "é", "€",           "😀",  " ",  "!",  "#",    "[",    "]"};
  std::mt19937 random(7);
  for (int i = 0; i < 5000; ++i) {
    std::string text;
    for (auto left = random() % 24; left > 0; --left) text += pieces[random() % std::size(pieces)];
    EXPECT_EQ(Written(text), nlohmann::json(text).dump());
  }
}

TEST(JsonOut, ReplacesBytesThatAreNotText) {
  EXPECT_EQ(Written("ab\xffz"), "\"ab\xEF\xBF\xBDz\"");
  EXPECT_EQ(Written("12345678\xc3"), "\"12345678\xEF\xBF\xBD\"");                  // cut short
  EXPECT_EQ(Written("\xed\xa0\x80"), "\"\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\"");  // a surrogate
}

TEST(JsonOut, SeparatesMembersAndItems) {
  JsonOut out(1);
  out.BeginObject().Key("a").BeginArray().Int(INT64_MIN).Int(0).Bool(true).EndArray().Member("b", "").EndObject();
  EXPECT_EQ(out.Take(), R"({"a":[-9223372036854775808,0,true],"b":""})");
}

}  // namespace
}  // namespace synapsor
