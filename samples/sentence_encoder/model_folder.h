#pragma once

#include <filesystem>

#include "domino/graph/model.h"
#include "encoder.h"
#include "word_piece_tokenizer.h"

namespace sentence_encoder {

/// A model and the tokenizer in front of it.
struct SentenceEncoder {
  WordPieceTokenizer tokenize;
  domino::Model model;
};

/// The sizes that `config.json` of a BERT model names. Throws domino::IoError if it cannot be read or
/// lacks one, or if the model is of another kind.
EncoderConfig read_encoder_config(const std::filesystem::path& file);

/// Opens a folder of sentence-transformers with a BERT model, such as all-MiniLM-L6-v2: config.json,
/// sentence_bert_config.json, vocab.txt and model.safetensors. Throws domino::IoError for what is
/// missing or does not fit; where there is no model it says how to get one.
SentenceEncoder open_sentence_encoder(const std::filesystem::path& folder);

}  // namespace sentence_encoder
