#pragma once

#include <string>
#include <string_view>

#include "domino/layers/pooling/windows.h"

namespace domino::layers {

/// Options of AveragePooling1D; `pool_size` is its constructor's first argument.
struct AveragePooling1DOptions {
  Integers pool_size = {};                    ///< steps in a window
  Integers strides = {};                      ///< from window to window; none: pool_size
  std::string padding = "valid";              ///< or "same": windows may reach over the ends
  std::string data_format = "channels_last";  ///< or "channels_first": (batch, features, steps)
  std::string name = {};
  void fields(Fields& f);
};

/// The mean of each feature in every window over the steps, masked ones included.
///
/// `(batch, steps, features)` becomes `(batch, windows, features)`. With "same" the mean is over the
/// steps that there are, without the padding.
/// The mask is not used and ends here, with a warning. As in Keras, a sequence too short for a
/// window has none when it runs, if it lacks less than a stride; else it is an error, and always while
/// a model is wired. Keras: keras/src/layers/pooling/average_pooling1d.py.
class AveragePooling1D final
    : public detail::WindowPooling<AveragePooling1D, AveragePooling1DOptions> {
 public:
  static constexpr std::string_view kType = "AveragePooling1D";
  static constexpr Pool kPool = Pool::Mean;

  explicit AveragePooling1D(int pool_size, AveragePooling1DOptions options = {});
  explicit AveragePooling1D(AveragePooling1DOptions options);
};

}  // namespace domino::layers
