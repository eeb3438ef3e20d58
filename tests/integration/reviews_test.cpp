// The model of samples/reviews, with weights that Keras trained.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>
#include <map>
#include <string>

#include "domino/backends/backend.h"
#include "domino/graph/model.h"
#include "domino/io/load_weights.h"
#include "domino/io/safetensors.h"
#include "domino/layers.h"

namespace domino {
namespace {

using ::testing::ElementsAre;
using ::testing::Pair;

std::filesystem::path sample_file(const std::string& name) {
  return std::filesystem::path(DOMINO_TESTS_DIR).parent_path() / "samples/reviews" / name;
}

class ReviewsModelTest : public ::testing::Test {
 protected:
  static Model trained_model() {
    const auto tokens = Input({.shape = {kAny}, .dtype = DType::Int32, .name = "tokens"});
    auto x = layers::Embedding(10000, 32, {.mask_zero = true})(tokens);
    x = layers::Bidirectional(layers::LSTM(32))(x);
    const auto probability = layers::Dense(1, {.activation = "sigmoid"})(x);
    Model model(tokens, probability, {.name = "reviews"});
    load_weights(model, sample_file("reviews.safetensors"));
    return model;
  }

  static Tensor keras(const std::string& name) {
    for (const NamedTensor& tensor : read_safetensors(sample_file("predictions.safetensors"))) {
      if (tensor.name == name) return tensor.value;
    }
    throw IoError("no " + name);
  }

  const Model model_ = trained_model();
  const Tensor tokens_ = keras("tokens");
};

TEST_F(ReviewsModelTest, GivesTheNumbersOfKerasOnEveryBackend) {
  const Tensor expected = keras("probabilities");
  for (const std::string_view device : available_backends()) {
    const Tensor answers =
        model_.predict(tokens_, {.batch_size = 64, .device = std::string(device)});
    ASSERT_EQ(answers.shape(), expected.shape());
    for (std::size_t i = 0; i < answers.data<float>().size(); ++i) {
      ASSERT_NEAR(answers.data<float>()[i], expected.data<float>()[i], 1e-5) << device << i;
    }
  }
}

TEST_F(ReviewsModelTest, AlsoWithHolesAndPaddingInFront) {
  const Tensor expected = keras("probabilities");
  const std::int64_t steps = tokens_.size(1);
  const auto tokens = tokens_.data<std::int32_t>();
  std::vector<std::int32_t> spread;  // padding before, between and behind the tokens
  for (const std::int32_t token : tokens.first(static_cast<std::size_t>(100 * steps))) {
    spread.insert(spread.end(), {0, token});
  }
  const Tensor answers = model_.predict(Tensor({100, 2 * steps}, spread));
  for (std::size_t i = 0; i < 100; ++i) {
    ASSERT_NEAR(answers.data<float>()[i], expected.data<float>()[i], 1e-5) << i;
  }
}

TEST_F(ReviewsModelTest, RunsOnOnednnWithoutAnyReferenceKernel) {
  std::map<std::string, std::map<std::string, int>> heard;  // owner, op, calls
  {
    const OpObserver observer([&](const op::Operation& operation, std::string_view owner, auto) {
      ++heard[std::string(owner)][std::string(op::name_of(operation))];
    });
    model_.predict(tokens_, {.device = "onednn"});
  }
  EXPECT_FALSE(heard.empty());
  for (const auto& [owner, ops] : heard) {
    if (owner == "onednn") continue;
    for (const auto& [name, calls] : ops) ADD_FAILURE() << owner << " ran " << name << ' ' << calls;
  }
}

}  // namespace
}  // namespace domino
