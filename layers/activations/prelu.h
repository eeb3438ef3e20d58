#pragma once

#include <string>
#include <string_view>

#include "domino/graph/layer_templates.h"
#include "domino/layers/initializers/initializers.h"
#include "domino/layers/integers.h"

namespace domino::layers {

/// Options of PReLU.
struct PReLUOptions {
  InitializerSpec alpha_initializer = "zeros";
  Integers shared_axes = {};  ///< axes along which one slope serves all, as in `{1}`
  std::string name = {};
  void fields(Fields& f);
};

/// x above 0, else `alpha` x with a learnt slope for every place.
///
/// Shapes stay; the mask passes. Weight: `alpha`, of the input's shape without the batch, 1 on
/// `shared_axes`; share axis 1 if the number of steps is unknown.
/// Keras: keras/src/layers/activations/prelu.py.
class PReLU final : public UnaryLayer<PReLU> {
 public:
  static constexpr std::string_view kType = "PReLU";
  using Options = PReLUOptions;

  explicit PReLU(PReLUOptions options = {});
  const PReLUOptions& options() const { return options_; }

  void build(const Shape& input) const;
  Tensor call(const Tensor& x) const;

 private:
  const PReLUOptions options_;
};

}  // namespace domino::layers
