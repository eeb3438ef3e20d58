#pragma once

#include <string>
#include <string_view>

#include "domino/graph/layer_templates.h"
#include "domino/layers/initializers/initializers.h"

namespace domino::layers {

/// Options of Embedding; the first two are its constructor's first arguments.
struct EmbeddingOptions {
  int input_dim = 0;   ///< size of the vocabulary, id 0 included
  int output_dim = 0;  ///< size of a vector
  InitializerSpec embeddings_initializer = "uniform";
  bool mask_zero = false;
  std::string name = {};
  void fields(Fields& f);
};

/// Looks up a vector for every id.
///
/// Ids of any shape and number type become `(*ids, output_dim)`. With `mask_zero` it makes the
/// mask, `ids != 0`, whatever mask the ids carry; row 0 is a row like any other. Without, a mask of
/// the ids ends here. Weight: `embeddings` (input_dim, output_dim). Ids below 0 are errors, which
/// Keras wraps round. Keras: keras/src/layers/core/embedding.py; without LoRA and quantisation.
class Embedding final : public UnaryLayer<Embedding> {
 public:
  static constexpr std::string_view kType = "Embedding";
  using Options = EmbeddingOptions;

  Embedding(int input_dim, int output_dim, EmbeddingOptions options = {});
  explicit Embedding(EmbeddingOptions options);
  const EmbeddingOptions& options() const { return options_; }

  void build(const Shape& ids) const;
  Tensor call(const Tensor& ids) const;
  OptionalMask compute_mask(const Tensor& ids, const OptionalMask& mask = {}) const;

 private:
  const EmbeddingOptions options_;
};

}  // namespace domino::layers
