// How to write a layer of your own, and what it gets for it: shapes, masks, weights and every backend.
#include <iostream>
#include <string>
#include <string_view>
#include <utility>

#include "domino/backends/ops.h"
#include "domino/graph/layer_templates.h"
#include "domino/graph/model.h"
#include "domino/layers.h"

namespace layers = domino::layers;
namespace ops = domino::ops;
using domino::OptionalMask;
using domino::Shape;
using domino::Tensor;

/// The mean of the steps, weighted by a learned score: (batch, steps, features) -> (batch, features).
class WeightedMean final : public domino::UnaryLayer<WeightedMean> {
 public:
  static constexpr std::string_view kType = "WeightedMean";

  // Runs once, at the first call. Weights are declared by name.
  void build(const Shape& input) const {
    add_weight("kernel", {input[-1], 1}, domino::InitializerSpec("ones"));
  }

  // It has a `mask` parameter, so it is given the mask that `x` carries.
  Tensor call(const Tensor& x, const OptionalMask& mask) const {
    Tensor weights = ops::exp(ops::dense(x, weight("kernel"), {}));  // (batch, steps, 1)
    if (mask) weights = ops::multiply(weights, ops::expand_dims(*mask, -1));
    return ops::divide(ops::sum(ops::multiply(x, weights), {1}), ops::sum(weights, {1}));
  }

  // The steps are gone, and the mask with them.
  OptionalMask compute_mask(const Tensor&, const OptionalMask&) const { return {}; }
};

/// Options of Gate. A struct inside the class could not be a default argument there.
struct GateOptions {
  std::string activation = "sigmoid";
  std::string name = {};
  void fields(domino::Fields& f) { f("activation", activation); }
};

/// Multiplies each step by a learned number: (batch, steps, features) stays so, and the mask passes.
class Gate final : public domino::UnaryLayer<Gate> {
 public:
  static constexpr std::string_view kType = "Gate";
  using Options = GateOptions;  // with options(): what a saved layer is made of again

  explicit Gate(GateOptions options = {})
      : UnaryLayer(options.name),
        options_(std::move(options)),
        dense_(1, {.activation = options_.activation, .kernel_initializer = "ones"}) {
    set_supports_masking(true);
  }
  const GateOptions& options() const { return options_; }

  // Without this the weights of the layer inside are not found: not counted, saved or loaded.
  void build(const Shape&) const { add_layer("dense", dense_); }
  Tensor call(const Tensor& x) const { return ops::multiply(x, dense_(x)); }

 private:
  const GateOptions options_;
  const layers::Dense dense_;
};

int main() {
  const auto steps = domino::Input({.shape = {domino::kAny, 2}, .name = "steps"});
  const auto kept = layers::Masking({.mask_value = -1.0})(steps);
  const auto gated = Gate({.activation = "relu", .name = "gate"})(kept);
  const domino::Model model(steps, WeightedMean()(gated), {.name = "weighted"});
  std::cout << model.summary();

  // The third step is masked, so it does not matter.
  const Tensor with_padding({1, 3, 2}, {1, 0, 0, 1, -1, -1});
  const Tensor without({1, 2, 2}, {1, 0, 0, 1});
  std::cout << to_string(model.predict(with_padding)) << '\n'
            << to_string(model.predict(without)) << '\n';
  return 0;
}
