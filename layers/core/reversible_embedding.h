#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "domino/graph/layer_templates.h"
#include "domino/layers/initializers/initializers.h"

namespace domino::layers {

/// Options of ReversibleEmbedding; the first two are its constructor's first arguments.
struct ReversibleEmbeddingOptions {
  int input_dim = 0;        ///< size of the vocabulary, id 0 included
  int output_dim = 0;       ///< size of a vector
  bool tie_weights = true;  ///< the way back has the same weights
  InitializerSpec embeddings_initializer = "uniform";
  bool mask_zero = false;
  std::optional<std::string> reverse_dtype = std::nullopt;  ///< no effect: float32 is computed
  std::optional<double> logit_soft_cap = std::nullopt;  ///< the way back stays below it, by tanh
  std::string name = {};
  void fields(Fields& f);
};

/// What may stand behind the tensor in the call of a ReversibleEmbedding: `layer(x, {.reverse = true})`.
struct ReversibleEmbeddingCall {
  bool reverse = false;
};

/// Looks up a vector for every id, as Embedding, and gives, called with `reverse`, a score for every id
/// from vectors.
///
/// Ids of any shape become `(*ids, output_dim)`, and with `reverse` `(..., output_dim)` becomes `(...,
/// input_dim)`. With `mask_zero` the look-up makes the mask, `ids != 0`, and the way back ends a mask
/// without a warning; without, masks end here with a warning. Weights: `embeddings` (input_dim,
/// output_dim), `reverse_embeddings` (output_dim, input_dim) unless tied.
/// Keras: keras/src/layers/core/reversible_embedding.py; without quantisation.
class ReversibleEmbedding final : public NamedLayer<ReversibleEmbedding> {
 public:
  static constexpr std::string_view kType = "ReversibleEmbedding";
  using Options = ReversibleEmbeddingOptions;

  ReversibleEmbedding(int input_dim, int output_dim, ReversibleEmbeddingOptions options = {});
  explicit ReversibleEmbedding(ReversibleEmbeddingOptions options);
  const ReversibleEmbeddingOptions& options() const { return options_; }

  /// Wires the layer into a graph. Throws what the layer's checks throw, naming the caller's line.
  SymbolicTensor operator()(const SymbolicTensor& inputs,
                            const ReversibleEmbeddingCall& options = {},
                            SourceLocation where = SourceLocation::current()) const {
    return apply_to(inputs, options, where);
  }
  /// Computes at once; the result carries its mask.
  Tensor operator()(const Tensor& inputs, const ReversibleEmbeddingCall& options = {},
                    SourceLocation where = SourceLocation::current()) const {
    return apply_to(inputs, options, where);
  }

  static Signature arguments() { return {{.name = "inputs"}}; }
  void build(const std::vector<std::vector<Shape>>& shapes) const;
  Tensor call(const Arguments& arguments) const;
  OptionalMask compute_mask(const Arguments& arguments, const OptionalMasks& previous) const;

 private:
  template <class T>
  T apply_to(const T& inputs, const ReversibleEmbeddingCall& options, SourceLocation where) const {
    Call<T> call{
        .arguments = {{inputs}}, .masks = {}, .positional = !options.reverse, .where = where};
    if (options.reverse) call.options.set("reverse", true);
    return std::move(apply(std::move(call)).front());
  }
  Tensor scores(const Tensor& vectors) const;

  const ReversibleEmbeddingOptions options_;
};

}  // namespace domino::layers
