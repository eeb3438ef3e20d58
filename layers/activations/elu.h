#pragma once

#include <string>
#include <string_view>

#include "domino/graph/layer_templates.h"

namespace domino::layers {

/// Options of ELU.
struct ELUOptions {
  double alpha = 1.0;
  std::string name = {};
  void fields(Fields& f);
};

/// x above 0, else `alpha` (exp(x) - 1).
///
/// Shapes stay; the mask passes. Keras: keras/src/layers/activations/elu.py.
class ELU final : public UnaryLayer<ELU> {
 public:
  static constexpr std::string_view kType = "ELU";
  using Options = ELUOptions;

  explicit ELU(ELUOptions options = {});
  const ELUOptions& options() const { return options_; }

  Tensor call(const Tensor& x) const;

 private:
  const ELUOptions options_;
};

}  // namespace domino::layers
