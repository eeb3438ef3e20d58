#include "domino/layers/core/lambda.h"

#include "domino/core/check.h"

namespace domino::layers {

Lambda::Lambda(Function function, LambdaOptions options, Checked)
    : UnaryLayer(options.name), function_(std::move(function)), options_(std::move(options)) {
  check<ValueError>(static_cast<bool>(function_), "Lambda: the function is empty");
  set_supports_masking(static_cast<bool>(options_.mask));
}

Config Lambda::config() const {
  fail<BuildError>(
      "{}: a C++ function cannot be saved; write a layer class instead, deriving from UnaryLayer",
      title());
}

Lambda Lambda::from_config(const Config&) {
  fail<BuildError>(
      "Lambda: the file holds a Python function, which cannot run here; make the layer known under "
      "another class with register_layer, or replace it before saving");
}

Tensor Lambda::call(const Tensor& x, const OptionalMask& mask) const { return function_(x, mask); }

OptionalMask Lambda::compute_mask(const Tensor& x, const OptionalMask& mask) const {
  return options_.mask ? options_.mask(x, mask) : std::nullopt;
}

}  // namespace domino::layers
