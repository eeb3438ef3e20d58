#include "domino/layers/preprocessing/hashed_crossing.h"

#include <utility>

#include "domino/backends/ops.h"
#include "domino/core/check.h"
#include "domino/layers/options.h"
#include "domino/layers/preprocessing/categories.h"

namespace domino::layers {

void HashedCrossingOptions::fields(Fields& f) {
  f("num_bins", num_bins);
  f("output_mode", output_mode);
  bool sparse = false;
  f("sparse", sparse);
  check_dense(HashedCrossing::kType, "sparse", sparse);
}

HashedCrossing::HashedCrossing(std::int64_t num_bins, HashedCrossingOptions options)
    : HashedCrossing(with(&HashedCrossingOptions::num_bins, num_bins, std::move(options))) {}

HashedCrossing::HashedCrossing(HashedCrossingOptions options)
    : ListLayer(options.name), options_(std::move(options)) {
  check_output_mode(kType, options_.output_mode, {"int", "one_hot"});
  check<ValueError>(options_.num_bins > 0, "HashedCrossing: num_bins is {}; expected at least 1",
                    options_.num_bins);
}

namespace {

void check_inputs(const Tensors& inputs) {
  check(inputs.size() >= 2, "needs at least two tensors, got {}", inputs.size());
  const Shape& shape = inputs.front().shape();
  check(shape.rank() <= 1 || (shape.rank() == 2 && shape[1] == 1),
        "needs tensors of (batch,), (batch, 1) or (), got {}", shape);
  for (const Tensor& x : inputs) {
    check<DTypeError>(x.dtype() == DType::String || is_integer(x.dtype()),
                      "needs strings or integers, got {}", x.dtype());
  }
}

}  // namespace

Tensor HashedCrossing::call(const Tensors& inputs) const {
  check_inputs(inputs);
  const DType dtype = options_.output_mode == "int" ? DType::Int64 : DType::Float32;
  return encode_categories(ops::hash_cross(inputs, options_.num_bins),
                           {options_.output_mode, options_.num_bins, dtype});
}

}  // namespace domino::layers
