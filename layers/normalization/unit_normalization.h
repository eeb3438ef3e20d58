#pragma once

#include <string>
#include <string_view>

#include "domino/graph/layer_templates.h"
#include "domino/layers/integers.h"

namespace domino::layers {

/// Options of UnitNormalization.
struct UnitNormalizationOptions {
  Integers axis = -1;  ///< an axis, or several that are normalised together
  std::string name = {};
  void fields(Fields& f);
};

/// Divides by the length along `axis`, which becomes 1; zeros stay zeros.
///
/// Shapes stay; the mask passes, and masked steps are computed like any other.
/// Keras: keras/src/layers/normalization/unit_normalization.py.
class UnitNormalization final : public UnaryLayer<UnitNormalization> {
 public:
  static constexpr std::string_view kType = "UnitNormalization";
  using Options = UnitNormalizationOptions;

  explicit UnitNormalization(UnitNormalizationOptions options = {});
  const UnitNormalizationOptions& options() const { return options_; }

  Tensor call(const Tensor& x) const;

 private:
  const UnitNormalizationOptions options_;
};

}  // namespace domino::layers
