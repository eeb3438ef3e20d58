// `predict` with products of rounded operands: on "cuda" they change the last digits, elsewhere they are refused.

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <string>

#include "domino/core/error.h"
#include "domino/graph/call_observer.h"
#include "domino/graph/model.h"
#include "domino/layers.h"
#include "tests/error_of.h"
#include "tests/integration/devices.h"
#include "tests/quiet.h"

namespace domino {
namespace {

class PredictProducts : public ::testing::TestWithParam<std::string> {
 protected:
  Tensor predict(Products products) const {
    return model_.predict({{3, 1, 4, 1, 5}, {9, 2, 6}, {7}},
                          {.device = GetParam(), .products = products});
  }

 private:
  static Model encoder() {
    const auto in = Input({.shape = {kAny}, .dtype = DType::Int32});
    auto x = layers::Embedding(10, 16, {.mask_zero = true})(in);
    x = layers::Add()({x, layers::MultiHeadAttention(2, 8)({.query = x, .value = x})});
    x = layers::Bidirectional(layers::GRU(16, {.return_sequences = true}))(x);
    x = layers::LSTM(16)(x);
    return {in, layers::Dense(5, {.activation = "softmax"})(x)};
  }

  const testing::Quiet quiet_;
  const Model model_ = encoder();
};

double largest_difference(const Tensor& a, const Tensor& b) {
  const auto x = a.data<float>();
  const auto y = b.data<float>();
  double largest = 0;
  for (std::size_t i = 0; i < x.size(); ++i) {
    largest = std::max(largest, std::abs(static_cast<double>(x[i]) - static_cast<double>(y[i])));
  }
  return largest;
}

TEST_P(PredictProducts, AreRoundedOnCudaAlone) {
  const Tensor exact = predict(Products::Float32);
  for (const Products products : {Products::TF32, Products::Float16, Products::BFloat16}) {
    const std::string name(name_of(products));
    if (GetParam() == "cuda") {
      const double difference = largest_difference(predict(products), exact);
      EXPECT_LT(difference, 0.02) << name;
      // cuBLASLt may multiply what is small without TF32.
      EXPECT_GE(difference, products == Products::TF32 ? 0 : 1e-6) << name;
      continue;
    }
    int calls = 0;
    const CallObserver count([&](const Dag&, int, const Tensors&) { ++calls; });
    EXPECT_EQ(
        testing::error_of<DeviceError>([&] { predict(products); }),
        "'onednn' multiplies in float32 alone; products in " + name + " are computed on 'cuda'");
    EXPECT_EQ(calls, 0);
  }
}

INSTANTIATE_TEST_SUITE_P(, PredictProducts, ::testing::ValuesIn(testing::devices()),
                         [](const auto& info) { return info.param; });

}  // namespace
}  // namespace domino
