#include "domino/layers/convolutional/conv1d.h"

#include <algorithm>
#include <utility>

#include "domino/backends/ops.h"
#include "domino/core/check.h"
#include "domino/layers/activations/activation_function.h"
#include "domino/layers/check_shape.h"
#include "domino/layers/data_format.h"
#include "domino/layers/options.h"

namespace domino::layers {

void Conv1DOptions::fields(Fields& f) {
  f("filters", filters);
  f("kernel_size", kernel_size);
  f("strides", strides);
  f("padding", padding);
  f("data_format", data_format);
  f("dilation_rate", dilation_rate);
  f("groups", groups);
  activation_field(f, "activation", activation);
  f("use_bias", use_bias);
  f("kernel_initializer", kernel_initializer);
  f("bias_initializer", bias_initializer);
}

namespace {

void check_number(std::string_view option, const Integers& numbers) {
  check<ValueError>(
      numbers.values().size() == 1 && numbers.values()[0] > 0 && numbers.values()[0] < (1 << 30),
      "Conv1D: {} is ({}); expected one number of at least 1", option,
      fmt::join(numbers.values(), ", "));
}

std::int64_t only(const Integers& numbers) { return numbers.values().front(); }

void check_options(const Conv1DOptions& options) {
  check<ValueError>(options.filters > 0, "Conv1D: filters is {}; expected at least 1",
                    options.filters);
  check_number("kernel_size", options.kernel_size);
  check_number("strides", options.strides);
  check_number("dilation_rate", options.dilation_rate);
  check<ValueError>(only(options.strides) == 1 || only(options.dilation_rate) == 1,
                    "Conv1D: strides is {} and dilation_rate {}; expected 1 for one of them",
                    only(options.strides), only(options.dilation_rate));
  check<ValueError>(options.groups > 0 && options.filters % options.groups == 0,
                    "Conv1D: {} filters do not divide into {} groups", options.filters,
                    options.groups);
  const std::string& padding = options.padding;
  check<ValueError>(padding == "valid" || padding == "same" || padding == "causal",
                    "Conv1D: padding is '{}'; expected one of 'valid', 'same', 'causal'", padding);
  check_activation(Conv1D::kType, options.activation);
  check_initializers(Conv1D::kType, {options.kernel_initializer, options.bias_initializer});
}

struct Padding {
  std::int64_t before = 0;
  std::int64_t after = 0;
};

/// Zeros to put around `steps` for a kernel that spans `width` of them.
Padding padding_for(const Conv1DOptions& options, std::int64_t width, std::int64_t steps) {
  if (options.padding == "valid") return {};
  if (options.padding == "causal") return {.before = width - 1, .after = 0};
  // As many outputs as strides fit, the odd zero behind: TensorFlow's rule.
  const std::int64_t stride = only(options.strides);
  const std::int64_t outputs = (steps + stride - 1) / stride;
  const std::int64_t zeros = std::max<std::int64_t>((outputs - 1) * stride + width - steps, 0);
  return {.before = zeros / 2, .after = zeros - zeros / 2};
}

}  // namespace

Conv1D::Conv1D(int filters, int kernel_size, Conv1DOptions options)
    : Conv1D(with(&Conv1DOptions::filters, filters,
                  with(&Conv1DOptions::kernel_size, kernel_size, std::move(options)))) {}

Conv1D::Conv1D(Conv1DOptions options) : UnaryLayer(options.name), options_(std::move(options)) {
  check_options(options_);
  channels_first();
}

bool Conv1D::channels_first() const { return is_channels_first(kType, options_.data_format); }

std::int64_t Conv1D::width() const {
  return (only(options_.kernel_size) - 1) * only(options_.dilation_rate) + 1;
}

void Conv1D::check_steps(const Shape& input) const {
  const std::int64_t steps = input[channels_first() ? 2 : 1];
  check(options_.padding != "valid" || steps == kAny || steps >= width(),
        "the kernel spans {} steps, more than {} has; use padding = \"same\" or \"causal\"",
        width(), input);
  check(options_.padding != "causal" || steps == kAny || steps > 0,
        "needs at least one step, got {}", input);
}

void Conv1D::build(const Shape& input) const {
  check_sequences(input);
  check_steps(input);
  const std::int64_t features = input[channels_first() ? 1 : 2];
  check(features == kAny || features % options_.groups == 0,
        "the {} features of {} do not divide into {} groups", features, input, options_.groups);
  const std::int64_t per_group = features == kAny ? kAny : features / options_.groups;
  add_weight("kernel", {only(options_.kernel_size), per_group, options_.filters},
             options_.kernel_initializer);
  if (options_.use_bias) add_weight("bias", {options_.filters}, options_.bias_initializer);
}

Tensor Conv1D::call(const Tensor& input) const {
  check_sequences(input.shape());
  check_steps(input.shape());
  const Tensor kernel = weight("kernel");
  check_built_for(kernel.size(1) * options_.groups, input.shape(), channels_first() ? 1 : 2);
  const ops::Axes turned{0, 2, 1};
  const Tensor x = channels_first() ? ops::transpose(input, turned) : input;
  const Padding padding = padding_for(options_, width(), x.size(1));
  const auto fused = elementwise_kind(options_.activation);
  Tensor y = ops::conv1d(x, kernel, optional_weight("bias"),
                         {.stride = only(options_.strides),
                          .dilation = only(options_.dilation_rate),
                          .groups = options_.groups,
                          .pad_before = padding.before,
                          .pad_after = padding.after,
                          .activation = fused.value_or(op::UnaryKind::Linear)});
  if (channels_first()) y = ops::transpose(y, turned);
  return fused ? y : activate(options_.activation, y);
}

}  // namespace domino::layers
