#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "domino/graph/layer_templates.h"
#include "domino/layers/numbers.h"

namespace domino::layers {

/// Options of Discretization.
struct DiscretizationOptions {
  Numbers bin_boundaries = {};
  std::optional<std::int64_t> num_bins = {};  ///< how many adapt() made, or would make
  double epsilon = 0.01;
  std::string output_mode = "int";  ///< or "one_hot", "multi_hot", "count"
  std::string name = {};
  void fields(Fields& f);
};

/// Which bin each number falls into: how many boundaries are not above it. NaN is in the last one.
///
/// Any shape. "int" gives int32 of the same shape, the other modes float32 rows with an entry per bin:
/// see encode_categories. A mask ends here, with a warning. Keras:
/// keras/src/layers/preprocessing/discretization.py; without adapt(), whose boundaries it leaves in
/// the configuration, and without sparse tensors.
class Discretization final : public UnaryLayer<Discretization> {
 public:
  static constexpr std::string_view kType = "Discretization";
  using Options = DiscretizationOptions;

  explicit Discretization(DiscretizationOptions options);
  const DiscretizationOptions& options() const { return options_; }

  Tensor call(const Tensor& x) const;

 private:
  const DiscretizationOptions options_;
};

}  // namespace domino::layers
