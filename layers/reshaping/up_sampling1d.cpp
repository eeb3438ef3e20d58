#include "domino/layers/reshaping/up_sampling1d.h"

#include <utility>

#include "domino/backends/ops.h"
#include "domino/core/check.h"
#include "domino/layers/check_shape.h"
#include "domino/layers/options.h"

namespace domino::layers {

void UpSampling1DOptions::fields(Fields& f) { f("size", size); }

UpSampling1D::UpSampling1D(int size, UpSampling1DOptions options)
    : UpSampling1D(with(&UpSampling1DOptions::size, size, std::move(options))) {}

UpSampling1D::UpSampling1D(UpSampling1DOptions options)
    : UnaryLayer(options.name), options_(std::move(options)) {
  check<ValueError>(options_.size > 0, "UpSampling1D: size is {}; expected at least 1",
                    options_.size);
}

Tensor UpSampling1D::call(const Tensor& x) const {
  check_sequences(x.shape());
  return ops::repeat(x, options_.size, 1);
}

}  // namespace domino::layers
