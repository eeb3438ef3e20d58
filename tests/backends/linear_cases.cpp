#include <limits>

#include "tests/backends/conformance.h"

namespace domino::conformance {
namespace {

struct Product {
  Shape a;  // (..., m, k)
  Shape b;  // (..., k, n)
};

const std::vector<Product> kProducts = {{{1, 1}, {1, 1}},
                                        {{3, 5}, {5, 7}},
                                        {{1, 9}, {9, 1}},
                                        {{17, 33}, {33, 65}},
                                        {{2, 300}, {300, 3}},
                                        {{2, 0}, {0, 3}},
                                        {{0, 3}, {3, 2}},
                                        {{4, 3}, {3, 0}},
                                        {{2, 3, 5}, {2, 5, 7}},
                                        {{2, 3, 5}, {5, 7}},
                                        {{3, 5}, {4, 5, 7}},
                                        {{2, 1, 3, 5}, {4, 5, 2}},
                                        {{2, 3, 4, 17}, {2, 3, 17, 9}},
                                        {{0, 3, 5}, {5, 2}}};

Shape swapped(const Shape& shape) { return shape.with(-1, shape[-2]).with(-2, shape[-1]); }

struct DenseSize {
  Shape x;
  std::int64_t out;
};

const std::vector<DenseSize> kDenseSizes = {{{5}, 3},         {{1, 1}, 1},    {{3, 5}, 7},
                                            {{2, 3, 33}, 17}, {{7, 130}, 65}, {{2, 2, 3, 9}, 4},
                                            {{0, 5}, 3},      {{2, 0}, 3},    {{33, 64}, 64}};

struct Row {
  Shape shape;
  int axis;
};

}  // namespace

std::vector<Case> matmul_cases() {
  std::vector<Case> cases;
  RandomTensors random(31);
  const DType dtypes[] = {DType::Float32,  DType::Float64, DType::Float16,
                          DType::BFloat16, DType::Int32,   DType::Int64};
  for (const DType dtype : dtypes) {
    for (const auto& [a, b] : kProducts) {
      for (const bool flip_a : {false, true}) {
        for (const bool flip_b : {false, true}) {
          cases.push_back({"matmul",
                           op::MatMul{flip_a, flip_b},
                           {random(flip_a ? swapped(a) : a, dtype, -2, 2),
                            random(flip_b ? swapped(b) : b, dtype, -2, 2)},
                           tolerance_of(dtype, a[-1])});
        }
      }
    }
  }
  return cases;
}

std::vector<Case> dense_cases() {
  using enum op::UnaryKind;
  std::vector<Case> cases;
  RandomTensors random(32);
  for (const DType dtype : kFloats) {
    for (const auto& [shape, out] : kDenseSizes) {
      for (const op::UnaryKind activation : {Linear, Relu, Tanh, Gelu, Softplus, HardSigmoid}) {
        const Tensor x = random(shape, dtype);
        const Tensor kernel = random({shape[-1], out}, dtype);
        const Tensor bias = random({out}, dtype);
        const double tolerance = tolerance_of(dtype, shape[-1]);
        cases.push_back({"dense", op::Dense{activation}, {x, kernel, bias}, tolerance});
        cases.push_back({"dense", op::Dense{activation}, {x, kernel, Tensor()}, tolerance});
      }
    }
  }
  // The mean of no words at all is NaN, and stays it.
  const float nan = std::numeric_limits<float>::quiet_NaN();
  const Tensor empty({2, 3}, {nan, nan, nan, 1, -2, 3});
  cases.push_back({"dense", op::Dense{Relu}, {empty, random({3, 5}), random({5})}, 1e-6});
  return cases;
}

std::vector<Case> softmax_cases() {
  std::vector<Case> cases;
  RandomTensors random(33);
  const std::vector<Row> rows = {{{5}, 0},     {{1}, 0},          {{3, 1}, 1},      {{3, 67}, 1},
                                 {{67, 3}, 0}, {{2, 5, 33}, 1},   {{2, 3, 131}, 2}, {{0, 3}, 1},
                                 {{3, 0}, 1},  {{2, 3, 4, 9}, 3}, {{2, 3, 4, 9}, 0}};
  for (const DType dtype : kFloats) {
    for (const auto& [shape, axis] : rows) {
      const Tensor x = random(shape, dtype, -9, 9);
      cases.push_back({"softmax", op::Softmax{axis}, {x}, tolerance_of(dtype)});
    }
  }
  const float inf = std::numeric_limits<float>::infinity();
  const Tensor masked({4, 3}, {-inf, 1, 2, -inf, -inf, -inf, -1e9F, -1e9F, 3, 1000, 999, -1000});
  cases.push_back({"softmax", op::Softmax{1}, {masked}, 1e-6});
  cases.push_back({"softmax", op::Softmax{0}, {masked}, 1e-6});
  return cases;
}

std::vector<Case> normalization_cases() {
  std::vector<Case> cases;
  RandomTensors random(34);
  const Tensor none;
  for (const DType dtype : kFloats) {
    for (const Shape& shape : {Shape{5}, Shape{3, 1}, Shape{3, 5}, Shape{2, 3, 67},
                               Shape{1, 2, 3, 130}, Shape{0, 5}, Shape{3, 0}}) {
      const Shape features{shape[-1]};
      const Tensor x = random(shape, dtype, -3, 3);
      const Tensor gamma = random(features, dtype);
      const Tensor beta = random(features, dtype);
      const Tensor mean = random(features, dtype);
      const Tensor variance = random(features, dtype, 0.1, 2);
      // A half type's step at the largest result, and the float32 sums behind it.
      const double tolerance = 4 * tolerance_of(dtype, shape[-1]);
      for (const double epsilon : {1e-3, 1e-6}) {
        const op::LayerNorm layer{epsilon};
        cases.push_back({"layer_norm", layer, {x, gamma, beta}, tolerance});
        cases.push_back({"layer_norm", layer, {x, gamma, none}, tolerance});
        cases.push_back({"layer_norm", layer, {x, none, beta}, tolerance});
        cases.push_back({"layer_norm", layer, {x, none, none}, tolerance});
        const op::BatchNorm batch{epsilon};
        cases.push_back({"batch_norm", batch, {x, mean, variance, gamma, beta}, tolerance});
        cases.push_back({"batch_norm", batch, {x, mean, variance, gamma, none}, tolerance});
        cases.push_back({"batch_norm", batch, {x, mean, variance, none, beta}, tolerance});
        cases.push_back({"batch_norm", batch, {x, mean, variance, none, none}, tolerance});
      }
    }
  }
  // Large numbers close together: the mean of squares less the square of the mean would fail.
  const Tensor far = random({3, 33}, DType::Float32, 1000, 1001);
  cases.push_back({"layer_norm", op::LayerNorm{}, {far, none, none}, 1e-3});
  return cases;
}

}  // namespace domino::conformance
