#include "domino/layers/pooling/adaptive_average_pooling1d.h"

#include <utility>

#include "domino/layers/options.h"

namespace domino::layers {

void AdaptiveAveragePooling1DOptions::fields(Fields& f) {
  detail::adaptive_pooling_fields(f, *this);
}

AdaptiveAveragePooling1D::AdaptiveAveragePooling1D(int output_size,
                                                   AdaptiveAveragePooling1DOptions options)
    : AdaptiveAveragePooling1D(
          with(&AdaptiveAveragePooling1DOptions::output_size, output_size, std::move(options))) {}

AdaptiveAveragePooling1D::AdaptiveAveragePooling1D(AdaptiveAveragePooling1DOptions options)
    : AdaptivePooling(std::move(options)) {}

}  // namespace domino::layers
