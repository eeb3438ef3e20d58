#pragma once

#include <string>
#include <string_view>

#include "domino/layers/pooling/windows.h"

namespace domino::layers {

/// Options of AdaptiveAveragePooling1D; `output_size` is its constructor's first argument.
struct AdaptiveAveragePooling1DOptions {
  Integers output_size = {};                  ///< number of windows
  std::string data_format = "channels_last";  ///< or "channels_first": (batch, features, steps)
  std::string name = {};
  void fields(Fields& f);
};

/// The mean of each feature in a given number of windows that share the steps, masked ones
/// included; windows overlap where the steps do not divide.
///
/// `(batch, steps, features)` becomes `(batch, output_size, features)`, for any number of steps but 0.
/// The mask is not used and ends here, with a warning. The number of steps may be unknown in a model,
/// which Keras does not run. Keras: keras/src/layers/pooling/adaptive_average_pooling1d.py.
class AdaptiveAveragePooling1D final
    : public detail::AdaptivePooling<AdaptiveAveragePooling1D, AdaptiveAveragePooling1DOptions> {
 public:
  static constexpr std::string_view kType = "AdaptiveAveragePooling1D";
  static constexpr Pool kPool = Pool::Mean;

  explicit AdaptiveAveragePooling1D(int output_size, AdaptiveAveragePooling1DOptions options = {});
  explicit AdaptiveAveragePooling1D(AdaptiveAveragePooling1DOptions options);
};

}  // namespace domino::layers
