#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "domino/graph/layer_templates.h"

namespace domino::layers {

/// Options of ReLU.
struct ReLUOptions {
  std::optional<double> max_value = std::nullopt;
  double negative_slope = 0.0;
  double threshold = 0.0;
  std::string name = {};
  void fields(Fields& f);
};

/// x above `threshold`, at most `max_value`; below, `negative_slope` (x - threshold).
///
/// Shapes stay; the mask passes. Keras: keras/src/layers/activations/relu.py.
class ReLU final : public UnaryLayer<ReLU> {
 public:
  static constexpr std::string_view kType = "ReLU";
  using Options = ReLUOptions;

  explicit ReLU(ReLUOptions options = {});
  const ReLUOptions& options() const { return options_; }

  Tensor call(const Tensor& x) const;

 private:
  const ReLUOptions options_;
};

}  // namespace domino::layers
