#include "domino/layers/pooling/adaptive_max_pooling1d.h"

#include <utility>

#include "domino/layers/options.h"

namespace domino::layers {

void AdaptiveMaxPooling1DOptions::fields(Fields& f) { detail::adaptive_pooling_fields(f, *this); }

AdaptiveMaxPooling1D::AdaptiveMaxPooling1D(int output_size, AdaptiveMaxPooling1DOptions options)
    : AdaptiveMaxPooling1D(
          with(&AdaptiveMaxPooling1DOptions::output_size, output_size, std::move(options))) {}

AdaptiveMaxPooling1D::AdaptiveMaxPooling1D(AdaptiveMaxPooling1DOptions options)
    : AdaptivePooling(std::move(options)) {}

}  // namespace domino::layers
