#pragma once

#include <string>
#include <string_view>

#include "domino/layers/pooling/windows.h"

namespace domino::layers {

/// Options of MaxPooling1D; `pool_size` is its constructor's first argument.
struct MaxPooling1DOptions {
  Integers pool_size = 2;                     ///< steps in a window
  Integers strides = {};                      ///< from window to window; none: pool_size
  std::string padding = "valid";              ///< or "same": windows may reach over the ends
  std::string data_format = "channels_last";  ///< or "channels_first": (batch, features, steps)
  std::string name = {};
  void fields(Fields& f);
};

/// The largest value of each feature in every window over the steps, masked ones included.
///
/// `(batch, steps, features)` becomes `(batch, windows, features)`.
/// The mask is not used and ends here, with a warning. As in Keras, a sequence too short for a
/// window has none when it runs, if it lacks less than a stride; else it is an error, and always while
/// a model is wired. Keras: keras/src/layers/pooling/max_pooling1d.py.
class MaxPooling1D final : public detail::WindowPooling<MaxPooling1D, MaxPooling1DOptions> {
 public:
  static constexpr std::string_view kType = "MaxPooling1D";
  static constexpr Pool kPool = Pool::Max;

  explicit MaxPooling1D(int pool_size, MaxPooling1DOptions options = {});
  explicit MaxPooling1D(MaxPooling1DOptions options = {});
};

}  // namespace domino::layers
