#pragma once

#include <concepts>
#include <functional>
#include <string>
#include <string_view>
#include <utility>

#include "domino/graph/layer_templates.h"

namespace domino::layers {

/// Options of Lambda.
struct LambdaOptions {
  /// The mask of the output, from the input and its mask (which may be none); without a rule the
  /// mask ends here.
  std::function<OptionalMask(const Tensor& x, const OptionalMask& mask)> mask = {};
  std::string name = {};
};

/// A C++ function as a layer, written in `ops::` verbs: `Lambda([](const Tensor& x) { return
/// ops::square(x); })`.
///
/// The function takes `(x)`, or `(x, mask)` to read the mask. It may be called from many threads at
/// once. A model that holds one cannot be saved; write a class (UnaryLayer) for that.
/// Keras: keras/src/layers/core/lambda_layer.py, whose Python functions no file can bring to C++.
class Lambda final : public UnaryLayer<Lambda> {
 public:
  static constexpr std::string_view kType = "Lambda";
  using Function = std::function<Tensor(const Tensor& x, const OptionalMask& mask)>;

  template <std::invocable<const Tensor&, const OptionalMask&> F>
  explicit Lambda(F function, LambdaOptions options = {})
      : Lambda(Function(std::move(function)), std::move(options), {}) {}
  template <std::invocable<const Tensor&> F>
  requires(!std::invocable<F, const Tensor&, const OptionalMask&>) explicit Lambda(
      F function, LambdaOptions options = {})
      : Lambda([function = std::move(function)](
                   const Tensor& x, const OptionalMask&) -> Tensor { return function(x); },
               std::move(options)) {}

  /// Throws BuildError: a function cannot be written to a file.
  Config config() const override;
  /// Throws BuildError: no file holds a C++ function.
  static Lambda from_config(const Config& config);

  Tensor call(const Tensor& x, const OptionalMask& mask) const;
  OptionalMask compute_mask(const Tensor& x, const OptionalMask& mask) const;

 private:
  struct Checked {};
  Lambda(Function function, LambdaOptions options, Checked);

  const Function function_;
  const LambdaOptions options_;
};

}  // namespace domino::layers
