#include "domino/layers/preprocessing/discretization.h"

#include <algorithm>
#include <utility>

#include "domino/backends/backend.h"
#include "domino/backends/ops.h"
#include "domino/core/check.h"
#include "domino/layers/preprocessing/categories.h"

namespace domino::layers {

void DiscretizationOptions::fields(Fields& f) {
  f("bin_boundaries", bin_boundaries);
  f("num_bins", num_bins);
  f("epsilon", epsilon);
  f("output_mode", output_mode);
  bool sparse = false;
  f("sparse", sparse);
  check_dense(Discretization::kType, "sparse", sparse);
}

Discretization::Discretization(DiscretizationOptions options)
    : UnaryLayer(options.name), options_(std::move(options)) {
  check_output_mode(kType, options_.output_mode, {"int", "one_hot", "multi_hot", "count"});
  check<ValueError>(options_.bin_boundaries.given(),
                    "Discretization: no bin_boundaries; give them, or a configuration that adapt() "
                    "has put them into");
  const Tensor& boundaries = options_.bin_boundaries.tensor();
  check(boundaries.rank() == 1, "Discretization: bin_boundaries of shape {}, expected a list",
        boundaries.shape());
  check<ValueError>(std::ranges::is_sorted(boundaries.data<float>()),
                    "Discretization: bin_boundaries {} are not sorted",
                    options_.bin_boundaries.to_config().to_json());
}

Tensor Discretization::call(const Tensor& x) const {
  const Tensor boundaries = resident(options_.bin_boundaries.tensor());
  const Tensor numbers = ops::expand_dims(ops::cast(x, DType::Float32), -1);
  const Tensor passed = ops::logical_not(ops::less(numbers, boundaries));
  const Tensor bins = ops::sum(ops::cast(passed, DType::Int32), {-1});
  const DType dtype = options_.output_mode == "int" ? DType::Int32 : DType::Float32;
  return encode_categories(bins, {options_.output_mode, boundaries.size(0) + 1, dtype});
}

}  // namespace domino::layers
