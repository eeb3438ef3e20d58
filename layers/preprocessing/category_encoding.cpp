#include "domino/layers/preprocessing/category_encoding.h"

#include <utility>

#include "domino/backends/ops.h"
#include "domino/core/check.h"
#include "domino/layers/options.h"
#include "domino/layers/preprocessing/categories.h"

namespace domino::layers {

void CategoryEncodingOptions::fields(Fields& f) {
  f("num_tokens", num_tokens);
  f("output_mode", output_mode);
}

CategoryEncoding::CategoryEncoding(std::int64_t num_tokens, CategoryEncodingOptions options)
    : CategoryEncoding(with(&CategoryEncodingOptions::num_tokens, num_tokens, std::move(options))) {
}

CategoryEncoding::CategoryEncoding(CategoryEncodingOptions options)
    : NamedLayer(options.name), options_(std::move(options)) {
  check_output_mode(kType, options_.output_mode, {"one_hot", "multi_hot", "count"});
  check<ValueError>(options_.num_tokens > 0,
                    "CategoryEncoding: num_tokens is {}; expected at least 1", options_.num_tokens);
}

Signature CategoryEncoding::arguments() {
  return {{.name = "inputs"}, {.name = "count_weights", .required = false}};
}

template <class T>
T CategoryEncoding::apply_to(const T& x, const CategoryEncodingCall<T>& options,
                             SourceLocation where) const {
  const bool weighted = options.count_weights.has_value();
  Call<T> call{.arguments = {{x}, {}},
               .masks = {{}, {}},
               .options = {},
               .positional = !weighted,
               .where = where};
  if (weighted) call.arguments[1] = {*options.count_weights};
  return apply(std::move(call)).front();
}

template Tensor CategoryEncoding::apply_to(const Tensor&, const CategoryEncodingCall<Tensor>&,
                                           SourceLocation) const;
template SymbolicTensor CategoryEncoding::apply_to(const SymbolicTensor&,
                                                   const CategoryEncodingCall<SymbolicTensor>&,
                                                   SourceLocation) const;

Tensors CategoryEncoding::call(const Arguments& arguments) const {
  const Tensor x = arguments.tensor("inputs");
  Tensor weights = arguments.tensor("count_weights");
  check<ValueError>(!weights.defined() || options_.output_mode == "count",
                    "count_weights with output_mode '{}'; they are for 'count'",
                    options_.output_mode);
  if (weights.defined()) weights = ops::cast(weights, DType::Float32);
  return {encode_categories(ops::cast(x, DType::Int64), {options_.output_mode, options_.num_tokens},
                            weights)};
}

}  // namespace domino::layers
