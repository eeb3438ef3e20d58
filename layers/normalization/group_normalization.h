#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "domino/graph/layer_templates.h"
#include "domino/layers/initializers/initializers.h"

namespace domino::layers {

/// Options of GroupNormalization; `groups` is its constructor's first argument.
struct GroupNormalizationOptions {
  int groups = 32;  ///< or -1: a group for each entry of `axis`
  int axis = -1;    ///< the axis that is divided into groups
  double epsilon = 1e-3;
  bool center = true;
  bool scale = true;
  InitializerSpec beta_initializer = "zeros";
  InitializerSpec gamma_initializer = "ones";
  std::string name = {};
  void fields(Fields& f);
};

/// (x - mean) / sqrt(variance + epsilon) gamma + beta, with the moments of a group of features over
/// all steps of a sequence.
///
/// Shapes stay; the mask passes, but masked steps take part in the moments. Weights: `gamma` if
/// `scale`, `beta` if `center`, of the size of `axis`.
/// Keras: keras/src/layers/normalization/group_normalization.py.
class GroupNormalization final : public UnaryLayer<GroupNormalization> {
 public:
  static constexpr std::string_view kType = "GroupNormalization";
  using Options = GroupNormalizationOptions;

  explicit GroupNormalization(int groups, GroupNormalizationOptions options = {});
  explicit GroupNormalization(GroupNormalizationOptions options = {});
  const GroupNormalizationOptions& options() const { return options_; }

  void build(const Shape& input) const;
  Tensor call(const Tensor& x) const;

 private:
  std::int64_t groups_of(std::int64_t entries) const;

  const GroupNormalizationOptions options_;
};

}  // namespace domino::layers
