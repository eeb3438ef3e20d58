#include <gtest/gtest.h>

#include <thread>
#include <vector>

#include "domino/core/random.h"
#include "domino/graph/model.h"
#include "domino/layers.h"
#include "tests/backends/values.h"

namespace domino::conformance {
namespace {

Model tagger() {
  set_random_seed(5);
  const auto tokens = Input({.shape = {kAny}, .dtype = DType::Int32});
  auto x = layers::Embedding(40, 8, {.mask_zero = true})(tokens);
  x = layers::Bidirectional(layers::LSTM(8, {.return_sequences = true}))(x);
  x = layers::GRU(8, {.return_sequences = true})(x);
  return Model(tokens, layers::Dense(3, {.activation = "softmax"})(x));
}

/// Ids of another shape each time, about a third of them padding.
std::vector<Tensor> padded_ids(int count) {
  Random random(3);
  std::vector<Tensor> inputs;
  for (int i = 0; i < count; ++i) {
    const Shape shape{static_cast<std::int64_t>(random.uniform(1, 20)),
                      static_cast<std::int64_t>(random.uniform(1, 90))};
    std::vector<std::int32_t> ids(static_cast<std::size_t>(shape.elements()));
    for (std::int32_t& id : ids) {
      id = random.uniform() < 0.3 ? 0 : static_cast<std::int32_t>(random.uniform(1, 40));
    }
    inputs.emplace_back(shape, ids);
  }
  return inputs;
}

TEST(CudaPredict, AgreesWithTheCpuWhateverTheShape) {
  const Model model = tagger();
  for (const Tensor& x : padded_ids(24)) {
    EXPECT_TRUE(is(model.predict(x, {.device = "cuda"}), model.predict(x), 1e-5)) << x.shape();
  }
}

TEST(CudaPredict, ThreadsAtOnceGetWhatOneGets) {
  const Model model = tagger();
  const std::vector<Tensor> inputs = padded_ids(32);
  const auto predict = [&](const Tensor& x) { return model.predict(x, {.device = "cuda"}); };
  std::vector<Tensor> found(inputs.size());
  {
    constexpr std::size_t kThreads = 4;
    std::vector<std::jthread> threads;
    for (std::size_t thread = 0; thread < kThreads; ++thread) {
      threads.emplace_back([&, thread] {
        for (std::size_t i = thread; i < inputs.size(); i += kThreads) {
          found[i] = predict(inputs[i]);
        }
      });
    }
  }
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    EXPECT_TRUE(is(found[i], predict(inputs[i]))) << i;
  }
}

}  // namespace
}  // namespace domino::conformance
