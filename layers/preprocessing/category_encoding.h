#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "domino/graph/layer_templates.h"

namespace domino::layers {

/// Options of CategoryEncoding; `num_tokens` is its constructor's first argument.
struct CategoryEncodingOptions {
  std::int64_t num_tokens = 0;
  std::string output_mode = "multi_hot";  ///< or "one_hot", "count"
  std::string name = {};
  void fields(Fields& f);
};

/// What may stand behind the tensor in a call of CategoryEncoding.
template <class T>
struct CategoryEncodingCall {
  std::optional<T> count_weights =
      {};  ///< of the input's shape, for "count": what each number counts
};

/// Rows of `num_tokens` numbers that tell which of 0 to num_tokens - 1 occur in the input.
///
/// "one_hot" gives a row for each number, (batch, numbers, num_tokens) or (batch, num_tokens) of (batch,
/// 1); "multi_hot" and "count" one for each row of (batch, numbers): see encode_categories. All are
/// float32. Larger numbers do not count; one below 0 is an error for "multi_hot" and "count", in inputs
/// of any rank, and no number for "one_hot". A mask ends here, with a warning. Keras:
/// keras/src/layers/preprocessing/category_encoding.py; without sparse tensors.
class CategoryEncoding final : public NamedLayer<CategoryEncoding> {
 public:
  static constexpr std::string_view kType = "CategoryEncoding";
  using Options = CategoryEncodingOptions;

  explicit CategoryEncoding(std::int64_t num_tokens, CategoryEncodingOptions options = {});
  explicit CategoryEncoding(CategoryEncodingOptions options);
  const CategoryEncodingOptions& options() const { return options_; }

  /// Wires the layer into a graph.
  SymbolicTensor operator()(const SymbolicTensor& x,
                            const CategoryEncodingCall<SymbolicTensor>& options = {},
                            SourceLocation where = SourceLocation::current()) const {
    return apply_to(x, options, where);
  }
  /// Computes at once.
  Tensor operator()(const Tensor& x, const CategoryEncodingCall<Tensor>& options = {},
                    SourceLocation where = SourceLocation::current()) const {
    return apply_to(x, options, where);
  }

  static Signature arguments();
  Tensors call(const Arguments& arguments) const;

 private:
  template <class T>
  T apply_to(const T& x, const CategoryEncodingCall<T>& options, SourceLocation where) const;

  const CategoryEncodingOptions options_;
};

}  // namespace domino::layers
