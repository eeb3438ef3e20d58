#include "domino/layers/reshaping/cropping1d.h"

#include <utility>

#include "domino/backends/ops.h"
#include "domino/core/check.h"
#include "domino/layers/check_shape.h"
#include "domino/layers/options.h"

namespace domino::layers {

void Cropping1DOptions::fields(Fields& f) { f("cropping", cropping); }

Cropping1D::Cropping1D(int cropping, Cropping1DOptions options)
    : Cropping1D(with(&Cropping1DOptions::cropping, cropping, std::move(options))) {}

Cropping1D::Cropping1D(int before, int after, Cropping1DOptions options)
    : Cropping1D(with(&Cropping1DOptions::cropping, {before, after}, std::move(options))) {}

Cropping1D::Cropping1D(Cropping1DOptions options)
    : UnaryLayer(options.name), options_(std::move(options)) {
  two_numbers(kType, "cropping", options_.cropping);
}

Tensor Cropping1D::call(const Tensor& x) const {
  check_sequences(x.shape());
  const auto [before, after] = two_numbers(kType, "cropping", options_.cropping);
  check(before + after < x.size(1),
        "takes {} and {} steps off and leaves none of {}; give longer sequences or a smaller "
        "cropping",
        before, after, x.shape());
  return ops::slice(x, {.axis = 1, .begin = before, .end = x.size(1) - after});
}

}  // namespace domino::layers
