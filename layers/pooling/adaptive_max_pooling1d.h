#pragma once

#include <string>
#include <string_view>

#include "domino/layers/pooling/windows.h"

namespace domino::layers {

/// Options of AdaptiveMaxPooling1D; `output_size` is its constructor's first argument.
struct AdaptiveMaxPooling1DOptions {
  Integers output_size = {};                  ///< number of windows
  std::string data_format = "channels_last";  ///< or "channels_first": (batch, features, steps)
  std::string name = {};
  void fields(Fields& f);
};

/// The largest value of each feature in a given number of windows that share the steps, masked ones
/// included; windows overlap where the steps do not divide.
///
/// `(batch, steps, features)` becomes `(batch, output_size, features)`, for any number of steps but 0.
/// The mask is not used and ends here, with a warning. The number of steps may be unknown in a model,
/// which Keras does not run. Keras: keras/src/layers/pooling/adaptive_max_pooling1d.py.
class AdaptiveMaxPooling1D final
    : public detail::AdaptivePooling<AdaptiveMaxPooling1D, AdaptiveMaxPooling1DOptions> {
 public:
  static constexpr std::string_view kType = "AdaptiveMaxPooling1D";
  static constexpr Pool kPool = Pool::Max;

  explicit AdaptiveMaxPooling1D(int output_size, AdaptiveMaxPooling1DOptions options = {});
  explicit AdaptiveMaxPooling1D(AdaptiveMaxPooling1DOptions options);
};

}  // namespace domino::layers
