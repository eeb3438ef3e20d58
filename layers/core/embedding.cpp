#include "domino/layers/core/embedding.h"

#include <utility>

#include "domino/backends/ops.h"
#include "domino/core/check.h"
#include "domino/layers/options.h"

namespace domino::layers {

void EmbeddingOptions::fields(Fields& f) {
  f("input_dim", input_dim);
  f("output_dim", output_dim);
  f("embeddings_initializer", embeddings_initializer);
  f("mask_zero", mask_zero);
}

Embedding::Embedding(int input_dim, int output_dim, EmbeddingOptions options)
    : Embedding(with(&EmbeddingOptions::input_dim, input_dim,
                     with(&EmbeddingOptions::output_dim, output_dim, std::move(options)))) {}

Embedding::Embedding(EmbeddingOptions options)
    : UnaryLayer(options.name), options_(std::move(options)) {
  check<ValueError>(options_.input_dim > 0 && options_.output_dim > 0,
                    "Embedding: input_dim is {} and output_dim {}; expected at least 1 for both",
                    options_.input_dim, options_.output_dim);
  check_initializers(kType, {options_.embeddings_initializer});
  set_supports_masking(options_.mask_zero);
}

void Embedding::build(const Shape&) const {
  add_weight("embeddings", {options_.input_dim, options_.output_dim},
             options_.embeddings_initializer);
}

Tensor Embedding::call(const Tensor& ids) const {
  return ops::embedding(ids, weight("embeddings"));
}

OptionalMask Embedding::compute_mask(const Tensor& ids, const OptionalMask&) const {
  if (!options_.mask_zero) return std::nullopt;
  return ops::not_equal(ids, 0);
}

}  // namespace domino::layers
