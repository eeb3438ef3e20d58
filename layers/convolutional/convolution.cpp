#include "domino/layers/convolutional/convolution.h"

#include "domino/backends/ops.h"
#include "domino/core/check.h"
#include "domino/layers/check_shape.h"
#include "domino/layers/same_padding.h"

namespace domino::layers::detail {

void check_strides_or_dilation(std::string_view type, const Convolution& convolution) {
  check<ValueError>(convolution.strides == 1 || convolution.dilation == 1,
                    "{}: strides is {} and dilation_rate {}; expected 1 for one of them", type,
                    convolution.strides, convolution.dilation);
}

int features_axis(const Convolution& convolution) { return convolution.channels_first ? 1 : 2; }

void check_convolvable(const Convolution& convolution, const Shape& input) {
  check_sequences(input);
  const std::int64_t steps = input[convolution.channels_first ? 2 : 1];
  check(convolution.padding != "valid" || steps == kAny || steps >= convolution.width(),
        "the kernel spans {} steps, more than {} has; use another padding, such as \"same\"",
        convolution.width(), input);
  check(convolution.padding != "causal" || steps == kAny || steps > 0,
        "needs at least one step, got {}", input);
}

void check_convolvable_by_feature(const Convolution& convolution, const Tensor& input) {
  check_sequences(input.shape());
  const std::int64_t steps = input.size(convolution.channels_first ? 2 : 1);
  const bool gives_none = !input.is_meta() && steps >= convolution.width() - convolution.strides;
  if (!gives_none) check_convolvable(convolution, input.shape());
}

namespace {

StepPadding padding_for(const Convolution& convolution, std::int64_t steps) {
  const std::int64_t width = convolution.width();
  if (convolution.padding == "causal") return {.before = width - 1, .after = 0};
  if (convolution.padding == "same") return same_padding(steps, width, convolution.strides);
  return {};
}

}  // namespace

std::int64_t convolved_steps(const Convolution& convolution, std::int64_t steps) {
  if (steps == kAny) return kAny;
  const StepPadding padding = padding_for(convolution, steps);
  const std::int64_t padded = steps + padding.before + padding.after;
  return padded < convolution.width() ? 0
                                      : (padded - convolution.width()) / convolution.strides + 1;
}

Tensor convolve(const Convolution& convolution, const Tensor& x, const Tensor& kernel,
                std::int64_t groups, const Tensor& bias, op::UnaryKind activation) {
  const StepPadding padding = padding_for(convolution, x.size(1));
  return ops::conv1d(x, kernel, bias,
                     {.stride = convolution.strides,
                      .dilation = convolution.dilation,
                      .groups = groups,
                      .pad_before = padding.before,
                      .pad_after = padding.after,
                      .activation = activation});
}

Tensor convolve_by_feature(const Convolution& convolution, const Tensor& x, const Tensor& kernel,
                           const Tensor& bias, op::UnaryKind activation) {
  const std::int64_t features = kernel.size(1);
  const Tensor apart = ops::reshape(kernel, {kernel.size(0), 1, features * kernel.size(2)});
  return convolve(convolution, x, apart, features, bias, activation);
}

Tensor run_convolution(const Convolution& convolution, const Tensor& input,
                       const std::function<Tensor(const Tensor&, op::UnaryKind)>& compute) {
  const bool first = convolution.channels_first;
  const auto fused = convolution.activation.elementwise();
  Tensor y = compute(first ? turned(input) : input, fused.value_or(op::UnaryKind::Linear));
  if (first) y = turned(y);
  return fused ? y : convolution.activation(y);
}

}  // namespace domino::layers::detail
