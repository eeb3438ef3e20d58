#include "domino/layers/preprocessing/normalization.h"

#include <algorithm>
#include <cstdint>
#include <utility>

#include "domino/backends/backend.h"
#include "domino/backends/ops.h"
#include "domino/core/check.h"
#include "domino/layers/initializers/initializers.h"

namespace domino::layers {
namespace {

/// keras.config.epsilon().
constexpr double kEpsilon = 1e-7;

Shape sizes_of(const Shape& input, const std::vector<int>& axes) {
  std::vector<std::int64_t> sizes;
  for (const int axis : axes) sizes.push_back(input[axis]);
  return Shape(std::move(sizes));
}

}  // namespace

void NormalizationOptions::fields(Fields& f) {
  f("axis", axis);
  f("invert", invert);
  f("mean", mean);
  f("variance", variance);
}

Normalization::Normalization(NormalizationOptions options)
    : UnaryLayer(options.name), options_(std::move(options)) {
  const Tensor& mean = options_.mean.tensor();
  const Tensor& variance = options_.variance.tensor();
  check<ValueError>(mean.defined() == variance.defined(),
                    "Normalization: mean {} and variance {}; give both or none",
                    options_.mean.to_config().to_json(), options_.variance.to_config().to_json());
  set_supports_masking(true);
  if (!mean.defined()) return;
  check(mean.shape() == variance.shape(),
        "Normalization: a mean of {} and a variance of {}; expected one shape", mean.shape(),
        variance.shape());
  check(mean.rank() <= static_cast<int>(options_.axis.values().size()),
        "Normalization: a mean of {} for {} axes; expected no more axes than these", mean.shape(),
        options_.axis.values().size());
}

/// Ascending, counted from the front.
std::vector<int> Normalization::kept_axes(const Shape& input) const {
  std::vector<int> axes = options_.axis.axes();
  for (int& axis : axes) axis = input.axis(axis);
  std::ranges::sort(axes);
  check<ValueError>(std::ranges::adjacent_find(axes) == axes.end(),
                    "axis {} names an axis of {} twice", options_.axis.to_config().to_json(),
                    input);
  return axes;
}

void Normalization::build(const Shape& input) const {
  const Shape sizes = sizes_of(input, kept_axes(input));
  check(sizes.known(), "axis {} of {} must have known sizes; give the Input's shape these",
        options_.axis.to_config().to_json(), input);
  if (options_.mean.given()) return;
  add_weight("mean", sizes, InitializerSpec("zeros"), false);
  add_weight("variance", sizes, InitializerSpec("ones"), false);
  const auto no_count = [](const Shape& shape, DType) { return ops::zeros(shape, DType::Int64); };
  add_weight("count", {}, no_count, false);
}

/// A mean or variance, with the axes of the input.
Tensor Normalization::beside(const Tensor& moments, const Shape& input) const {
  const std::vector<int> axes = kept_axes(input);
  Shape aligned(std::vector<std::int64_t>(static_cast<std::size_t>(input.rank()), 1));
  Shape wanted = aligned;
  for (const int axis : axes) wanted = wanted.with(axis, input[axis]);
  const bool fits = moments.rank() <= static_cast<int>(axes.size());
  auto axis = axes.end() - (fits ? moments.rank() : 0);
  for (int i = 0; axis != axes.end(); ++i, ++axis) aligned = aligned.with(*axis, moments.size(i));
  check(fits && broadcasts_to(aligned, wanted), "a mean of {} does not fit axis {} of {}",
        moments.shape(), options_.axis.to_config().to_json(), input);
  return ops::broadcast_to(ops::reshape(moments, aligned), wanted);
}

Tensor Normalization::call(const Tensor& input) const {
  const Tensor x = ops::cast(input, DType::Float32);
  const bool given = options_.mean.given();
  const auto moments = [&](std::string_view name, const Numbers& numbers) {
    return beside(given ? resident(numbers.tensor()) : weight(name), x.shape());
  };
  const Tensor mean = moments("mean", options_.mean);
  const Tensor deviation =
      ops::maximum(ops::sqrt(moments("variance", options_.variance)), kEpsilon);
  return options_.invert ? ops::add(mean, ops::multiply(x, deviation))
                         : ops::divide(ops::subtract(x, mean), deviation);
}

}  // namespace domino::layers
