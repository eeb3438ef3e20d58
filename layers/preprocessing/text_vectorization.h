#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "domino/graph/layer_templates.h"
#include "domino/layers/integers.h"
#include "domino/layers/numbers.h"
#include "domino/layers/preprocessing/string_lookup.h"

namespace domino::layers {

/// Options of TextVectorization.
struct TextVectorizationOptions {
  std::optional<std::int64_t> max_tokens = {};
  /// or "lower", "strip_punctuation", None
  std::optional<std::string> standardize = "lower_and_strip_punctuation";
  std::optional<std::string> split = "whitespace";  ///< or "character", None
  Integers ngrams = {};  ///< 2 for runs of one and of two tokens, {2} for those of two alone
  std::string output_mode =
      "int";  ///< or "multi_hot", "count", "tf_idf"; "one_hot" without a split
  std::optional<std::int64_t> output_sequence_length = {};  ///< for "int"
  bool pad_to_max_tokens = false;
  Vocabulary<std::string> vocabulary = {};
  Numbers idf_weights = {};                          ///< one per term, for "tf_idf"
  std::optional<std::int64_t> vocabulary_size = {};  ///< of a vocabulary that comes later
  std::string name = {};
  void fields(Fields& f);
};

/// Turns texts into the indices of their tokens, or into rows that tell which tokens they have.
///
/// (batch,) or (batch, 1) strings become (batch, tokens) int64: 0 behind the end, 1 for a token that is
/// not in the vocabulary. There are as many steps as the longest text has tokens, or
/// `output_sequence_length`. Without a split each string is one token, and shapes stay. The other modes
/// give (batch, entries) as StringLookup does. Letters are lowered, punctuation is dropped and words are
/// split as ASCII has them, as in Keras; characters are those of UTF-8. A mask ends here, with a
/// warning; Embedding with mask_zero behind it makes one.
///
/// The vocabulary is that of the sublayer `_lookup_layer`, a StringLookup with "" for its mask token: in
/// the options, or in the assets; so are its `idf_weights`. Keras:
/// keras/src/layers/preprocessing/text_vectorization.py; without adapt(), functions for `standardize`
/// and `split`, other encodings than UTF-8, sparse and ragged tensors.
class TextVectorization final : public UnaryLayer<TextVectorization> {
 public:
  static constexpr std::string_view kType = "TextVectorization";
  using Options = TextVectorizationOptions;

  explicit TextVectorization(TextVectorizationOptions options = {});
  const TextVectorizationOptions& options() const { return options_; }

  /// All terms by their indices, "" and "[UNK]" in front.
  std::vector<std::string> get_vocabulary() const { return lookup_.get_vocabulary(); }

  void build(const Shape& input) const;
  Tensor call(const Tensor& x) const;

  /// `idf_weights`, which Keras has here and once more in the sublayer.
  std::vector<OwnVariable> own_variables() const override;
  void load_own_variable(std::string_view name, const Tensor& value) const override;
  /// "vocabulary.txt", which Keras has here and once more in the sublayer.
  Assets own_assets() const override;
  void load_own_assets(const Assets& assets) const override;

 private:
  Tensor tokens_of(const Tensor& x) const;
  Tensor with_length(const Tensor& indices) const;

  const TextVectorizationOptions options_;
  const StringLookup lookup_;
};

}  // namespace domino::layers
