// Every layer class of Keras: what it does with masks, here and in Keras, and docs/layers.md, which
// tells it. With DOMINO_RENEW_PAGES set the page is written anew.

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "domino/graph/input_layer.h"
#include "domino/graph/registry.h"
#include "tests/layers/docs_page.h"
#include "tests/layers/layers_page.h"
#include "tests/layers/mask_facts.h"
#include "tests/layers/parity.h"
#include "tests/layers/recorded_lambda.h"

namespace domino::testing {
namespace {

using nlohmann::json;
using ::testing::HasSubstr;

bool in_domino(const std::string& class_name) {
  return class_name == InputLayer::kType ||
         std::ranges::any_of(builtin_layers(),
                             [&](const auto& row) { return row.type == class_name; });
}

Config described(const std::string& class_name, Config::Object config) {
  config.emplace_back("name", "x");
  return Config::object({{"module", "keras.layers"},
                         {"class_name", class_name},
                         {"config", Config::object(std::move(config))}});
}

class AllLayers : public ::testing::Test {
 protected:
  std::vector<std::string> names() const {
    std::vector<std::string> names;
    for (const json& row : classes_) names.push_back(row.at("class_name"));
    return names;
  }

  LayerRow row_of(const json& recorded) const {
    LayerRow row{.names = {recorded.at("class_name").get<std::string>()},
                 .family = recorded.at("family"),
                 .words = recorded.at("words"),
                 .in_domino = in_domino(recorded.at("class_name")),
                 .trials = {}};
    for (const json& alias : recorded.at("aliases")) row.names.push_back(alias);
    for (const json& trial : recorded.at("trials")) {
      row.trials.push_back({.when = trial.at("when"),
                            .keras = seen(row, trial, MaskRules::Keras),
                            .intended = seen(row, trial, MaskRules::Intended)});
    }
    return row;
  }

  /// What Domino does, or Keras if Domino lacks the class.
  MaskFacts seen(const LayerRow& row, const json& trial, MaskRules rules) const {
    return (row.in_domino ? observed_in_domino : observed_in_keras)(file_, trial, rules).facts;
  }

  const RecordedLambda lambda_;
  const ParityFile file_{"all_layers"};
  const json& classes_ = file_.index().at("classes");
};

TEST_F(AllLayers, AreThoseThatKerasExports) {
  const std::vector<std::string> all = names();
  EXPECT_EQ(std::set<std::string>(all.begin(), all.end()).size(), 143U);
  EXPECT_EQ(all.size(), 143U);
}

TEST_F(AllLayers, IncludeThoseOfDomino) {
  const std::vector<std::string> all = names();
  for (const LayerRegistration& row : builtin_layers()) {
    EXPECT_EQ(std::ranges::count(all, row.type), 1)
        << row.type << " is no class of keras.layers " << file_.index().at("keras_version");
  }
}

TEST_F(AllLayers, TreatMasksAsInKeras) {
  for (const json& recorded : classes_) {
    if (!in_domino(recorded.at("class_name"))) continue;
    for (const json& trial : recorded.at("trials")) {
      for (const MaskRules rules : {MaskRules::Keras, MaskRules::Intended}) {
        SCOPED_TRACE(fmt::format("{}, rules: {}", trial.at("layer").dump(), name_of(rules)));
        const Observation domino = observed_in_domino(file_, trial, rules);
        const Observation keras = observed_in_keras(file_, trial, rules);
        EXPECT_EQ(domino.facts, keras.facts);
        EXPECT_EQ(domino.mask, keras.mask);
      }
    }
  }
}

TEST_F(AllLayers, AreAllCalledIfDominoHasThem) {
  for (const json& recorded : classes_) {
    const std::string name = recorded.at("class_name");
    if (!in_domino(name) || name == InputLayer::kType) continue;
    EXPECT_FALSE(recorded.at("trials").empty())
        << "record how " << name << " is called: tests/parity/recording/all_layers";
  }
}

TEST_F(AllLayers, AreRefusedByNameIfDominoLacksThem) {
  for (const std::string& name : names()) {
    if (in_domino(name)) continue;
    const Config model = described("Sequential", {{"layers", Config::Array{described(name, {})}}});
    EXPECT_THAT(error_of([&] { return deserialize_layer(described(name, {})); }),
                HasSubstr(name + ": "));
    EXPECT_THAT(error_of([&] { return deserialize_layer(model); }), HasSubstr(name + ": "));
  }
}

TEST_F(AllLayers, HaveAPageThatTellsWhatTheyDo) {
  std::vector<LayerRow> rows;
  for (const json& recorded : classes_) rows.push_back(row_of(recorded));
  expect_page("layers.md", layers_page(rows));
}

}  // namespace
}  // namespace domino::testing
