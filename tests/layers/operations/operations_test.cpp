// The functions of keras.ops as vertices of a graph, compared with what Keras computed.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "domino/backends/backend.h"
#include "domino/backends/ops.h"
#include "domino/core/error.h"
#include "domino/graph/model.h"
#include "domino/graph/registry.h"
#include "domino/layers.h"
#include "tests/layers/parity_file.h"

namespace domino {
namespace {

using domino::testing::config_of;
using domino::testing::ParityFile;
using ::testing::HasSubstr;

Config serialized(const nlohmann::json& recorded) {
  return Config::object({{"module", recorded["module"].get<std::string>()},
                         {"class_name", recorded["class_name"].get<std::string>()},
                         {"config", config_of(recorded["config"])}});
}

Operation operation(const nlohmann::json& recorded) {
  return dynamic_cast<const Operation&>(*deserialize_layer(serialized(recorded)));
}

Config options_of(const nlohmann::json& recorded) {
  return Config::object(
      {{"args", config_of(recorded["args"])}, {"kwargs", config_of(recorded["kwargs"])}});
}

Tensors inputs_of(const nlohmann::json& recorded, const ParityFile& file) {
  Tensors inputs;
  for (const auto& name : recorded["inputs"]) inputs.push_back(file.tensor(name));
  return inputs;
}

void expect_equal(const Tensor& actual, const Tensor& expected) {
  ASSERT_EQ(actual.dtype(), expected.dtype());
  ASSERT_EQ(actual.shape(), expected.shape());
  const Tensor a = ops::cast(actual, DType::Float64);
  const Tensor e = ops::cast(expected, DType::Float64);
  for (std::size_t i = 0; i < a.data<double>().size(); ++i) {
    const double want = e.data<double>()[i];
    if (std::isnan(want) && std::isnan(a.data<double>()[i])) continue;
    ASSERT_NEAR(a.data<double>()[i], want, 1e-5 + 1e-5 * std::abs(want)) << "at " << i;
  }
}

TEST(Operations, MatchKeras) {
  const ParityFile file("operations");
  for (const std::string_view device : available_backends()) {
    const Backend& to = backend(device);
    for (const auto& recorded : file.index()["cases"]) {
      SCOPED_TRACE(recorded["name"].get<std::string>() + " on " + std::string(device));
      Tensors outputs;
      {
        const BackendScope scope(to);
        Tensors inputs;
        for (const Tensor& input : inputs_of(recorded, file)) inputs.push_back(to.upload(input));
        for (const Tensor& y : operation(recorded)(inputs, options_of(recorded))) {
          outputs.push_back(to.download(y));
        }
      }
      ASSERT_EQ(outputs.size(), recorded["outputs"].size());
      for (std::size_t i = 0; i < outputs.size(); ++i) {
        expect_equal(outputs[i], file.tensor(recorded["outputs"][i]));
      }
    }
  }
}

TEST(Operations, KnowTheirShapesWithoutNumbers) {
  const ParityFile file("operations");
  for (const auto& recorded : file.index()["cases"]) {
    SCOPED_TRACE(recorded["name"].get<std::string>());
    SymbolicTensors inputs;
    for (const Tensor& x : inputs_of(recorded, file)) {
      if (x.rank() == 0) break;
      inputs.push_back(
          Input({.shape = x.shape().without(0), .dtype = x.dtype(), .batch_size = x.size(0)}));
    }
    if (inputs.size() != recorded["inputs"].size()) continue;
    const SymbolicTensors outputs = operation(recorded)(inputs, options_of(recorded));
    ASSERT_EQ(outputs.size(), recorded["outputs"].size());
    for (std::size_t i = 0; i < outputs.size(); ++i) {
      EXPECT_EQ(outputs[i].shape(), file.tensor(recorded["outputs"][i]).shape());
      EXPECT_EQ(outputs[i].dtype(), file.tensor(recorded["outputs"][i]).dtype());
    }
  }
}

TEST(Operations, ComeBackFromTheirConfig) {
  const ParityFile file("operations");
  for (const auto& recorded : file.index()["cases"]) {
    const LayerHandle layer = deserialize_layer(serialized(recorded));
    EXPECT_EQ(serialize_layer(*layer),
              serialize_layer(*deserialize_layer(serialize_layer(*layer))));
    EXPECT_EQ(layer->name(), recorded["config"]["name"].get<std::string>());
  }
}

/// `ids != 0`, as Keras writes the mask of an Embedding into a graph.
SymbolicTensor not_zero(const SymbolicTensor& ids) {
  const LayerHandle layer =
      deserialize_layer(Config::object({{"module", "keras.src.ops.numpy"},
                                        {"class_name", "NotEqual"},
                                        {"config", Config::object({{"name", "not_equal"}})}}));
  const Config options = Config::object({{"args", Config::Array{Operation::argument_place(0), 0}}});
  return dynamic_cast<const Operation&>(*layer)(SymbolicTensors{ids}, options)[0];
}

TEST(Operations, AMaskMadeByOneIsTheMaskOfTheLayerThatMakesTheSame) {
  const SymbolicTensor ids = Input({.shape = {kAny}, .dtype = DType::Int32, .name = "ids"});
  const SymbolicTensor x = layers::Embedding(9, 2, {.mask_zero = true})(ids);
  const SymbolicTensor y = layers::LSTM(3)(x, {.mask = not_zero(ids)});
  for (const MaskRules rules : {MaskRules::Intended, MaskRules::Keras}) {
    const Model model(ids, y, {.rules = rules});
    EXPECT_EQ(model.plan().masks.size(), 1);
    EXPECT_THAT(model.report(), HasSubstr("Embedding 'embedding': -> made"));
    EXPECT_EQ(model.layers().size(), 3);
    const Model plain(ids, layers::LSTM(3)(x));
    EXPECT_EQ(plain.layers().size(), 3);
  }
}

TEST(Operations, OnesThatAreNotThereAreRefusedByName) {
  const Config unknown = Config::object({{"module", "keras.src.ops.numpy"},
                                         {"class_name", "Sinc"},
                                         {"config", Config::object({{"name", "sinc"}})}});
  try {
    static_cast<void>(deserialize_layer(unknown));
    FAIL() << "Sinc is accepted";
  } catch (const BuildError& error) {
    EXPECT_THAT(error.what(), HasSubstr("the function keras.src.ops.numpy.Sinc is not among"));
  }
}

}  // namespace
}  // namespace domino
