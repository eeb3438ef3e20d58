#include "domino/layers/convolutional/conv1d_transpose.h"

#include <algorithm>
#include <utility>

#include "domino/backends/ops.h"
#include "domino/core/check.h"
#include "domino/layers/check_shape.h"
#include "domino/layers/options.h"
#include "domino/layers/same_padding.h"

namespace domino::layers {

void Conv1DTransposeOptions::fields(Fields& f) {
  f("filters", filters);
  detail::convolution_fields(f, *this);
  f("output_padding", output_padding);
  f("kernel_initializer", kernel_initializer);
  f("bias_initializer", bias_initializer);
}

Conv1DTranspose::Conv1DTranspose(int filters, int kernel_size, Conv1DTransposeOptions options)
    : Conv1DTranspose(
          with(&Conv1DTransposeOptions::filters, filters,
               with(&Conv1DTransposeOptions::kernel_size, kernel_size, std::move(options)))) {}

namespace {

void check_output_padding(const Integers& output_padding, const detail::Convolution& convolution) {
  if (!output_padding.given()) return;
  const std::int64_t added =
      one_number(Conv1DTranspose::kType, "output_padding", output_padding, 0);
  check<ValueError>(added < convolution.strides,
                    "Conv1DTranspose: output_padding is {} and strides {}; expected less than "
                    "strides",
                    added, convolution.strides);
  check<ValueError>(convolution.padding == "valid" || convolution.width() % 2 + added > 0,
                    "Conv1DTranspose: output_padding is 0 for a kernel that spans {} steps; with "
                    "padding 'same' an even one needs at least 1, or none given",
                    convolution.width());
}

}  // namespace

Conv1DTranspose::Conv1DTranspose(Conv1DTransposeOptions options)
    : UnaryLayer(options.name),
      options_(std::move(options)),
      convolution_(detail::convolution_of(kType, options_)),
      same_(is_same(kType, options_.padding)) {
  check<ValueError>(options_.filters > 0, "Conv1DTranspose: filters is {}; expected at least 1",
                    options_.filters);
  detail::check_strides_or_dilation(kType, convolution_);
  check_output_padding(options_.output_padding, convolution_);
  check_initializers(kType, {options_.kernel_initializer, options_.bias_initializer});
}

void Conv1DTranspose::check_input(const Shape& input) const {
  check_sequences(input);
  check(same_ || input[convolution_.channels_first ? 2 : 1] != 0,
        "needs at least one step, got {}; or use padding = \"same\"", input);
}

void Conv1DTranspose::build(const Shape& input) const {
  check_input(input);
  add_weight(
      "kernel",
      {convolution_.kernel_size, options_.filters, input[detail::features_axis(convolution_)]},
      options_.kernel_initializer);
  if (options_.use_bias) add_weight("bias", {options_.filters}, options_.bias_initializer);
}

/// keras/src/backend/common/backend_utils.py, _get_output_shape_given_tf_padding.
std::int64_t Conv1DTranspose::output_steps(std::int64_t steps) const {
  const std::int64_t width = convolution_.width();
  const std::int64_t stride = convolution_.strides;
  const bool given = options_.output_padding.given();
  if (same_ && !given) return steps * stride;
  const std::int64_t added =
      given ? options_.output_padding.values()[0] : std::max<std::int64_t>(stride - width, 0);
  return (steps - 1) * stride + (same_ ? width % 2 : width) + added;
}

namespace {

/// A kernel that gives `stride` new steps at once: of the taps n * stride + p the p-th of them sees
/// its own; the last n comes first. (taps, features, stride * filters).
Tensor kernel_of_phases(const Tensor& kernel, std::int64_t stride) {
  const std::int64_t taps = (kernel.size(0) + stride - 1) / stride;
  const Tensor whole = ops::pad(kernel, 0, 0, taps * stride - kernel.size(0));
  const Tensor phases = ops::reshape(whole, {taps, stride * kernel.size(1), kernel.size(2)});
  return ops::flip(ops::transpose(phases, {0, 2, 1}), 0);
}

}  // namespace

Tensor Conv1DTranspose::spread(const Tensor& x, const Tensor& kernel,
                               op::UnaryKind activation) const {
  const std::int64_t stride = convolution_.strides;
  const std::int64_t steps = output_steps(x.size(1));
  const std::int64_t begin = same_ ? same_padding(steps, convolution_.width(), stride).before : 0;
  const Tensor phases = kernel_of_phases(kernel, stride);
  Tensor bias = optional_weight("bias");
  if (bias.defined()) bias = ops::tile(bias, {stride});
  const std::int64_t groups_of_steps = (begin + steps + stride - 1) / stride;
  const Tensor y = ops::conv1d(x, phases, bias,
                               {.dilation = convolution_.dilation,
                                .pad_before = (phases.size(0) - 1) * convolution_.dilation,
                                .pad_after = groups_of_steps - x.size(1),
                                .activation = activation});
  const Tensor in_order = ops::reshape(y, {x.size(0), y.size(1) * stride, options_.filters});
  return ops::slice(in_order, {.axis = 1, .begin = begin, .end = begin + steps});
}

Tensor Conv1DTranspose::call(const Tensor& input) const {
  check_input(input.shape());
  const Tensor kernel = weight("kernel");
  check_built_for(kernel.size(2), input.shape(), detail::features_axis(convolution_));
  return run_convolution(convolution_, input, [&](const Tensor& x, op::UnaryKind activation) {
    return spread(x, kernel, activation);
  });
}

}  // namespace domino::layers
