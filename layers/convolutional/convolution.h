#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "domino/backends/op.h"
#include "domino/core/config.h"
#include "domino/core/tensor.h"
#include "domino/layers/activations/activation_function.h"
#include "domino/layers/data_format.h"
#include "domino/layers/integers.h"

/// What the convolutions share.
namespace domino::layers::detail {

/// A convolution as this text sees it; made from the options of one of the layers.
struct Convolution {
  std::int64_t kernel_size;
  std::int64_t strides;
  std::int64_t dilation;
  std::string padding;
  bool channels_first;
  ActivationSpec activation;

  /// Steps that the kernel spans.
  std::int64_t width() const { return (kernel_size - 1) * dilation + 1; }
};

/// Throws ValueError, naming `type`, if the options mean nothing; the padding is not checked.
template <class Options>
Convolution convolution_of(std::string_view type, const Options& o) {
  o.activation.check_known(type);
  return {.kernel_size = one_number(type, "kernel_size", o.kernel_size),
          .strides = one_number(type, "strides", o.strides),
          .dilation = one_number(type, "dilation_rate", o.dilation_rate),
          .padding = o.padding,
          .channels_first = is_channels_first(type, o.data_format),
          .activation = o.activation};
}

/// Throws ValueError, naming `type`, if strides and dilation_rate are both above 1.
void check_strides_or_dilation(std::string_view type, const Convolution& convolution);

/// The fields that all convolutions have, but for the weights.
template <class Options>
void convolution_fields(Fields& f, Options& o) {
  f("kernel_size", o.kernel_size);
  f("strides", o.strides);
  f("padding", o.padding);
  f("data_format", o.data_format);
  f("dilation_rate", o.dilation_rate);
  f("activation", o.activation);
  f("use_bias", o.use_bias);
}

/// The axis of features.
int features_axis(const Convolution& convolution);

/// Throws ShapeError unless `input` is a sequence with as many steps as the kernel needs.
void check_convolvable(const Convolution& convolution, const Shape& input);

/// The same for a convolution that keeps the features apart: when it runs, too short a sequence gives no
/// steps, as in TensorFlow, if it lacks less than a stride.
void check_convolvable_by_feature(const Convolution& convolution, const Tensor& input);

/// The new steps of `steps`, or kAny.
std::int64_t convolved_steps(const Convolution& convolution, std::int64_t steps);

/// x (batch, steps, features), kernel (kernel_size, features / groups, filters), bias (filters) or
/// undefined -> (batch, new steps, filters).
Tensor convolve(const Convolution& convolution, const Tensor& x, const Tensor& kernel,
                std::int64_t groups, const Tensor& bias, op::UnaryKind activation);

/// The same with a kernel (kernel_size, features, multiplier) that keeps the features apart: filters
/// are features * multiplier.
Tensor convolve_by_feature(const Convolution& convolution, const Tensor& x, const Tensor& kernel,
                           const Tensor& bias, op::UnaryKind activation);

/// Runs `compute` on (batch, steps, features), and the activation: within `compute` if it works
/// element by element, else on the result in the data format of the layer, as Keras.
Tensor run_convolution(const Convolution& convolution, const Tensor& input,
                       const std::function<Tensor(const Tensor&, op::UnaryKind)>& compute);

}  // namespace domino::layers::detail
