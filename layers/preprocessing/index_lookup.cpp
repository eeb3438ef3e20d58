#include "domino/layers/preprocessing/index_lookup.h"

#include <algorithm>
#include <limits>
#include <numeric>
#include <set>
#include <utility>

#include "domino/backends/backend.h"
#include "domino/core/check.h"
#include "domino/layers/preprocessing/categories.h"

namespace domino::layers {

template <class T>
void IndexLookupOptions<T>::fields(Fields& f) {
  f("invert", invert);
  f("max_tokens", max_tokens);
  f("num_oov_indices", num_oov_indices);
  f("oov_token", oov_token);
  f("mask_token", mask_token);
  f("output_mode", output_mode);
  f("pad_to_max_tokens", pad_to_max_tokens);
  f("idf_weights", idf_weights);
  f("vocabulary", vocabulary);
  f("vocabulary_size", vocabulary_size);
  f("oov_method", oov_method);
  f("salt", salt);
  // What Keras writes here says nothing, or only what Domino refuses.
  constexpr bool kStrings = std::is_same_v<T, std::string>;
  const std::string_view key = kStrings ? "encoding" : "vocabulary_dtype";
  const std::string_view only = kStrings ? "utf-8" : "int64";
  std::string text(only);
  f(key, text);
  check<ValueError>(text == only, "'{}': {}; expected {}", key, text, only);
  bool sparse = false;
  f("sparse", sparse);
  check_dense(kStrings ? "StringLookup" : "IntegerLookup", "sparse", sparse);
}

namespace {

template <class T>
void check_options(std::string_view layer, const IndexLookupOptions<T>& o) {
  check_output_mode(layer, o.output_mode, {"int", "one_hot", "multi_hot", "count", "tf_idf"});
  check<ValueError>(!o.max_tokens || *o.max_tokens > 1, "{}: max_tokens is {}; expected at least 2",
                    layer, o.max_tokens.value_or(0));
  check<ValueError>(!o.pad_to_max_tokens || o.max_tokens,
                    "{}: pad_to_max_tokens without max_tokens; give it", layer);
  check<ValueError>(o.num_oov_indices >= 0, "{}: num_oov_indices is {}; expected at least 0", layer,
                    o.num_oov_indices);
  check<ValueError>(o.oov_method == "floormod" || o.oov_method == "farmhash",
                    "{}: oov_method is '{}'; expected floormod or farmhash", layer, o.oov_method);
  check<ValueError>(!o.invert || o.output_mode == "int",
                    "{}: invert with output_mode '{}'; only 'int' can be inverted", layer,
                    o.output_mode);
  const bool weighs = o.output_mode == "tf_idf";
  check<ValueError>(weighs || !o.idf_weights.given(),
                    "{}: idf_weights with output_mode '{}'; they are for 'tf_idf'", layer,
                    o.output_mode);
  check<ValueError>(!weighs || o.idf_weights.given() || !o.vocabulary.given(),
                    "{}: a vocabulary for 'tf_idf' without idf_weights; give one for each term",
                    layer);
  check<ValueError>(o.salt.values().size() <= 2, "{}: a salt of {} numbers; expected one or two",
                    layer, o.salt.values().size());
}

/// As a tensor of one axis on the host.
template <class T>
Tensor column(const std::vector<T>& values) {
  return Tensor(Shape{static_cast<std::int64_t>(values.size())}, values);
}

std::vector<std::int64_t> indices_from(std::int64_t first, std::size_t count) {
  std::vector<std::int64_t> indices(count);
  std::iota(indices.begin(), indices.end(), first);
  return indices;
}

}  // namespace

template <class T>
IndexLookup<T>::IndexLookup(std::string_view layer, IndexLookupOptions<T> options)
    : layer_(layer), options_(std::move(options)) {
  check_options(layer_, options_);
  const auto& given = options_.vocabulary;
  check<ValueError>(!given.given() || !given.terms().empty(), "{}: an empty vocabulary", layer_);
  if (given.given()) {
    set_vocabulary(given.terms());
    options_.vocabulary_size = first_term() + static_cast<std::int64_t>(state_->terms.size());
  } else {
    state_->table = options_.invert ? inverse_table({}) : forward_table({});
  }
  if (options_.idf_weights.given() && options_.vocabulary_size) {
    state_->idf_weights = given_idf_weights();
  }
}

/// The index of the first unknown term: that of the mask token is in front.
template <class T>
std::int64_t IndexLookup<T>::first_unknown() const {
  return options_.mask_token && options_.output_mode == "int" ? 1 : 0;
}

template <class T>
std::int64_t IndexLookup<T>::first_term() const {
  return first_unknown() + options_.num_oov_indices;
}

template <class T>
std::vector<T> IndexLookup<T>::special_terms() const {
  std::vector<T> terms(static_cast<std::size_t>(first_term()), options_.oov_token);
  if (first_unknown() > 0) terms.front() = *options_.mask_token;
  return terms;
}

template <class T>
std::vector<T> IndexLookup<T>::vocabulary() const {
  if (state_->terms.empty()) return {};
  std::vector<T> all = special_terms();
  all.insert(all.end(), state_->terms.begin(), state_->terms.end());
  return all;
}

template <class T>
void IndexLookup<T>::check_terms(const std::vector<T>& terms) const {
  std::set<T> seen;
  for (const T& term : terms) {
    check<ValueError>(seen.insert(term).second, "{}: the vocabulary has '{}' twice", layer_, term);
  }
  const bool reserves_mask = options_.mask_token && seen.contains(*options_.mask_token);
  const bool reserves_unknown = options_.invert && seen.contains(options_.oov_token);
  check<ValueError>(
      !reserves_mask && !reserves_unknown,
      "{}: the vocabulary has the {} among its terms; leave out all special terms, or "
      "begin with exactly these: [{}]",
      layer_, reserves_mask ? "mask_token" : "oov_token", fmt::join(special_terms(), ", "));
  const std::int64_t size = first_term() + static_cast<std::int64_t>(terms.size());
  check<ValueError>(!options_.max_tokens || size <= *options_.max_tokens,
                    "{}: a vocabulary of {} entries with the special ones; max_tokens allows {}",
                    layer_, size, options_.max_tokens.value_or(0));
  const bool fixed = options_.output_mode != "int" && !options_.pad_to_max_tokens;
  check<ValueError>(!fixed || size == options_.vocabulary_size.value_or(size),
                    "{}: a vocabulary of {} entries with the special ones, expected {}", layer_,
                    size, options_.vocabulary_size.value_or(0));
}

template <class T>
void IndexLookup<T>::set_vocabulary(std::vector<T> terms) const {
  const std::vector<T> special = special_terms();
  const bool begins =
      terms.size() >= special.size() && std::equal(special.begin(), special.end(), terms.begin());
  if (begins)
    terms.erase(terms.begin(), terms.begin() + static_cast<std::ptrdiff_t>(special.size()));
  check_terms(terms);
  state_->table = options_.invert ? inverse_table(terms) : forward_table(terms);
  state_->terms = std::move(terms);
}

template <class T>
ops::Table IndexLookup<T>::forward_table(std::vector<T> terms) const {
  std::vector<std::int64_t> indices = indices_from(first_term(), terms.size());
  if (options_.mask_token && !terms.empty()) {
    // Beside indices nobody counts it.
    const bool counted = options_.output_mode != "int";
    indices.push_back(counted ? std::numeric_limits<std::int64_t>::max() : 0);
    terms.push_back(*options_.mask_token);
  }
  Tensor otherwise;
  if (options_.num_oov_indices > 0) {
    const std::int64_t index = options_.num_oov_indices == 1 ? first_unknown() : -1;
    otherwise = Tensor({}, std::vector<std::int64_t>{index});
  }
  return {column(terms), column(indices), otherwise};
}

template <class T>
ops::Table IndexLookup<T>::inverse_table(std::vector<T> terms) const {
  std::vector<std::int64_t> indices = indices_from(first_term(), terms.size());
  if (options_.mask_token && !terms.empty()) {
    indices.push_back(0);
    terms.push_back(*options_.mask_token);
  }
  return {column(indices), column(terms), Tensor({}, std::vector<T>{options_.oov_token})};
}

/// Puts hashes where `indices` has -1.
template <class T>
Tensor IndexLookup<T>::with_unknown_terms(const Tensor& x, const Tensor& indices) const {
  const std::int64_t buckets = options_.num_oov_indices;
  const std::vector<std::int64_t>& salt = options_.salt.values();
  Tensor hashes;
  if (x.dtype() != DType::String && options_.oov_method == "floormod") {
    hashes = ops::mod(ops::cast(x, DType::Int64), static_cast<int>(buckets));
  } else if (salt.empty()) {
    hashes = ops::hash_bucket(x, {.buckets = buckets});
  } else {
    hashes = ops::hash_bucket(x, {.buckets = buckets,
                                  .salted = true,
                                  .key_0 = static_cast<std::uint64_t>(salt.front()),
                                  .key_1 = static_cast<std::uint64_t>(salt.back())});
  }
  return ops::where(ops::equal(indices, -1), ops::add(hashes, static_cast<int>(first_unknown())),
                    indices);
}

template <class T>
Tensor IndexLookup<T>::operator()(const Tensor& x) const {
  const bool strings = std::is_same_v<T, std::string> && !options_.invert;
  check<DTypeError>(strings == (x.dtype() == DType::String), "needs {}, got {}",
                    strings ? "strings" : "numbers", x.dtype());
  Tensor found = ops::lookup(x, state_->table);
  if (options_.invert) return found;
  if (options_.num_oov_indices > 1) found = with_unknown_terms(x, found);
  if (options_.output_mode == "int") return found;
  const std::string mode = options_.output_mode == "tf_idf" ? "count" : options_.output_mode;
  return encode_categories(found, {mode, depth(), DType::Int64});
}

template <class T>
std::int64_t IndexLookup<T>::depth() const {
  if (options_.pad_to_max_tokens) return *options_.max_tokens;
  if (options_.vocabulary_size) return *options_.vocabulary_size;
  check<BuildError>(!state_->terms.empty(),
                    "output_mode '{}' needs a vocabulary, or its vocabulary_size",
                    options_.output_mode);
  return static_cast<std::int64_t>(vocabulary().size());
}

/// Those of the options, for the whole depth.
template <class T>
Tensor IndexLookup<T>::given_idf_weights() const {
  const auto given = options_.idf_weights.tensor().template data<float>();
  std::vector<float> weights(given.begin(), given.end());
  const auto whole = static_cast<std::size_t>(*options_.vocabulary_size);
  const auto special = static_cast<std::size_t>(first_term());
  check<ValueError>(weights.size() == whole || weights.size() + special == whole,
                    "{}: {} idf_weights for {} terms; expected one for each", layer_,
                    weights.size(), whole - special);
  if (weights.size() != whole) {
    const double sum = std::accumulate(weights.begin(), weights.end(), 0.0);
    const auto mean = static_cast<float>(sum / static_cast<double>(weights.size()));
    weights.insert(weights.begin(), special, mean);
  }
  weights.resize(static_cast<std::size_t>(depth()));
  return column(weights);
}

template <class T>
Tensor IndexLookup<T>::weighted(const Tensor& counts) const {
  Tensor floats = ops::cast(counts, DType::Float32);
  if (state_->idf_weights.defined()) {
    return ops::multiply(floats, resident(state_->idf_weights));
  }
  check<BuildError>(
      counts.is_meta(),
      "there are no idf_weights yet; give them in the options, with a vocabulary, or load "
      "the model's weights");
  return floats;
}

template <class T>
std::vector<OwnVariable> IndexLookup<T>::own_variables() const {
  if (options_.output_mode != "tf_idf") return {};
  return {{"idf_weights", {depth()}, state_->idf_weights}};
}

template <class T>
void IndexLookup<T>::load_own_variable(std::string_view name, const Tensor& value) const {
  check<ValueError>(options_.output_mode == "tf_idf" && name == "idf_weights",
                    "{}: there is no variable '{}'", layer_, name);
  check<ValueError>(value.shape() == Shape{depth()}, "{}: idf_weights have shape {}, got {}",
                    layer_, Shape{depth()}, value.shape());
  state_->idf_weights = value;
}

template <class T>
Assets IndexLookup<T>::own_assets() const {
  if (options_.vocabulary.given() || state_->terms.empty()) return {};
  return {{"vocabulary.txt", vocabulary_file(vocabulary())}};
}

template <class T>
void IndexLookup<T>::load_own_assets(const Assets& assets) const {
  if (options_.vocabulary.given()) return;
  const auto file = assets.find("vocabulary.txt");
  check<ValueError>(file != assets.end(), "{}: no file 'vocabulary.txt', which holds its terms",
                    layer_);
  try {
    set_vocabulary(read_vocabulary<T>(file->second));
  } catch (Error& error) {
    error.add_context("vocabulary.txt");
    throw;
  }
}

template struct IndexLookupOptions<std::string>;
template struct IndexLookupOptions<std::int64_t>;
template class IndexLookup<std::string>;
template class IndexLookup<std::int64_t>;

}  // namespace domino::layers
