#pragma once

#include <string>

#include "domino/graph/model.h"

namespace sentence_encoder {

/// The sizes of an encoder; those of all-MiniLM-L6-v2 unless told otherwise.
struct EncoderConfig {
  int vocabulary_size = 30'522;
  int sequence_length = 512;  ///< of the longest sentence, in tokens
  int width = 384;
  int blocks = 6;
  int heads = 12;
  int inner_width = 1'536;  ///< of the feed-forward layers
  double epsilon = 1e-12;   ///< of the layer normalisations
};

/// Token ids of sentences, (batch, steps) with 0 behind the shorter ones, become vectors of length 1,
/// (batch, width), whose product is the cosine of two sentences.
///
/// BERT's encoder, whose layer normalisations stand behind the residual sums, and the mean of what it
/// gives for the tokens. Padding is masked from the first layer to the mean. The weights are random;
/// `load_encoder_weights` has real ones. Throws domino::ValueError if the heads do not divide the
/// width.
domino::Model make_sentence_encoder(const EncoderConfig& config);

/// The name of a layer of block `block`, counted from 0: "block_0_attention".
std::string block_layer(int block, const std::string& part);

}  // namespace sentence_encoder
