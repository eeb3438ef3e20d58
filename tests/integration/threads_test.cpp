// `predict` is const: many threads may use one model at a time.
#include <gtest/gtest.h>

#include <atomic>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "domino/core/random.h"
#include "domino/graph/model.h"
#include "domino/layers.h"

namespace domino {
namespace {

Model small_model() {
  const auto tokens = Input({.shape = {kAny}, .dtype = DType::Int32});
  auto x = layers::Embedding(40, 8, {.mask_zero = true})(tokens);
  x = layers::Bidirectional(layers::LSTM(8, {.return_sequences = true}))(x);
  x = layers::GRU(8)(x);
  return Model(tokens, layers::Dense(3, {.activation = "softmax"})(x));
}

/// Ids of another shape each time, about a third of them padding.
std::vector<Tensor> mixed_inputs(int count) {
  Random random(3);
  std::vector<Tensor> inputs;
  for (int i = 0; i < count; ++i) {
    const Shape shape{static_cast<std::int64_t>(random.uniform(1, 6)),
                      static_cast<std::int64_t>(random.uniform(1, 14))};
    std::vector<std::int32_t> ids(static_cast<std::size_t>(shape.elements()));
    for (std::int32_t& id : ids) {
      id = random.uniform() < 0.3 ? 0 : static_cast<std::int32_t>(random.uniform(1, 40));
    }
    inputs.emplace_back(shape, ids);
  }
  return inputs;
}

TEST(ThreadsTest, ManyThreadsGetTheBitsOfOne) {
  constexpr int kThreads = 8;
  constexpr int kPredictions = 1000;
  set_random_seed(5);
  const Model model = small_model();
  const std::vector<Tensor> inputs = mixed_inputs(61);
  // Two threads inside a call too, now and then.
  const auto predict = [&](std::size_t i) {
    return model.predict(inputs[i], {.batch_size = 4, .threads = i % 5 == 0 ? 2 : 1});
  };
  std::vector<Tensor> expected;
  for (std::size_t i = 0; i < inputs.size(); ++i) expected.push_back(predict(i));

  std::atomic<int> wrong = 0;
  std::mutex mutex;
  std::string error;
  {
    std::vector<std::jthread> threads;
    for (int thread = 0; thread < kThreads; ++thread) {
      threads.emplace_back([&, thread] {
        try {
          for (int n = 0; n < kPredictions; ++n) {
            const std::size_t i = static_cast<std::size_t>(n * 7 + thread * 11) % inputs.size();
            if (!equal(predict(i), expected[i])) ++wrong;
          }
        } catch (const std::exception& caught) {
          const std::lock_guard lock(mutex);
          error = caught.what();
        }
      });
    }
  }
  EXPECT_EQ(error, "");
  EXPECT_EQ(wrong, 0) << "of " << kThreads * kPredictions;
}

/// The first calls meet empty caches, of primitives, packed weights and mask plans.
TEST(ThreadsTest, TheFirstCallsMayComeTogether) {
  const std::vector<Tensor> inputs = mixed_inputs(1);
  for (int round = 0; round < 20; ++round) {
    set_random_seed(5);
    const Model model = small_model();
    std::vector<Tensor> results(8);
    {
      std::vector<std::jthread> threads;
      for (Tensor& result : results) {
        threads.emplace_back([&] { result = model.predict(inputs[0], {.threads = 1}); });
      }
    }
    for (const Tensor& result : results) EXPECT_TRUE(equal(result, results[0]));
  }
}

}  // namespace
}  // namespace domino
