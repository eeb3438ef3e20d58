// Configurations as Keras writes them (tests/parity/recording/configs.py), through deserialize_layer.

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <vector>

#include "domino/graph/registry.h"
#include "domino/graph/warnings.h"
#include "domino/layers.h"
#include "tests/layers/parity.h"
#include "tests/layers/parity_file.h"

namespace domino::testing {
namespace {

using nlohmann::json;
using ::testing::HasSubstr;

json recorded_configs() {
  std::ifstream file(std::filesystem::path(DOMINO_TESTS_DIR) / "parity/data/configs.json");
  return json::parse(file).at("layers");
}

/// Keys that Domino may leave out: they say nothing at inference, or where Python finds the class.
bool may_be_missing(const std::string& key) {
  static const std::set<std::string> kKeys = {
      "trainable",       "dtype",        "quantization_config",
      "lora_rank",       "lora_alpha",   "module",
      "registered_name", "build_config", "sparse",
      "ragged",          "optional",     "activity_regularizer"};
  return kKeys.contains(key) || key.ends_with("_regularizer") || key.ends_with("_constraint");
}

/// Expects `got` to say what `want` does, at any depth.
void compare(const json& got, const json& want, const std::string& where) {
  if (got.is_array() && want.is_array() && got.size() == want.size()) {
    for (std::size_t i = 0; i < got.size(); ++i) compare(got[i], want[i], where);
    return;
  }
  if (!got.is_object() || !want.is_object()) {
    EXPECT_EQ(got, want) << where;
    return;
  }
  for (const auto& [key, value] : got.items()) {
    ASSERT_TRUE(want.contains(key)) << where << ": Keras writes no '" << key << "'";
    compare(value, want.at(key), fmt::format("{} {}", where, key));
  }
  for (const auto& [key, value] : want.items()) {
    EXPECT_TRUE(got.contains(key) || may_be_missing(key)) << where << ": no '" << key << "'";
  }
}

/// The warnings of `action`.
template <class Action>
std::vector<std::string> warnings_of(Action action) {
  std::vector<std::string> texts;
  const WarningSink before =
      set_warning_sink([&](const std::string& text) { texts.push_back(text); });
  action();
  set_warning_sink(before);
  return texts;
}

Config dense_with(const std::string& key, const Config& value) {
  return Config::object(
      {{"class_name", "Dense"},
       {"config", Config::object({{"name", "dense"}, {"units", 3}, {key, value}})}});
}

TEST(LayerConfig, ComesBackAsKerasWroteIt) {
  for (const json& recorded : recorded_configs()) {
    SCOPED_TRACE(recorded.dump());
    const auto warnings = warnings_of([&] {
      const LayerHandle layer = make_layer(recorded);
      EXPECT_EQ(layer->type(), recorded.at("class_name").get<std::string>());
      compare(json::parse(layer->config().to_json()), recorded.at("config"),
              std::string(layer->type()));
    });
    EXPECT_TRUE(warnings.empty());
  }
}

TEST(LayerConfig, IsRecordedForEveryLayer) {
  std::set<std::string> recorded;
  for (const json& row : recorded_configs()) recorded.insert(row.at("class_name"));
  for (const LayerRegistration& row : builtin_layers()) {
    // What a Lambda holds cannot be read.
    EXPECT_TRUE(recorded.contains(row.type) || row.type == "Lambda") << row.type;
  }
}

TEST(LayerConfig, SaysOfAnotherPrecisionThatItIsNotUsed) {
  const Config mixed = Config::object({{"module", "keras"},
                                       {"class_name", "DTypePolicy"},
                                       {"config", Config::object({{"name", "mixed_float16"}})},
                                       {"registered_name", Config()}});
  const auto warned = [](const Config& dtype) {
    return warnings_of([&] { deserialize_layer(dense_with("dtype", dtype)); });
  };
  const auto note = [](const std::string& dtype) {
    return std::vector{"Dense 'dense' has dtype " + dtype + " and is computed in float32"};
  };
  for (const char* dtype : {"float16", "bfloat16", "float64", "mixed_bfloat16"}) {
    EXPECT_EQ(warned(dtype), note(dtype));
  }
  EXPECT_EQ(warned(mixed), note("mixed_float16"));
  for (const Config& dtype : {Config("float32"), Config(), Config("int32")}) {
    EXPECT_TRUE(warned(dtype).empty());
  }
}

TEST(LayerConfig, SaysSoOnceForAWrapperAndItsLayer) {
  const Config wrapper =
      Config::object({{"class_name", "TimeDistributed"},
                      {"config", Config::object({{"name", "each"},
                                                 {"dtype", "float16"},
                                                 {"layer", dense_with("dtype", "float16")}})}});
  EXPECT_EQ(warnings_of([&] { deserialize_layer(wrapper); }),
            (std::vector<std::string>{
                "TimeDistributed 'each' has dtype float16 and is computed in float32"}));
}

TEST(LayerConfig, LeavesTheTypeOfAnInputAlone) {
  const Config config =
      Config::object({{"name", "x"}, {"batch_shape", Config::Array{{}, 3}}, {"dtype", "float16"}});
  const auto warnings = warnings_of([&] {
    const LayerHandle layer =
        deserialize_layer(Config::object({{"class_name", "InputLayer"}, {"config", config}}));
    EXPECT_EQ(layer->config().at("dtype").as_string(), "float16");
  });
  EXPECT_TRUE(warnings.empty());
}

TEST(LayerConfig, RefusesTheBaseOfWrappers) {
  const Config wrapper = Config::object(
      {{"class_name", "Wrapper"},
       {"config", Config::object({{"name", "w"}, {"layer", dense_with("dtype", "float32")}})}});
  EXPECT_EQ(error_of([&] { return deserialize_layer(wrapper); }),
            "Wrapper: the base of wrappers computes nothing itself; give a wrapper, such as "
            "TimeDistributed or Bidirectional");
}

TEST(LayerConfig, ReadsAnActivationThatIsALayer) {
  const Config leaky = Config::object(
      {{"class_name", "LeakyReLU"}, {"config", Config::object({{"negative_slope", 0.1}})}});
  const LayerHandle layer = deserialize_layer(dense_with("activation", leaky));
  const Config config = layer->config();
  const Config& inner = config.at("activation");
  EXPECT_EQ(inner.at("class_name").as_string(), "LeakyReLU");
  EXPECT_EQ(inner.at("config").at("negative_slope").as_double(), 0.1);
  const Config unknown = Config::object({{"class_name", "Sine"}, {"config", Config::object()}});
  EXPECT_THAT(error_of([&] { return deserialize_layer(dense_with("activation", unknown)); }),
              HasSubstr("Dense: 'activation': Sine: no layer class is called 'Sine'"));
  const LayerHandle plain = deserialize_layer(dense_with("activation", Config()));
  EXPECT_EQ(plain->config().at("activation").as_string(), "linear");
}

}  // namespace
}  // namespace domino::testing
