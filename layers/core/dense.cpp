#include "domino/layers/core/dense.h"

#include <utility>

#include "domino/backends/ops.h"
#include "domino/core/check.h"
#include "domino/layers/activations/activation_function.h"
#include "domino/layers/check_shape.h"
#include "domino/layers/options.h"

namespace domino::layers {

void DenseOptions::fields(Fields& f) {
  f("units", units);
  f("activation", activation);
  f("use_bias", use_bias);
  f("kernel_initializer", kernel_initializer);
  f("bias_initializer", bias_initializer);
}

namespace {

void check_input(const Shape& input) {
  check(input.rank() >= 2, "needs (batch, ..., features), got {}", input);
}

}  // namespace

Dense::Dense(int units, DenseOptions options)
    : Dense(with(&DenseOptions::units, units, std::move(options))) {}

Dense::Dense(DenseOptions options) : UnaryLayer(options.name), options_(std::move(options)) {
  check<ValueError>(options_.units > 0, "Dense: units is {}; expected at least 1", options_.units);
  options_.activation.check_known(kType);
  check_initializers(kType, {options_.kernel_initializer, options_.bias_initializer});
  set_supports_masking(true);
}

void Dense::build(const Shape& input) const {
  check_input(input);
  add_weight("kernel", {input[-1], options_.units}, options_.kernel_initializer);
  if (options_.use_bias) add_weight("bias", {options_.units}, options_.bias_initializer);
}

Tensor Dense::call(const Tensor& x) const {
  check_input(x.shape());
  const Tensor kernel = weight("kernel");
  check_built_for(kernel.size(0), x.shape(), -1);
  const auto fused = options_.activation.elementwise();
  const Tensor y = ops::dense(ops::cast(x, DType::Float32), kernel, optional_weight("bias"),
                              fused.value_or(op::UnaryKind::Linear));
  return fused ? y : options_.activation(y);
}

}  // namespace domino::layers
