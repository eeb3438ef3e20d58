#pragma once

#include <filesystem>

#include "domino/graph/model.h"
#include "encoder.h"

namespace sentence_encoder {

/// Gives the model that `make_sentence_encoder(config)` made the weights of a BERT model that PyTorch
/// saved, `model.safetensors`. Throws domino::IoError, naming it, for a tensor that is missing, and
/// domino::ShapeError for one of other sizes.
void load_encoder_weights(const domino::Model& model, const EncoderConfig& config,
                          const std::filesystem::path& file);

}  // namespace sentence_encoder
