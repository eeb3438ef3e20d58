#include "domino/layers/convolutional/conv1d.h"

#include <utility>

#include "domino/core/check.h"
#include "domino/layers/check_shape.h"
#include "domino/layers/options.h"

namespace domino::layers {

void Conv1DOptions::fields(Fields& f) {
  f("filters", filters);
  detail::convolution_fields(f, *this);
  f("groups", groups);
  f("kernel_initializer", kernel_initializer);
  f("bias_initializer", bias_initializer);
}

Conv1D::Conv1D(int filters, int kernel_size, Conv1DOptions options)
    : Conv1D(with(&Conv1DOptions::filters, filters,
                  with(&Conv1DOptions::kernel_size, kernel_size, std::move(options)))) {}

Conv1D::Conv1D(Conv1DOptions options)
    : UnaryLayer(options.name),
      options_(std::move(options)),
      convolution_(detail::convolution_of(kType, options_)) {
  check<ValueError>(options_.filters > 0, "Conv1D: filters is {}; expected at least 1",
                    options_.filters);
  detail::check_strides_or_dilation(kType, convolution_);
  check<ValueError>(options_.groups > 0 && options_.filters % options_.groups == 0,
                    "Conv1D: {} filters do not divide into {} groups", options_.filters,
                    options_.groups);
  const std::string& padding = options_.padding;
  check<ValueError>(padding == "valid" || padding == "same" || padding == "causal",
                    "Conv1D: padding is '{}'; expected one of 'valid', 'same', 'causal'", padding);
  check_initializers(kType, {options_.kernel_initializer, options_.bias_initializer});
}

void Conv1D::build(const Shape& input) const {
  detail::check_convolvable(convolution_, input);
  const std::int64_t features = input[detail::features_axis(convolution_)];
  check(features == kAny || features % options_.groups == 0,
        "the {} features of {} do not divide into {} groups", features, input, options_.groups);
  const std::int64_t per_group = features == kAny ? kAny : features / options_.groups;
  add_weight("kernel", {convolution_.kernel_size, per_group, options_.filters},
             options_.kernel_initializer);
  if (options_.use_bias) add_weight("bias", {options_.filters}, options_.bias_initializer);
}

Tensor Conv1D::call(const Tensor& input) const {
  detail::check_convolvable(convolution_, input.shape());
  const Tensor kernel = weight("kernel");
  check_built_for(kernel.size(1) * options_.groups, input.shape(),
                  detail::features_axis(convolution_));
  return run_convolution(convolution_, input, [&](const Tensor& x, op::UnaryKind activation) {
    return convolve(convolution_, x, kernel, options_.groups, optional_weight("bias"), activation);
  });
}

}  // namespace domino::layers
