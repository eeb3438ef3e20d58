#pragma once

#include <string>
#include <string_view>

#include "domino/graph/layer_templates.h"

namespace domino::layers {

/// Options of LeakyReLU.
struct LeakyReLUOptions {
  double negative_slope = 0.3;
  std::string name = {};
  void fields(Fields& f);
};

/// x above 0, else `negative_slope` x.
///
/// Shapes stay; the mask passes. Keras: keras/src/layers/activations/leaky_relu.py; the activation
/// function "leaky_relu" has another default, 0.2.
class LeakyReLU final : public UnaryLayer<LeakyReLU> {
 public:
  static constexpr std::string_view kType = "LeakyReLU";
  using Options = LeakyReLUOptions;

  explicit LeakyReLU(LeakyReLUOptions options = {});
  const LeakyReLUOptions& options() const { return options_; }

  Tensor call(const Tensor& x) const;

 private:
  const LeakyReLUOptions options_;
};

}  // namespace domino::layers
