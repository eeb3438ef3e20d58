#include "domino/cli/compare.h"

#include <cmath>
#include <limits>
#include <vector>

#include "domino/backends/ops.h"
#include "domino/core/check.h"

namespace domino::cli {
std::string place_of(std::size_t element, const Shape& shape) {
  std::vector<std::size_t> place(static_cast<std::size_t>(shape.rank()));
  for (int axis = shape.rank() - 1; axis >= 0; --axis) {
    const auto size = static_cast<std::size_t>(shape[axis]);
    place[static_cast<std::size_t>(axis)] = element % size;
    element /= size;
  }
  return fmt::format("[{}]", fmt::join(place, ", "));
}

namespace {

double error_of(double actual, double expected) {
  if (actual == expected || (std::isnan(actual) && std::isnan(expected))) return 0;
  const double error = std::abs(actual - expected);
  return std::isnan(error) ? std::numeric_limits<double>::infinity() : error;
}

Comparison other_shape(const Tensor& actual, const Tensor& expected) {
  return {true, fmt::format("DIFFERS: shape {}, expected {}", actual.shape(), expected.shape())};
}

}  // namespace

Comparison compare_numbers(const Tensor& actual, const Tensor& expected,
                           const Tolerance& tolerance) {
  if (actual.shape() != expected.shape()) return other_shape(actual, expected);
  const Tensor a = ops::cast(actual, DType::Float64);
  const Tensor e = ops::cast(expected, DType::Float64);
  const auto x = a.data<double>();
  const auto y = e.data<double>();
  double largest = 0;
  std::size_t at = 0;
  std::size_t differing = 0;
  for (std::size_t i = 0; i < x.size(); ++i) {
    const double error = error_of(x[i], y[i]);
    if (error > largest) {
      largest = error;
      at = i;
    }
    const double allowed = tolerance.absolute + tolerance.relative * std::abs(y[i]);
    differing += error > 0 && !(error <= allowed) ? 1 : 0;
  }
  if (differing == 0) return {false, fmt::format("equal, largest error {:.2g}", largest)};
  return {true,
          fmt::format("DIFFERS in {} of {} numbers, largest error {:.2g} at {}: {:.4g}, "
                      "expected {:.4g}",
                      differing, x.size(), largest, place_of(at, actual.shape()), x[at], y[at])};
}

Comparison compare_masks(const Tensor& actual, const Tensor& expected) {
  if (!actual.defined()) return {true, "DIFFERS: there is none, expected one"};
  if (!expected.defined()) return {true, "DIFFERS: there is one, expected none"};
  if (actual.shape() != expected.shape()) return other_shape(actual, expected);
  const Tensor a = ops::cast(actual, DType::Bool);
  const Tensor e = ops::cast(expected, DType::Bool);
  const auto x = a.data<bool>();
  const auto y = e.data<bool>();
  std::size_t differing = 0;
  for (std::size_t i = 0; i < x.size(); ++i) differing += x[i] != y[i] ? 1 : 0;
  if (differing == 0) return {false, "equal"};
  return {true, fmt::format("DIFFERS in {} of {} entries", differing, x.size())};
}

}  // namespace domino::cli
