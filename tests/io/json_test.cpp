#include "domino/io/json_internal.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <cstdint>
#include <limits>
#include <string>

#include "domino/core/random.h"
#include "tests/error_of.h"
#include "tests/io/temporary_folder.h"

namespace domino {
namespace {

using testing::error_of;

std::string error_for(const std::string& text) {
  return error_of<IoError>([&] { parse_json(text, "'config.json'"); });
}

std::string repeated(int count, std::string_view text) {
  std::string all;
  for (int i = 0; i < count; ++i) all += text;
  return all;
}

TEST(JsonTest, ReadsEveryKindOfValue) {
  const Config config = parse_json(
      R"( {"a": [null, true, -3, 2.5, 1e3, "t\u00e9xt \ud83c\udf80"], "b": {}, "": []} )");
  EXPECT_EQ(config.to_json(), R"({"a": [null, true, -3, 2.5, 1000.0, "t)"
                              "\xC3\xA9xt \xF0\x9F\x8E\x80"
                              R"("], "b": {}, "": []})");
  EXPECT_TRUE(config.at("a").as_array()[2].is_int());
  EXPECT_FALSE(config.at("a").as_array()[4].is_int());
  EXPECT_EQ(parse_json("-9223372036854775808").as_int(), INT64_MIN);
  EXPECT_EQ(parse_json("9223372036854775807").as_int(), INT64_MAX);
  EXPECT_EQ(parse_json("\"x\"").as_string(), "x");
}

TEST(JsonTest, KeepsTheOrderOfKeys) {
  EXPECT_EQ(parse_json(R"({"z": 1, "a": 2, "m": 3})").to_json(), R"({"z": 1, "a": 2, "m": 3})");
}

TEST(JsonTest, ReadsPythonsFloats) {
  const Config config = parse_json(
      R"([NaN, Infinity, -Infinity, null, {"a": NaN, "NaN \"": null, "b": Infinity}, NaN, "null"])");
  const Config::Array& items = config.as_array();
  EXPECT_TRUE(std::isnan(items[0].as_double()));
  EXPECT_EQ(items[1].as_double(), std::numeric_limits<double>::infinity());
  EXPECT_EQ(items[2].as_double(), -std::numeric_limits<double>::infinity());
  EXPECT_TRUE(items[3].is_null());
  EXPECT_TRUE(std::isnan(items[4].at("a").as_double()));
  EXPECT_TRUE(items[4].at("NaN \"").is_null());
  EXPECT_EQ(items[4].at("b").as_double(), std::numeric_limits<double>::infinity());
  EXPECT_TRUE(std::isnan(items[5].as_double()));
  EXPECT_EQ(items[6].as_string(), "null");
  EXPECT_EQ(parse_json(config.to_json()).to_json(), config.to_json());
}

TEST(JsonTest, RefusesWordsThatPythonDoesNotWrite) {
  for (const char* text : {"nan", "-NaN", "+Infinity", "--Infinity", "NaNNaN", "nullNaN", "1NaN",
                           "Inf", "nulNaN", "[NaN NaN]", "{NaN: 1}", "tNaN"}) {
    EXPECT_THAT(error_for(text), ::testing::StartsWith("'config.json' is not valid JSON at byte "))
        << text;
  }
}

TEST(JsonTest, SaysWhereTheTextIsWrong) {
  EXPECT_EQ(error_for(""), "'config.json' is not valid JSON at byte 1");
  EXPECT_EQ(error_for("{"), "'config.json' is not valid JSON at byte 2");
  EXPECT_EQ(error_for("[NaN, Infinity, NaN, -Infinity, x]"),
            "'config.json' is not valid JSON at byte 33");
  EXPECT_EQ(error_for("[1, 2]]"), "'config.json' is not valid JSON at byte 7");
  EXPECT_EQ(error_for(std::string("[1]\0[2]", 7)), "'config.json' is not valid JSON at byte 3");
  EXPECT_EQ(error_for("\"\xFF\""), "'config.json' is not valid UTF-8 at byte 2");
  EXPECT_EQ(error_for("\"\xED\xA0\x80\""), "'config.json' is not valid UTF-8 at byte 3");
  EXPECT_EQ(error_for(R"("\ud800")"), "'config.json' is not valid JSON at byte 8");
  EXPECT_EQ(error_for(R"("\udc00")"), "'config.json' is not valid JSON at byte 7");
  EXPECT_EQ(error_for("\"a"), "'config.json' is not valid JSON at byte 3");
  EXPECT_EQ(error_for("// x\n1"), "'config.json' is not valid JSON at byte 1");
}

TEST(JsonTest, RefusesNumbersOutOfRange) {
  EXPECT_EQ(error_for("9223372036854775808"),
            "'config.json' holds '9223372036854775808', a whole number beyond 64 bits");
  EXPECT_EQ(error_for("-9223372036854775809"),
            "'config.json' holds '-9223372036854775809', a whole number beyond 64 bits");
  EXPECT_EQ(error_for(std::string(300, '1')), "'config.json' holds '" + std::string(200, '1') +
                                                  "...', a whole number beyond 64 bits");
  EXPECT_EQ(error_for("[1e999]"), "'config.json' holds a number beyond a double at byte 6");
  EXPECT_EQ(parse_json("1e-999").as_double(), 0.0);
}

TEST(JsonTest, RefusesKeysThatComeTwice) {
  EXPECT_EQ(error_for(R"({"a": {"b": 1, "c": 2, "b": 3}})"),
            "'config.json' holds the key 'b' twice in one object");
  EXPECT_EQ(error_for(R"({"a": 1, "\u0061": 2})"),
            "'config.json' holds the key 'a' twice in one object");
  EXPECT_EQ(parse_json(R"([{"a": 1}, {"a": 2}])").as_array().size(), 2U);
}

TEST(JsonTest, RefusesDeepNesting) {
  EXPECT_NO_THROW(parse_json(repeated(200, "[") + repeated(200, "]")));
  EXPECT_EQ(error_for(repeated(201, "[") + repeated(201, "]")),
            "'config.json' nests deeper than 200 levels");
  EXPECT_EQ(error_for(repeated(1'000'000, "[")), "'config.json' nests deeper than 200 levels");
  EXPECT_EQ(error_for(repeated(1'000'000, R"({"a":)")),
            "'config.json' nests deeper than 200 levels");
}

TEST(JsonTest, TakesTimeInProportionToTheText) {
  std::string text = "{\"x\": 0";
  for (int i = 0; i < 200'000; ++i) text += ", \"" + std::to_string(i) + "\": null";
  EXPECT_EQ(parse_json(text + "}").as_object().size(), 200'001U);
}

TEST(JsonTest, SurvivesAnyChangedByte) {
  const std::string sound =
      R"({"module": "keras", "config": {"layers": [{"a": NaN, "b": [1, 2.5, null]}], "x": true}})";
  Random random(7);
  for (int i = 0; i < 2000; ++i) {
    std::string text = sound;
    text[random.next() % text.size()] = static_cast<char>(random.next() % 256);
    try {
      parse_json(text);
    } catch (const IoError&) {
      // as it should
    }
  }
  for (std::size_t size = 0; size < sound.size(); ++size) {
    EXPECT_THROW(parse_json(sound.substr(0, size)), IoError) << size;
  }
}

}  // namespace
}  // namespace domino
