#include "domino/layers/normalization/group_normalization.h"

#include <utility>

#include "domino/backends/ops.h"
#include "domino/core/check.h"
#include "domino/layers/normalization/normalized_axes.h"
#include "domino/layers/options.h"

namespace domino::layers {

void GroupNormalizationOptions::fields(Fields& f) {
  f("groups", groups);
  f("axis", axis);
  f("epsilon", epsilon);
  f("center", center);
  f("scale", scale);
  f("beta_initializer", beta_initializer);
  f("gamma_initializer", gamma_initializer);
}

GroupNormalization::GroupNormalization(int groups, GroupNormalizationOptions options)
    : GroupNormalization(with(&GroupNormalizationOptions::groups, groups, std::move(options))) {}

GroupNormalization::GroupNormalization(GroupNormalizationOptions options)
    : UnaryLayer(options.name), options_(std::move(options)) {
  check<ValueError>(options_.groups > 0 || options_.groups == -1,
                    "GroupNormalization: groups is {}; expected at least 1, or -1 for a group each",
                    options_.groups);
  check_initializers(kType, {options_.beta_initializer, options_.gamma_initializer});
  set_supports_masking(true);
}

std::int64_t GroupNormalization::groups_of(std::int64_t entries) const {
  return options_.groups == -1 ? entries : options_.groups;
}

void GroupNormalization::build(const Shape& input) const {
  check<ValueError>(input.axis(options_.axis) > 0,
                    "its axis is {}, the batch of {}; expected one behind it", options_.axis,
                    input);
  const std::int64_t entries = input[options_.axis];
  check(entries == kAny || entries % groups_of(entries) == 0,
        "the {} entries along axis {} of {} do not divide into {} groups", entries, options_.axis,
        input, groups_of(entries));
  if (options_.scale) add_weight("gamma", {entries}, options_.gamma_initializer);
  if (options_.center) add_weight("beta", {entries}, options_.beta_initializer);
}

namespace {

/// (batch, ..., entries, ...) -> (batch, ..., groups, entries / groups, ...), normalised by group.
Tensor normalised(const Tensor& x, int groups_axis, double epsilon) {
  ops::Axes axes;
  for (int axis = 1; axis < x.rank(); ++axis) {
    if (axis != groups_axis) axes.push_back(axis);
  }
  const Tensor centered = ops::subtract(x, ops::mean(x, axes, true));
  const Tensor variance = ops::mean(ops::square(centered), axes, true);
  return ops::multiply(centered, ops::rsqrt(ops::add(variance, epsilon)));
}

}  // namespace

Tensor GroupNormalization::call(const Tensor& input) const {
  const int axis = input.shape().axis(options_.axis);
  const std::int64_t groups = groups_of(input.size(axis));
  const Tensor gamma = optional_weight("gamma");
  const Tensor beta = optional_weight("beta");
  check_weight(gamma, input.shape(), {axis});
  check_weight(beta, input.shape(), {axis});
  const Shape split = input.shape().with(axis, input.size(axis) / groups).inserted(axis, groups);
  const Tensor x = ops::reshape(ops::cast(input, DType::Float32), split);
  Tensor y = ops::reshape(normalised(x, axis, options_.epsilon), input.shape());
  if (gamma.defined()) y = ops::multiply(y, beside(y, gamma, {axis}));
  if (beta.defined()) y = ops::add(y, beside(y, beta, {axis}));
  return ops::cast(in_dtype_of(input, y), DType::Float32);
}

}  // namespace domino::layers
