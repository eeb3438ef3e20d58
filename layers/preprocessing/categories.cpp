#include "domino/layers/preprocessing/categories.h"

#include <algorithm>
#include <numeric>
#include <vector>

#include "domino/backends/ops.h"
#include "domino/core/check.h"

namespace domino::layers {
namespace {

/// Axis 1, along which Keras counts, put at the end.
Tensor counted_last(const Tensor& x) {
  if (x.rank() <= 2) return x;
  std::vector<int> axes(static_cast<std::size_t>(x.rank()));
  std::iota(axes.begin(), axes.end(), 0);
  std::rotate(axes.begin() + 1, axes.begin() + 2, axes.end());
  return ops::transpose(x, axes);
}

}  // namespace

Tensor encode_categories(const Tensor& indices, const CategoryFormat& format,
                         const Tensor& weights) {
  if (format.output_mode == "int") return ops::cast(indices, format.dtype);
  const Tensor x = indices.rank() == 0 ? ops::expand_dims(indices, 0) : indices;
  if (format.output_mode == "one_hot") {
    const bool single = x.rank() > 1 && x.size(-1) == 1;
    return ops::one_hot(single ? ops::squeeze(x, -1) : x, format.depth, -1, format.dtype);
  }
  const bool binary = format.output_mode == "multi_hot";
  const Tensor counted = weights.defined() ? counted_last(weights) : Tensor();
  return ops::cast(ops::bincount(counted_last(x), format.depth, binary, counted), format.dtype);
}

void check_output_mode(std::string_view layer, std::string_view mode,
                       std::initializer_list<std::string_view> known) {
  check<ValueError>(std::ranges::find(known, mode) != known.end(),
                    "{}: output_mode is '{}'; expected one of {}", layer, mode,
                    fmt::join(known, ", "));
}

void check_dense(std::string_view layer, std::string_view option, bool given) {
  check<ValueError>(!given, "{}: {} is true, but Domino has dense tensors only; use {}=False",
                    layer, option, option);
}

}  // namespace domino::layers
