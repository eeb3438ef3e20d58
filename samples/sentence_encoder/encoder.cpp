#include "encoder.h"

#include "domino/core/error.h"
#include "domino/layers.h"
#include "token_and_position_embedding.h"

namespace sentence_encoder {

namespace {

namespace layers = domino::layers;
using domino::SymbolicTensor;

SymbolicTensor normalised(const SymbolicTensor& x, const EncoderConfig& config,
                          const std::string& name) {
  return layers::LayerNormalization({.epsilon = config.epsilon, .name = name})(x);
}

SymbolicTensor feed_forward(const SymbolicTensor& x, const EncoderConfig& config, int block) {
  const auto inner = layers::Dense(config.inner_width,
                                   {.activation = "gelu", .name = block_layer(block, "inner")})(x);
  return layers::Dense(config.width, {.name = block_layer(block, "outer")})(inner);
}

SymbolicTensor encoder_block(const SymbolicTensor& x, const EncoderConfig& config, int block) {
  const auto attended = layers::MultiHeadAttention(
      config.heads, config.width / config.heads,
      {.name = block_layer(block, "attention")})({.query = x, .value = x});
  const auto y = normalised(layers::Add()({x, attended}), config,
                            block_layer(block, "attention_normalization"));
  return normalised(layers::Add()({y, feed_forward(y, config, block)}), config,
                    block_layer(block, "output_normalization"));
}

}  // namespace

std::string block_layer(int block, const std::string& part) {
  return "block_" + std::to_string(block) + "_" + part;
}

domino::Model make_sentence_encoder(const EncoderConfig& config) {
  if (config.heads < 1 || config.width % config.heads != 0) {
    throw domino::ValueError(std::to_string(config.heads) + " heads do not divide a width of " +
                             std::to_string(config.width));
  }
  const auto ids =
      domino::Input({.shape = {domino::kAny}, .dtype = domino::DType::Int32, .name = "ids"});
  auto x = TokenAndPositionEmbedding({.vocabulary_size = config.vocabulary_size,
                                      .sequence_length = config.sequence_length,
                                      .embedding_dim = config.width,
                                      .name = "embedding"})(ids);
  x = normalised(x, config, "embedding_normalization");
  for (int block = 0; block < config.blocks; ++block) x = encoder_block(x, config, block);
  const auto mean = layers::GlobalAveragePooling1D({.name = "mean"})(x);
  const auto sentence = layers::UnitNormalization({.name = "sentence"})(mean);
  return domino::Model(ids, sentence, {.name = "sentence_encoder"});
}

}  // namespace sentence_encoder
