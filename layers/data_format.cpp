#include "domino/layers/data_format.h"

#include "domino/backends/ops.h"
#include "domino/core/check.h"

namespace domino::layers {

bool is_channels_first(std::string_view layer, std::string_view data_format) {
  check<ValueError>(data_format == "channels_last" || data_format == "channels_first",
                    "{}: data_format is '{}'; expected 'channels_last' or 'channels_first'", layer,
                    data_format);
  return data_format == "channels_first";
}

Tensor turned(const Tensor& x) { return ops::transpose(x, {0, 2, 1}); }

}  // namespace domino::layers
