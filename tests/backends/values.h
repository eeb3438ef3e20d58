#pragma once

#include <gtest/gtest.h>

#include <initializer_list>

#include "tests/backends/conformance.h"

/// Short ways to write tensors down and to compare them in tests of ops.
namespace domino::conformance {

/// `(i * factor + 3) % 11 - 5`, over 8: numbers that Keras was given too, exact in float32.
inline Tensor pattern(const Shape& shape, int factor = 7) {
  std::vector<float> numbers(static_cast<std::size_t>(shape.elements()));
  int i = 0;
  for (float& number : numbers) number = static_cast<float>((i++ * factor + 3) % 11 - 5) / 8;
  return Tensor(shape, numbers);
}

inline Tensor ints(const Shape& shape, const std::vector<std::int32_t>& numbers) {
  return Tensor(shape, numbers);
}

inline Tensor bools(const Shape& shape, const std::vector<bool>& flags) {
  return Tensor(shape, flags);
}

/// What `run` makes of one op on the reference backend.
inline Tensors reference_run(const op::Operation& operation, const Tensors& inputs) {
  const BackendScope scope(backend("reference"));
  return run(operation, inputs);
}

/// Exact but for the last bits of float32.
inline ::testing::AssertionResult is(const Tensor& actual, const Tensor& expected,
                                     double tolerance = 2e-6) {
  return agree(actual, expected, tolerance);
}

}  // namespace domino::conformance
