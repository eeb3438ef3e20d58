#include "domino/layers/pooling/max_pooling1d.h"

#include <utility>

#include "domino/layers/options.h"

namespace domino::layers {

void MaxPooling1DOptions::fields(Fields& f) { detail::window_pooling_fields(f, *this); }

MaxPooling1D::MaxPooling1D(int pool_size, MaxPooling1DOptions options)
    : MaxPooling1D(with(&MaxPooling1DOptions::pool_size, pool_size, std::move(options))) {}

MaxPooling1D::MaxPooling1D(MaxPooling1DOptions options) : WindowPooling(std::move(options)) {}

}  // namespace domino::layers
