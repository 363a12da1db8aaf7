#include "runtime/base/scalar.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace synapsor {
namespace {

using nlohmann::json;

std::string Kept(std::string_view text, ScalarType type) {
  const auto scalar = FromText(text, type);
  return scalar ? scalar->text : "refused";
}

TEST(Scalar, NamesRoundTrip) {
  for (int i = 0; i <= static_cast<int>(ScalarType::kJson); ++i) {
    const auto type = static_cast<ScalarType>(i);
    EXPECT_EQ(ParseScalarType(ScalarTypeName(type)).value(), type);
  }
  EXPECT_FALSE(ParseScalarType("varchar"));
}

TEST(Scalar, IntegersAreExactAndStrict) {
  EXPECT_EQ(Kept("-9223372036854775808", ScalarType::kInt64), "-9223372036854775808");
  EXPECT_EQ(Kept("18446744073709551615", ScalarType::kUInt64), "18446744073709551615");
  for (const char* bad : {"9223372036854775808", "+5", "05", "5.0", " 5", "5 ", "", "-", "-0", "0x5", "1e3"}) {
    EXPECT_EQ(Kept(bad, ScalarType::kInt64), "refused") << bad;
  }
  EXPECT_EQ(Kept("-1", ScalarType::kUInt64), "refused");
  EXPECT_FALSE(FromJson(json("5"), ScalarType::kInt64));
  EXPECT_FALSE(FromJson(json(5.0), ScalarType::kInt64));
  EXPECT_FALSE(FromJson(json::parse("9223372036854775808"), ScalarType::kInt64));
  EXPECT_FALSE(FromJson(json(true), ScalarType::kInt64));
  EXPECT_EQ(FromJson(json(5), ScalarType::kInt64)->text, "5");
}

TEST(Scalar, LargeIntegersTravelAsStrings) {
  const Scalar exact = Scalar::Int(9007199254740992), large = Scalar::Int(9007199254740993);
  EXPECT_TRUE(ToJson(exact).is_number_integer());
  EXPECT_EQ(ToJson(large), "9007199254740993");
  EXPECT_EQ(FromJson(ToJson(large), ScalarType::kInt64).value(), large);
  EXPECT_EQ(FromJson(ToJson(exact), ScalarType::kInt64).value(), exact);
}

TEST(Scalar, DoublesRoundTripAndAreFinite) {
  EXPECT_EQ(Kept("1.5e-9", ScalarType::kDouble), "1.5e-09");
  EXPECT_EQ(Kept("-0", ScalarType::kDouble), "0");
  for (const char* bad : {"NaN", "inf", "1e400", "", "1,5"}) {
    EXPECT_EQ(Kept(bad, ScalarType::kDouble), "refused") << bad;
  }
  const Scalar tenth = FromText("0.1", ScalarType::kDouble).value();
  EXPECT_EQ(FromJson(ToJson(tenth), ScalarType::kDouble).value(), tenth);
  EXPECT_FALSE(FromJson(json::parse("9007199254740993"), ScalarType::kDouble));
}

TEST(Scalar, DecimalsKeepTheirScaleAndNeverPassThroughADouble) {
  EXPECT_EQ(Kept("12345678901234567890.10", ScalarType::kDecimal), "12345678901234567890.10");
  EXPECT_EQ(Kept("-0.00", ScalarType::kDecimal), "0.00");
  EXPECT_FALSE(FromJson(json(1.5), ScalarType::kDecimal));
  EXPECT_EQ(FromJson(json(15), ScalarType::kDecimal)->text, "15");
  EXPECT_EQ(FromJson(json("1.50"), ScalarType::kDecimal)->text, "1.50");
  for (const char* bad : {".5", "5.", "1e3", "NaN", "--1", "01.5"}) {
    EXPECT_EQ(Kept(bad, ScalarType::kDecimal), "refused") << bad;
  }
}

TEST(Scalar, TimesHaveOneSpelling) {
  EXPECT_EQ(Kept("2024-02-29", ScalarType::kDate), "2024-02-29");
  EXPECT_EQ(Kept("2023-02-29", ScalarType::kDate), "refused");
  EXPECT_EQ(Kept("2024-02-29T01:02:03.5", ScalarType::kTimestamp), "2024-02-29 01:02:03.500000");
  EXPECT_EQ(Kept("2024-02-29 01:02:03.000", ScalarType::kTimestamp), "2024-02-29 01:02:03");
  EXPECT_EQ(Kept("2024-01-01 00:30:00+02", ScalarType::kTimestampTz), "2023-12-31T22:30:00.000000Z");
  EXPECT_EQ(Kept("2023-12-31 19:00:00-05:30", ScalarType::kTimestampTz), "2024-01-01T00:30:00.000000Z");
  EXPECT_EQ(Kept("2024-01-01 00:30:00", ScalarType::kTimestampTz), "refused");
  EXPECT_EQ(Kept("-100:00:00", ScalarType::kTime), "-100:00:00");
  EXPECT_EQ(Kept("25:61:00", ScalarType::kTime), "refused");
  EXPECT_EQ(Kept("24:00:00", ScalarType::kTimestamp), "refused");
}

TEST(Scalar, TextUuidBytes) {
  EXPECT_EQ(Kept("it's", ScalarType::kText), "it's");
  EXPECT_EQ(Kept(std::string_view("a\0b", 3), ScalarType::kText), "refused");
  EXPECT_EQ(Kept("\xFF", ScalarType::kText), "refused");
  EXPECT_EQ(Kept("\xED\xA0\x80", ScalarType::kText), "refused");
  EXPECT_EQ(Kept("\xF0\x9F\x98\x80", ScalarType::kText), "\xF0\x9F\x98\x80");
  EXPECT_EQ(Kept("A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11", ScalarType::kUuid), "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11");
  EXPECT_EQ(Kept("a0eebc99", ScalarType::kUuid), "refused");
  for (const std::string& bytes : {std::string(), std::string("\0", 1), std::string("ab"), std::string("abc\xFF")}) {
    const Scalar scalar = Scalar::Of(ScalarType::kBytes, bytes);
    EXPECT_EQ(FromJson(ToJson(scalar), ScalarType::kBytes).value(), scalar);
  }
  EXPECT_EQ(ToJson(Scalar::Of(ScalarType::kBytes, "hi?")), "aGk/");
  EXPECT_EQ(Kept("aGl=", ScalarType::kBytes), "refused");  // stray bits
}

TEST(Scalar, JsonDocumentsAreNotRounded) {
  const Scalar plain = FromText(R"({"a":[1,2.5,"x"]})", ScalarType::kJson).value();
  EXPECT_TRUE(ToJson(plain).is_object());
  EXPECT_EQ(FromJson(ToJson(plain), ScalarType::kJson).value(), plain);
  const Scalar big = FromText(R"({"a": 12345678901234567890123})", ScalarType::kJson).value();
  EXPECT_TRUE(ToJson(big).is_string());
  EXPECT_EQ(FromJson(ToJson(big), ScalarType::kJson).value(), big);
  const Scalar string = FromText(R"("x")", ScalarType::kJson).value();
  EXPECT_EQ(FromJson(ToJson(string), ScalarType::kJson).value(), string);
  EXPECT_EQ(Kept("{", ScalarType::kJson), "refused");
}

TEST(Scalar, NullIsNullOfEveryType) {
  EXPECT_TRUE(FromJson(nullptr, ScalarType::kDate)->is_null);
  EXPECT_TRUE(ToJson(Scalar::Null(ScalarType::kInt64)).is_null());
}

TEST(Scalar, MessagesDoNotRepeatTheValue) {
  EXPECT_THAT(FromText("s3cret", ScalarType::kInt64).error().message, testing::Not(testing::HasSubstr("s3cret")));
}

}  // namespace
}  // namespace synapsor
