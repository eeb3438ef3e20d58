#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "domino/graph/layer_templates.h"

namespace domino::layers {

/// Options of HashedCrossing; `num_bins` is its constructor's first argument.
struct HashedCrossingOptions {
  std::int64_t num_bins = 0;
  std::string output_mode = "int";  ///< or "one_hot"
  std::string name = {};
  void fields(Fields& f);
};

/// The bins, 0 to `num_bins` - 1, into which a hash puts the combinations of several features.
///
/// Two tensors or more, strings or integers, all of one shape: (batch,), (batch, 1) or (). "int" gives
/// int64 of that shape, "one_hot" float32 (batch, num_bins). A mask ends here, with a warning. Keras:
/// keras/src/layers/preprocessing/hashed_crossing.py; without sparse tensors, and in int64 whatever the
/// layer's dtype.
class HashedCrossing final : public ListLayer<HashedCrossing> {
 public:
  static constexpr std::string_view kType = "HashedCrossing";
  using Options = HashedCrossingOptions;

  explicit HashedCrossing(std::int64_t num_bins, HashedCrossingOptions options = {});
  explicit HashedCrossing(HashedCrossingOptions options);
  const HashedCrossingOptions& options() const { return options_; }

  Tensor call(const Tensors& inputs) const;

 private:
  const HashedCrossingOptions options_;
};

}  // namespace domino::layers
