#include "domino/layers/reshaping/zero_padding1d.h"

#include <utility>

#include "domino/backends/ops.h"
#include "domino/layers/check_shape.h"
#include "domino/layers/data_format.h"
#include "domino/layers/options.h"

namespace domino::layers {

void ZeroPadding1DOptions::fields(Fields& f) {
  f("padding", padding);
  f("data_format", data_format);
}

ZeroPadding1D::ZeroPadding1D(int padding, ZeroPadding1DOptions options)
    : ZeroPadding1D(with(&ZeroPadding1DOptions::padding, padding, std::move(options))) {}

ZeroPadding1D::ZeroPadding1D(int before, int after, ZeroPadding1DOptions options)
    : ZeroPadding1D(with(&ZeroPadding1DOptions::padding, {before, after}, std::move(options))) {}

ZeroPadding1D::ZeroPadding1D(ZeroPadding1DOptions options)
    : UnaryLayer(options.name), options_(std::move(options)) {
  two_numbers(kType, "padding", options_.padding);
  is_channels_first(kType, options_.data_format);
}

Tensor ZeroPadding1D::call(const Tensor& x) const {
  check_sequences(x.shape());
  const auto [before, after] = two_numbers(kType, "padding", options_.padding);
  return ops::pad(x, is_channels_first(kType, options_.data_format) ? 2 : 1, before, after);
}

}  // namespace domino::layers
