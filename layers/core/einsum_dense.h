#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "domino/graph/layer_templates.h"
#include "domino/layers/activations/activation_function.h"
#include "domino/layers/initializers/initializers.h"
#include "domino/layers/partial_shape.h"

namespace domino::layers {

/// Options of EinsumDense; the first two are its constructor's first arguments.
struct EinsumDenseOptions {
  std::string equation = {};  ///< of input and kernel: "abc,cd->abd" or "...c,cd->...d"
  PartialShape output_shape =
      {};  ///< without the batch and what "..." stands for; kAny: as the input
  ActivationSpec activation = "linear";
  std::optional<std::string> bias_axes = std::nullopt;  ///< letters of the output; none: no bias
  InitializerSpec kernel_initializer = "glorot_uniform";
  InitializerSpec bias_initializer = "zeros";
  std::string name = {};
  void fields(Fields& f);
};

/// activation(einsum(equation, x, kernel) + bias): products of the input with a kernel over any axes.
///
/// Shapes are what the equation says: `EinsumDense("abc,cd->abd", {kAny, 64})` is a Dense(64) without a
/// bias. The mask ends here, with a warning, as in Keras, unlike that of Dense. Weights: `kernel`, with
/// an axis for each of its letters; `bias`, from its first letter in the output to the end, of size 1
/// where the letter is not among bias_axes.
/// Keras: keras/src/layers/core/einsum_dense.py; without LoRA and quantisation.
class EinsumDense final : public UnaryLayer<EinsumDense> {
 public:
  static constexpr std::string_view kType = "EinsumDense";
  using Options = EinsumDenseOptions;

  EinsumDense(std::string equation, Shape output_shape, EinsumDenseOptions options = {});
  explicit EinsumDense(EinsumDenseOptions options);
  const EinsumDenseOptions& options() const { return options_; }

  void build(const Shape& input) const;
  Tensor call(const Tensor& x) const;

 private:
  const EinsumDenseOptions options_;
};

}  // namespace domino::layers
