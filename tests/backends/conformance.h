#pragma once

#include <gtest/gtest.h>

#include <cstdint>
#include <limits>
#include <ostream>
#include <string>
#include <string_view>
#include <vector>

#include "domino/backends/backend.h"
#include "domino/backends/op.h"
#include "domino/core/random.h"

/// What every backend has to do as the reference does: each op on many shapes and types, listed once.
namespace domino::conformance {

inline constexpr float kInf = std::numeric_limits<float>::infinity();
inline constexpr float kNan = std::numeric_limits<float>::quiet_NaN();

/// Tensors of strings and of int64.
Tensor texts(const Shape& shape, const std::vector<std::string>& values);
Tensor whole(const Shape& shape, const std::vector<std::int64_t>& values);

/// One call of one op, and how far a backend may be from the reference.
struct Case {
  std::string name;
  op::Operation operation;
  Tensors inputs;        ///< on the host; undefined where an optional input is left out
  double tolerance = 0;  ///< of max(1, |expected|); 0 wants the same numbers
};

/// The cases of ops that belong together.
struct Family {
  std::string_view name;
  std::vector<Case> (*cases)();
};
const std::vector<Family>& families();
/// Lets GoogleTest name the family of a failed test.
void PrintTo(const Family& family, std::ostream* out);

std::vector<Case> unary_cases();
std::vector<Case> binary_cases();
std::vector<Case> where_cases();
std::vector<Case> cast_cases();
std::vector<Case> making_cases();
std::vector<Case> reduce_cases();
std::vector<Case> attention_cases();
std::vector<Case> transpose_cases();
std::vector<Case> slice_cases();
std::vector<Case> concatenate_cases();
std::vector<Case> broadcast_cases();
std::vector<Case> lookup_cases();
std::vector<Case> string_cases();
std::vector<Case> bincount_cases();
std::vector<Case> matmul_cases();
std::vector<Case> dense_cases();
std::vector<Case> softmax_cases();
std::vector<Case> normalization_cases();
std::vector<Case> conv1d_cases();
std::vector<Case> rnn_cases();

/// Random tensors, the same ones in every run.
class RandomTensors {
 public:
  explicit RandomTensors(std::uint64_t seed) : random_(seed) {}
  /// Numbers evenly spread from `low` to `high`; integers and bools are rounded from them.
  Tensor operator()(const Shape& shape, DType dtype = DType::Float32, double low = -2,
                    double high = 2);

 private:
  Random random_;
};

/// How far two computations of `length` sums and products may differ in `dtype`.
double tolerance_of(DType dtype, std::int64_t length = 1);

/// The types that ops compute in, half types included.
inline constexpr DType kFloats[] = {DType::Float32, DType::Float64, DType::Float16,
                                    DType::BFloat16};

/// True if shapes, dtypes and numbers agree; NaN agrees with NaN. Says where they do not.
::testing::AssertionResult agree(const Tensor& actual, const Tensor& expected, double tolerance);

/// By how much they differ at most, of max(1, |expected|); infinite where no number can say it.
double largest_error(const Tensor& actual, const Tensor& expected);

/// Carries out `one` on `backend` and brings the outputs back to the host.
Tensors run_on(const Backend& backend, const Case& one);

/// Expects of each case what the reference gives, and records the largest error of each op by type.
void expect_agreement(const Backend& backend, const Family& family);

/// "(2, 3) float32, (3,) int32".
std::string describe(const Tensors& inputs);

}  // namespace domino::conformance
