#include <algorithm>

#include "domino/backends/meta/trace.h"
#include "domino/backends/ops/ops_internal.h"

namespace domino::ops {

Tensor full_beside(const Tensor& beside, const Shape& shape, double value, DType dtype) {
  const op::Full operation{.shape = shape, .dtype = dtype, .value = value};
  if (!beside.is_meta()) return run_one(operation, {});
  Tensor made = Tensor::meta(shape, dtype, op::value_number(operation, {}, 0));
  meta::Trace::note(made, operation, shape == beside.shape() ? Tensors{beside} : Tensors{});
  return made;
}

Tensor full(const Shape& shape, double value, DType dtype) {
  return run_one(op::Full{.shape = shape, .dtype = dtype, .value = value}, {});
}

Tensor zeros(const Shape& shape, DType dtype) { return full(shape, 0, dtype); }
Tensor ones(const Shape& shape, DType dtype) { return full(shape, 1, dtype); }

Tensor full_like(const Tensor& x, double value, std::optional<DType> dtype) {
  return full_beside(x, x.shape(), value, dtype.value_or(x.dtype()));
}

Tensor zeros_like(const Tensor& x, std::optional<DType> dtype) { return full_like(x, 0, dtype); }
Tensor ones_like(const Tensor& x, std::optional<DType> dtype) { return full_like(x, 1, dtype); }

Tensor arange(std::int64_t stop, DType dtype) {
  return arange(0, 1, std::max<std::int64_t>(stop, 0), dtype);
}

Tensor arange(double start, double step, std::int64_t count, DType dtype) {
  return run_one(op::Arange{.start = start, .step = step, .count = count, .dtype = dtype}, {});
}

}  // namespace domino::ops
