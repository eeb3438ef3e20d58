#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "domino/backends/ops.h"
#include "domino/graph/layer_templates.h"
#include "domino/layers/integers.h"
#include "domino/layers/numbers.h"
#include "domino/layers/preprocessing/vocabulary.h"

namespace domino::layers {

template <class T>
T default_oov_token() {
  if constexpr (std::is_same_v<T, std::string>) {
    return "[UNK]";
  } else {
    return -1;
  }
}

/// Options of StringLookup (`T` is std::string) and IntegerLookup (std::int64_t).
template <class T>
struct IndexLookupOptions {
  std::optional<std::int64_t> max_tokens = {};
  std::int64_t num_oov_indices = 1;
  std::optional<T> mask_token = {};
  T oov_token = default_oov_token<T>();
  Vocabulary<T> vocabulary = {};
  Numbers idf_weights = {};  ///< one per term, for "tf_idf"
  bool invert = false;
  std::string output_mode = "int";  ///< or "one_hot", "multi_hot", "count", "tf_idf"
  bool pad_to_max_tokens = false;
  std::optional<std::int64_t> vocabulary_size = {};  ///< of a vocabulary that comes later
  std::string oov_method = "floormod";               ///< or "farmhash", of integers
  Integers salt = {};  ///< one or two numbers: unknown terms are hashed under them
  std::string name = {};
  void fields(Fields& f);
};

/// The table of a lookup layer. A handle: copies share the vocabulary and its weights.
template <class T>
class IndexLookup {
 public:
  /// Throws ValueError, naming `layer`, for options that do not go together.
  IndexLookup(std::string_view layer, IndexLookupOptions<T> options);
  const IndexLookupOptions<T>& options() const { return options_; }

  /// Indices of the terms, or terms of the indices, in the form of output_mode; for "tf_idf" the counts.
  Tensor operator()(const Tensor& x) const;

  /// The terms, behind the mask token and the places of unknown terms.
  std::vector<T> vocabulary() const;
  /// Takes terms with or without these in front. Throws ValueError for terms that repeat, are too many,
  /// or not as many as were said to come.
  void set_vocabulary(std::vector<T> terms) const;

  /// "vocabulary.txt", if there is a vocabulary and the options do not hold it.
  Assets own_assets() const;
  /// Takes "vocabulary.txt"; a vocabulary in the options stays, as in Keras. Throws ValueError without.
  void load_own_assets(const Assets& assets) const;

  /// How wide the rows of all modes but "int" are. Throws BuildError as long as nobody knows.
  std::int64_t depth() const;
  /// Counts times `idf_weights`. Throws BuildError as long as neither options nor a file gave them.
  Tensor weighted(const Tensor& counts) const;
  /// `idf_weights`, for the whole depth, if the mode is "tf_idf".
  std::vector<OwnVariable> own_variables() const;
  /// Throws ValueError for another name or shape.
  void load_own_variable(std::string_view name, const Tensor& value) const;

 private:
  struct State {
    std::vector<T> terms;  ///< without special ones
    ops::Table table;
    Tensor idf_weights;  ///< undefined until they are given
  };
  std::vector<T> special_terms() const;
  std::int64_t first_unknown() const;
  std::int64_t first_term() const;
  Tensor given_idf_weights() const;
  void check_terms(const std::vector<T>& terms) const;
  ops::Table forward_table(std::vector<T> terms) const;
  ops::Table inverse_table(std::vector<T> terms) const;
  Tensor with_unknown_terms(const Tensor& x, const Tensor& indices) const;

  std::string layer_;
  IndexLookupOptions<T> options_;
  std::shared_ptr<State> state_ = std::make_shared<State>();
};

/// StringLookup and IntegerLookup, but for their names.
template <class D, class T>
class IndexLookupLayer : public UnaryLayer<D> {
 public:
  using Options = IndexLookupOptions<T>;

  explicit IndexLookupLayer(Options options)
      : UnaryLayer<D>(options.name), lookup_(D::kType, std::move(options)) {}
  const Options& options() const { return lookup_.options(); }

  Tensor call(const Tensor& x) const {
    Tensor y = lookup_(x);
    return options().output_mode == "tf_idf" ? lookup_.weighted(y) : y;
  }

  /// All terms by their indices, the mask token and the places of unknown terms in front.
  std::vector<T> get_vocabulary() const { return lookup_.vocabulary(); }

  std::vector<OwnVariable> own_variables() const override { return lookup_.own_variables(); }
  void load_own_variable(std::string_view name, const Tensor& value) const override {
    lookup_.load_own_variable(name, value);
  }
  Assets own_assets() const override { return lookup_.own_assets(); }
  void load_own_assets(const Assets& assets) const override { lookup_.load_own_assets(assets); }

 private:
  IndexLookup<T> lookup_;
};

}  // namespace domino::layers
