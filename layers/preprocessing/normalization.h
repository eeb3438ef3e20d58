#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "domino/graph/layer_templates.h"
#include "domino/layers/integers.h"
#include "domino/layers/numbers.h"

namespace domino::layers {

/// Options of Normalization.
struct NormalizationOptions {
  Integers axis = {
      -1};            ///< the axes with a mean of their own; None or {} for one mean of all numbers
  Numbers mean = {};  ///< with `variance`; otherwise both are weights
  Numbers variance = {};
  bool invert = false;  ///< the way back
  std::string name = {};
  void fields(Fields& f);
};

/// (x - mean) / max(sqrt(variance), 1e-7), or with `invert` x * max(sqrt(variance), 1e-7) + mean.
///
/// Shapes stay, and the mask passes and changes no value. The sizes of `axis` must be known. Given
/// numbers broadcast to the sizes of `axis`, in the order of the input's axes. Without them the weights
/// `mean` and `variance` have these sizes, and `count` () int64 is unused: Keras' adapt() fills them in.
/// Keras: keras/src/layers/preprocessing/normalization.py; without adapt().
class Normalization final : public UnaryLayer<Normalization> {
 public:
  static constexpr std::string_view kType = "Normalization";
  using Options = NormalizationOptions;

  explicit Normalization(NormalizationOptions options = {});
  const NormalizationOptions& options() const { return options_; }

  void build(const Shape& input) const;
  Tensor call(const Tensor& x) const;

 private:
  std::vector<int> kept_axes(const Shape& input) const;
  Tensor beside(const Tensor& moments, const Shape& input) const;

  const NormalizationOptions options_;
};

}  // namespace domino::layers
