#pragma once

#include <string>
#include <string_view>
#include <utility>

#include "domino/backends/ops.h"
#include "domino/graph/layer_templates.h"
#include "domino/layers/initializers/initializers.h"

namespace sentence_encoder {

/// Options of TokenAndPositionEmbedding.
struct TokenAndPositionEmbeddingOptions {
  int vocabulary_size = 0;
  int sequence_length = 0;  ///< of the longest sequence
  int embedding_dim = 0;
  std::string name = {};
  void fields(domino::Fields& f) {
    f("vocabulary_size", vocabulary_size);
    f("sequence_length", sequence_length);
    f("embedding_dim", embedding_dim);
  }
};

/// The sum of a vector for each token and a vector for its place.
///
/// Ids (batch, steps) become (batch, steps, embedding_dim). It makes the mask `ids != 0`: an Add of an
/// Embedding and of positions, which have no mask, would drop it. Weights: `token_embeddings` and
/// `position_embeddings`, a row per token and per place.
class TokenAndPositionEmbedding final : public domino::UnaryLayer<TokenAndPositionEmbedding> {
 public:
  static constexpr std::string_view kType = "TokenAndPositionEmbedding";
  using Options = TokenAndPositionEmbeddingOptions;

  explicit TokenAndPositionEmbedding(Options options)
      : UnaryLayer(options.name), options_(std::move(options)) {}
  const Options& options() const { return options_; }

  void build(const domino::Shape&) const {
    const domino::InitializerSpec uniform("uniform");
    add_weight("token_embeddings", {options_.vocabulary_size, options_.embedding_dim}, uniform);
    add_weight("position_embeddings", {options_.sequence_length, options_.embedding_dim}, uniform);
  }

  domino::Tensor call(const domino::Tensor& ids) const {
    namespace ops = domino::ops;
    const domino::Tensor places = ops::arange(ids.size(1));
    return ops::add(ops::embedding(ids, weight("token_embeddings")),
                    ops::embedding(places, weight("position_embeddings")));
  }

  domino::OptionalMask compute_mask(const domino::Tensor& ids, const domino::OptionalMask&) const {
    return domino::ops::not_equal(ids, 0);
  }

 private:
  const Options options_;
};

}  // namespace sentence_encoder
