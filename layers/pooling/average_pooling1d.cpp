#include "domino/layers/pooling/average_pooling1d.h"

#include <utility>

#include "domino/layers/options.h"

namespace domino::layers {

void AveragePooling1DOptions::fields(Fields& f) { detail::window_pooling_fields(f, *this); }

AveragePooling1D::AveragePooling1D(int pool_size, AveragePooling1DOptions options)
    : AveragePooling1D(with(&AveragePooling1DOptions::pool_size, pool_size, std::move(options))) {}

AveragePooling1D::AveragePooling1D(AveragePooling1DOptions options)
    : WindowPooling(std::move(options)) {}

}  // namespace domino::layers
