// The writer of canonical JSON against nlohmann/json, whose output canonical JSON is defined by.
#include "runtime/base/json_out.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <random>

#include "runtime/base/json_run.h"

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

std::size_t RunByByte(std::string_view text, RunBytes bytes) {
  const auto ends = [&](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte < 0x20 || c == '"' || c == '\\' || (byte >= 0x80 && bytes == RunBytes::kAsciiOnly);
  };
  return static_cast<std::size_t>(std::find_if(text.begin(), text.end(), ends) - text.begin());
}

TEST(JsonRun, EndsWhereALoopByBytesEnds) {
  // Beside every byte that ends a run stand those that a careless test for one would take for it.
  const std::string_view pieces[] = {
      "\"",   "\\", std::string_view("\0", 1), "\x1f", "\x20", "!", "#", "[", "]", "\x7f", "\x80", "\xa2", "\xdc",
      "\xff", "a"};
  std::mt19937 random(11);
  for (int i = 0; i < 200'000; ++i) {
    std::string text(random() % 20, 'x');
    for (auto left = random() % 4; left > 0; --left) {
      text.insert(random() % (text.size() + 1), pieces[random() % std::size(pieces)]);
    }
    for (const RunBytes bytes : {RunBytes::kAny, RunBytes::kAsciiOnly}) {
      ASSERT_EQ(JsonRunLength(text, bytes), RunByByte(text, bytes))
          << nlohmann::json::binary({text.begin(), text.end()});
    }
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
