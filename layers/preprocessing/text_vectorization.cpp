#include "domino/layers/preprocessing/text_vectorization.h"

#include <numeric>
#include <utility>

#include "domino/backends/ops.h"
#include "domino/core/check.h"
#include "domino/layers/preprocessing/categories.h"

namespace domino::layers {

void TextVectorizationOptions::fields(Fields& f) {
  f("max_tokens", max_tokens);
  f("standardize", standardize);
  f("split", split);
  f("ngrams", ngrams);
  f("output_mode", output_mode);
  f("output_sequence_length", output_sequence_length);
  f("pad_to_max_tokens", pad_to_max_tokens);
  f("vocabulary", vocabulary);
  f("idf_weights", idf_weights);
  f("vocabulary_size", vocabulary_size);
  std::string encoding = "utf-8";
  f("encoding", encoding);
  check<ValueError>(encoding == "utf-8", "'encoding': {}; expected utf-8", encoding);
  for (const std::string_view key : {"sparse", "ragged"}) {
    bool given = false;
    f(key, given);
    check_dense(TextVectorization::kType, key, given);
  }
}

namespace {

constexpr std::string_view kBoth = "lower_and_strip_punctuation";

void check_options(const TextVectorizationOptions& o) {
  const std::string standardize = o.standardize.value_or("lower");
  check<ValueError>(
      standardize == kBoth || standardize == "lower" || standardize == "strip_punctuation",
      "TextVectorization: standardize is '{}'; expected {}, lower, strip_punctuation or None",
      standardize, kBoth);
  const std::string split = o.split.value_or("whitespace");
  check<ValueError>(split == "whitespace" || split == "character",
                    "TextVectorization: split is '{}'; expected whitespace, character or None",
                    split);
  check<ValueError>(o.output_mode != "one_hot" || !o.split,
                    "TextVectorization: output_mode 'one_hot' with a split gives rows of different "
                    "lengths in Keras, which Domino has not; use 'int' and CategoryEncoding");
  check<ValueError>(o.output_mode == "int" || !o.output_sequence_length,
                    "TextVectorization: output_sequence_length with output_mode '{}'; it is for "
                    "'int'",
                    o.output_mode);
  const bool one_width = o.ngrams.to_config().is_int();
  check<ValueError>(!one_width || o.ngrams.values().front() > 0,
                    "TextVectorization: ngrams is {}; expected at least 1",
                    o.ngrams.to_config().to_json());
  check<ValueError>(o.output_sequence_length.value_or(1) > 0,
                    "TextVectorization: output_sequence_length is {}; expected at least 1",
                    o.output_sequence_length.value_or(0));
}

StringLookupOptions lookup_options(const TextVectorizationOptions& o) {
  return {.max_tokens = o.max_tokens,
          .mask_token = "",
          .vocabulary = o.vocabulary,
          .idf_weights = o.idf_weights,
          .output_mode = o.output_mode,
          .pad_to_max_tokens = o.pad_to_max_tokens,
          .vocabulary_size = o.vocabulary_size};
}

/// The widths that a lone number stands for: 1 up to it.
std::vector<std::int64_t> widths_of(const Integers& ngrams) {
  if (!ngrams.to_config().is_int()) return ngrams.values();
  std::vector<std::int64_t> widths(static_cast<std::size_t>(ngrams.values().front()));
  std::iota(widths.begin(), widths.end(), 1);
  return widths;
}

op::SplitKind split_kind(const std::optional<std::string>& split) {
  if (!split) return op::SplitKind::None;
  return *split == "character" ? op::SplitKind::Character : op::SplitKind::Whitespace;
}

}  // namespace

TextVectorization::TextVectorization(TextVectorizationOptions options)
    : UnaryLayer(options.name), options_(std::move(options)), lookup_(lookup_options(options_)) {
  check_options(options_);
}

void TextVectorization::build(const Shape&) const { add_layer("_lookup_layer", lookup_); }

Tensor TextVectorization::tokens_of(const Tensor& x) const {
  check<DTypeError>(x.dtype() == DType::String, "needs strings, got {}", x.dtype());
  const std::string standardize = options_.standardize.value_or("");
  const op::Tokenize tokenize{
      .lower = standardize == kBoth || standardize == "lower",
      .strip_punctuation = standardize == kBoth || standardize == "strip_punctuation",
      .split = split_kind(options_.split),
      .ngrams = widths_of(options_.ngrams)};
  if (!options_.split || x.rank() < 2) return ops::tokenize(x, tokenize);
  check(x.size(-1) == 1, "needs (batch,) or (batch, 1) to split, got {}", x.shape());
  return ops::tokenize(ops::squeeze(x, -1), tokenize);
}

/// Cut, or with 0 behind the end.
Tensor TextVectorization::with_length(const Tensor& indices) const {
  if (!options_.output_sequence_length) return indices;
  const std::int64_t length = *options_.output_sequence_length;
  if (indices.size(-1) >= length) return ops::slice(indices, {.axis = -1, .end = length});
  return ops::pad(indices, -1, 0, length - indices.size(-1));
}

Tensor TextVectorization::call(const Tensor& x) const { return with_length(lookup_(tokens_of(x))); }

std::vector<OwnVariable> TextVectorization::own_variables() const {
  return lookup_.own_variables();
}

void TextVectorization::load_own_variable(std::string_view name, const Tensor& value) const {
  lookup_.load_own_variable(name, value);
}

Assets TextVectorization::own_assets() const { return lookup_.own_assets(); }

void TextVectorization::load_own_assets(const Assets& assets) const {
  lookup_.load_own_assets(assets);
}

}  // namespace domino::layers
