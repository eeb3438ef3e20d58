#include "domino/layers/core/reversible_embedding.h"

#include <utility>

#include "domino/backends/ops.h"
#include "domino/core/check.h"
#include "domino/layers/check_shape.h"
#include "domino/layers/options.h"

namespace domino::layers {

void ReversibleEmbeddingOptions::fields(Fields& f) {
  f("input_dim", input_dim);
  f("output_dim", output_dim);
  f("tie_weights", tie_weights);
  f("embeddings_initializer", embeddings_initializer);
  f("mask_zero", mask_zero);
  f("reverse_dtype", reverse_dtype);
  f("logit_soft_cap", logit_soft_cap);
}

ReversibleEmbedding::ReversibleEmbedding(int input_dim, int output_dim,
                                         ReversibleEmbeddingOptions options)
    : ReversibleEmbedding(
          with(&ReversibleEmbeddingOptions::input_dim, input_dim,
               with(&ReversibleEmbeddingOptions::output_dim, output_dim, std::move(options)))) {}

ReversibleEmbedding::ReversibleEmbedding(ReversibleEmbeddingOptions options)
    : NamedLayer(options.name), options_(std::move(options)) {
  check<ValueError>(
      options_.input_dim > 0 && options_.output_dim > 0,
      "ReversibleEmbedding: input_dim is {} and output_dim {}; expected at least 1 for both",
      options_.input_dim, options_.output_dim);
  check_initializers(kType, {options_.embeddings_initializer});
  set_supports_masking(options_.mask_zero);
}

void ReversibleEmbedding::build(const std::vector<std::vector<Shape>>&) const {
  const Shape there{options_.input_dim, options_.output_dim};
  const Shape back{options_.output_dim, options_.input_dim};
  add_weight("embeddings", there, options_.embeddings_initializer);
  if (!options_.tie_weights) {
    add_weight("reverse_embeddings", back, options_.embeddings_initializer);
  }
}

Tensor ReversibleEmbedding::scores(const Tensor& vectors) const {
  check(vectors.rank() >= 2, "needs (batch, ..., {}) for the way back, got {}", options_.output_dim,
        vectors.shape());
  check_built_for(options_.output_dim, vectors.shape(), -1);
  const Tensor x = ops::cast(vectors, DType::Float32);
  const Tensor rows = ops::reshape(x, {-1, options_.output_dim});
  const Tensor found = options_.tie_weights
                           ? ops::matmul(rows, weight("embeddings"), {.transpose_b = true})
                           : ops::matmul(rows, weight("reverse_embeddings"));
  return ops::reshape(found, x.shape().with(-1, options_.input_dim));
}

Tensor ReversibleEmbedding::call(const Arguments& arguments) const {
  const Tensor inputs = arguments.tensor("inputs");
  if (!arguments.option("reverse", false)) return ops::embedding(inputs, weight("embeddings"));
  Tensor found = scores(inputs);
  if (!options_.logit_soft_cap) return found;
  const double cap = *options_.logit_soft_cap;
  return ops::multiply(ops::tanh(ops::divide(found, cap)), cap);
}

OptionalMask ReversibleEmbedding::compute_mask(const Arguments& arguments,
                                               const OptionalMasks&) const {
  if (!options_.mask_zero || arguments.option("reverse", false)) return std::nullopt;
  return ops::not_equal(arguments.tensor("inputs"), 0);
}

}  // namespace domino::layers
