#include "domino/core/config.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>

#include "domino/core/error.h"

namespace domino {
namespace {

using ::testing::ElementsAre;
using ::testing::ThrowsMessage;

std::string json(const Config& config) { return config.to_json(); }

TEST(ConfigTest, WritesJson) {
  EXPECT_EQ(json({}), "null");
  EXPECT_EQ(json(true), "true");
  EXPECT_EQ(json(false), "false");
  EXPECT_EQ(json(-7), "-7");
  EXPECT_EQ(json(std::int64_t{1} << 62), "4611686018427387904");
  EXPECT_EQ(json("text"), "\"text\"");
  EXPECT_EQ(json(Config::Array{}), "[]");
  EXPECT_EQ(json(Config::Array{1, "a", {}}), "[1, \"a\", null]");
  EXPECT_EQ(json(Config::object()), "{}");
  EXPECT_EQ(json(Config::object({{"b", 1}, {"a", Config::object({{"c", true}})}})),
            "{\"b\": 1, \"a\": {\"c\": true}}");
}

TEST(ConfigTest, DoublesStayDoublesInJson) {
  EXPECT_EQ(json(0.5), "0.5");
  EXPECT_EQ(json(1.0), "1.0");
  EXPECT_EQ(json(-0.0), "-0.0");
  EXPECT_EQ(json(0.1), "0.1");
  EXPECT_EQ(json(1e300), "1e+300");
  EXPECT_EQ(json(std::numeric_limits<double>::quiet_NaN()), "NaN");
  EXPECT_EQ(json(std::numeric_limits<double>::infinity()), "Infinity");
  EXPECT_EQ(json(-std::numeric_limits<double>::infinity()), "-Infinity");
}

TEST(ConfigTest, EscapesStringsInJson) {
  EXPECT_EQ(json("a\"b\\c\nd"), R"("a\"b\\c\nd")");
  EXPECT_EQ(json(std::string("\t\0", 2)), R"("\u0009\u0000")");
  EXPECT_EQ(json("caf\u00e9"), "\"caf\u00e9\"");
  EXPECT_EQ(json(Config::object({{"a\"b", 1}})), R"({"a\"b": 1})");
}

TEST(ConfigTest, GivesValuesBack) {
  EXPECT_TRUE(Config().is_null());
  EXPECT_TRUE(Config(true).as_bool());
  EXPECT_EQ(Config(3).as_int(), 3);
  EXPECT_EQ(Config(3.0).as_int(), 3);
  EXPECT_EQ(Config(3).as_double(), 3.0);
  EXPECT_EQ(Config(0.5).as_double(), 0.5);
  EXPECT_EQ(Config(0.5F).as_double(), 0.5);
  EXPECT_EQ(Config("a").as_string(), "a");
  EXPECT_EQ(Config(Config::Array{1, 2}).as_array().size(), 2U);
  EXPECT_EQ(Config::object({{"a", 1}}).as_object().front().first, "a");
}

TEST(ConfigTest, KnowsItsKind) {
  EXPECT_TRUE(Config(1).is_int());
  EXPECT_TRUE(Config(1).is_number());
  EXPECT_FALSE(Config(1.0).is_int());
  EXPECT_TRUE(Config(1.0).is_number());
  EXPECT_FALSE(Config(true).is_int());
  EXPECT_FALSE(Config(true).is_number());
  EXPECT_TRUE(Config("a").is_string());
  EXPECT_TRUE(Config(Config::Array()).is_array());
  EXPECT_TRUE(Config::object().is_object());
}

TEST(ConfigTest, RefusesAnotherKind) {
  EXPECT_THAT([] { Config(1).as_bool(); },
              ThrowsMessage<ValueError>("expected true or false, got 1"));
  EXPECT_THAT([] { Config(true).as_int(); },
              ThrowsMessage<ValueError>("expected an integer, got true"));
  EXPECT_THAT([] { Config(1.5).as_int(); },
              ThrowsMessage<ValueError>("expected an integer, got 1.5"));
  EXPECT_THAT([] { Config(1e19).as_int(); },
              ThrowsMessage<ValueError>("expected an integer, got 1e+19"));
  EXPECT_THAT([] { Config("1").as_double(); },
              ThrowsMessage<ValueError>("expected a number, got \"1\""));
  EXPECT_THAT([] { Config().as_string(); },
              ThrowsMessage<ValueError>("expected a string, got null"));
  EXPECT_THAT([] { Config(2).as_array(); }, ThrowsMessage<ValueError>("expected an array, got 2"));
  EXPECT_THAT([] { Config(Config::Array{1}).as_object(); },
              ThrowsMessage<ValueError>("expected an object, got [1]"));
}

TEST(ConfigTest, CutsLongValuesInErrors) {
  EXPECT_THAT(
      [] { Config(std::string(200, 'x')).as_int(); },
      ThrowsMessage<ValueError>("expected an integer, got \"" + std::string(76, 'x') + "..."));
}

TEST(ConfigTest, FindsMembers) {
  const Config config = Config::object({{"a", 1}, {"b", {}}});
  ASSERT_NE(config.find("a"), nullptr);
  EXPECT_EQ(config.find("a")->as_int(), 1);
  EXPECT_TRUE(config.at("b").is_null());
  EXPECT_EQ(config.find("c"), nullptr);
  EXPECT_THAT([&] { config.at("c"); },
              ThrowsMessage<ValueError>("expected a member 'c', got none"));
  EXPECT_THAT([] { Config(1).find("a"); }, ThrowsMessage<ValueError>("expected an object, got 1"));
}

TEST(ConfigTest, SetsMembersInOrder) {
  Config config;
  config.set("z", 1);
  config.set("a", 2);
  config.set("z", 3);
  EXPECT_EQ(json(config), "{\"z\": 3, \"a\": 2}");
  Config number = 1;
  EXPECT_THAT([&] { number.set("a", 1); }, ThrowsMessage<ValueError>("expected an object, got 1"));
}

TEST(ConfigTest, ComparesValues) {
  EXPECT_EQ(Config::object({{"a", Config::Array{1, 2}}}),
            Config::object({{"a", Config::Array{1, 2}}}));
  EXPECT_FALSE(Config(1) == Config(1.0));
  EXPECT_FALSE(Config(1) == Config(true));
}

/// A type with a form of its own in a Config, as an initializer has.
struct Named {
  std::string name = "zeros";
  Config to_config() const { return Config::object({{"class_name", name}}); }
  static Named from_config(const Config& config) { return {config.at("class_name").as_string()}; }
};

struct EveryOption {
  bool use_bias = true;
  int units = 0;
  std::int64_t seed = 0;
  double rate = 0.5;
  std::string padding = "valid";
  std::vector<std::int64_t> strides = {1};
  std::optional<double> value;
  std::optional<Named> maybe;
  Named initializer;
  Config extra;

  void fields(Fields& f) {
    f("use_bias", use_bias);
    f("units", units);
    f("seed", seed);
    f("rate", rate);
    f("padding", padding);
    f("strides", strides);
    f("value", value);
    f("maybe", maybe);
    f("initializer", initializer);
    f("extra", extra);
  }
};

EveryOption read_options(const Config& config) {
  EveryOption options;
  Fields fields(config);
  options.fields(fields);
  return options;
}

Config written(EveryOption options) {
  Config config;
  Fields fields(&config);
  options.fields(fields);
  return config;
}

TEST(FieldsTest, WritesEveryField) {
  EXPECT_EQ(json(written({})),
            "{\"use_bias\": true, \"units\": 0, \"seed\": 0, \"rate\": 0.5, "
            "\"padding\": \"valid\", \"strides\": [1], \"value\": null, \"maybe\": null, "
            "\"initializer\": {\"class_name\": \"zeros\"}, \"extra\": null}");
}

TEST(FieldsTest, ReadsWhatItWrote) {
  const Config config = Config::object({{"use_bias", false},
                                        {"units", 7},
                                        {"seed", std::int64_t{1} << 40},
                                        {"rate", 0.25},
                                        {"padding", "same"},
                                        {"strides", Config::Array{2, 3}},
                                        {"value", -1.5},
                                        {"maybe", Config::object({{"class_name", "ones"}})},
                                        {"initializer", Config::object({{"class_name", "eye"}})},
                                        {"extra", Config::Array{1, "a"}}});
  EXPECT_EQ(written(read_options(config)), config);
}

TEST(FieldsTest, AbsentKeysLeaveFieldsAlone) {
  const EveryOption options = read_options(Config::object({{"unknown", 1}}));
  EXPECT_EQ(written(options), written({}));
}

TEST(FieldsTest, NullTakesAnOptionalAway) {
  EveryOption options;
  options.value = 3;
  options.maybe = Named{"ones"};
  const Config config = Config::object({{"value", {}}});
  Fields fields(config);
  options.fields(fields);
  EXPECT_FALSE(options.value.has_value());
  ASSERT_TRUE(options.maybe.has_value());
  EXPECT_EQ(options.maybe->name, "ones");
}

TEST(FieldsTest, TakesKerasWaysToWriteNumbers) {
  EXPECT_EQ(read_options(Config::object({{"units", 4.0}})).units, 4);
  EXPECT_EQ(read_options(Config::object({{"rate", 1}})).rate, 1.0);
  EXPECT_THAT(read_options(Config::object({{"strides", 3}})).strides, ElementsAre(3));
  EXPECT_THAT(read_options(Config::object({{"strides", Config::Array{{}, 3}}})).strides,
              ElementsAre(-1, 3));
}

TEST(FieldsTest, ErrorsNameTheKey) {
  const auto error = [](Config config, const char* text) {
    EXPECT_THAT([&] { read_options(config); }, ThrowsMessage<ValueError>(text));
  };
  error(Config::object({{"use_bias", 1}}), "'use_bias': expected true or false, got 1");
  error(Config::object({{"units", "x"}}), "'units': expected an integer, got \"x\"");
  error(Config::object({{"units", std::int64_t{1} << 40}}),
        "'units': 1099511627776 does not fit in 32 bits");
  error(Config::object({{"seed", {}}}), "'seed': expected an integer, got null");
  error(Config::object({{"rate", true}}), "'rate': expected a number, got true");
  error(Config::object({{"padding", 0}}), "'padding': expected a string, got 0");
  error(Config::object({{"strides", "1"}}), "'strides': expected an array, got \"1\"");
  error(Config::object({{"strides", Config::Array{1.5}}}),
        "'strides': expected an integer, got 1.5");
  error(Config::object({{"value", "x"}}), "'value': expected a number, got \"x\"");
  error(Config::object({{"initializer", 3}}), "'initializer': expected an object, got 3");
  error(Config::object({{"maybe", Config::object()}}),
        "'maybe': expected a member 'class_name', got none");
  error(Config(3), "expected an object, got 3");
}

}  // namespace
}  // namespace domino
