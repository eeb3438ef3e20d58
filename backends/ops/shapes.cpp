#include <algorithm>
#include <cmath>
#include <numeric>

#include "domino/backends/meta/trace.h"
#include "domino/backends/ops/ops_internal.h"
#include "domino/backends/packing.h"
#include "domino/core/check.h"

namespace domino::ops {

Tensor reshape(const Tensor& x, const Shape& shape) {
  std::vector<std::int64_t> sizes = shape.sizes();
  std::int64_t known = 1;
  for (const std::int64_t size : sizes) {
    if (size != kAny) known *= size;
  }
  const auto free = std::ranges::find(sizes, kAny);
  if (free != sizes.end()) {
    check(std::ranges::count(sizes, kAny) == 1, "reshape: {} leaves more than one size open",
          shape);
    check(known > 0 && x.elements() % known == 0, "reshape: {} does not fit into {}", x.shape(),
          shape);
    *free = x.elements() / known;
  }
  const Shape target(std::move(sizes));
  check(target.elements() == x.elements(), "reshape: {} does not fit into {}", x.shape(), target);
  if (target == x.shape()) return copy(x);
  if (x.is_packed() && !leading_axes(target, x.row_map()->places(), x.mapped_axes())) {
    return reshape(unpack(x), target);
  }
  return x.is_meta() ? meta::view(x, target) : x.viewed_as(target);
}

Tensor expand_dims(const Tensor& x, int axis) {
  const int place = axis < 0 ? axis + x.rank() + 1 : axis;
  return reshape(x, x.shape().inserted(place, 1));
}

Tensor squeeze(const Tensor& x, std::optional<int> axis) {
  if (axis) {
    check(x.size(*axis) == 1, "squeeze: axis {} of {} is not 1", *axis, x.shape());
    return reshape(x, x.shape().without(*axis));
  }
  std::vector<std::int64_t> sizes;
  for (const std::int64_t size : x.shape()) {
    if (size != 1) sizes.push_back(size);
  }
  return reshape(x, Shape(std::move(sizes)));
}

Tensor transpose(const Tensor& x, const Axes& axes) {
  Axes identity(static_cast<std::size_t>(x.rank()));
  std::iota(identity.begin(), identity.end(), 0);
  if (axes == identity) return copy(x);
  return run_one(op::Transpose{axes}, {x});
}

Tensor concatenate(const Tensors& tensors, int axis) {
  check<ValueError>(!tensors.empty(), "concatenate: no tensors");
  DType dtype = tensors.front().dtype();
  for (const Tensor& x : tensors) dtype = promote(dtype, x.dtype());
  Tensors same;
  for (const Tensor& x : tensors) same.push_back(cast(x, dtype));
  return run_one(op::Concatenate{tensors.front().shape().axis(axis)}, same);
}

Tensor stack(const Tensors& tensors, int axis) {
  check<ValueError>(!tensors.empty(), "stack: no tensors");
  const int place = axis < 0 ? axis + tensors.front().rank() + 1 : axis;
  Tensors expanded;
  for (const Tensor& x : tensors) expanded.push_back(expand_dims(x, place));
  return concatenate(expanded, place);
}

Tensors split(const Tensor& x, int sections, int axis) {
  const std::int64_t size = x.size(axis);
  check(sections > 0 && size % sections == 0,
        "split: axis {} of {} does not divide into {} equal parts", axis, x.shape(), sections);
  const std::int64_t part = size / sections;
  Tensors parts;
  for (int i = 0; i < sections; ++i) {
    parts.push_back(slice(x, {.axis = axis, .begin = i * part, .end = (i + 1) * part}));
  }
  return parts;
}

namespace {

op::Slice whole(const Tensor& x) {
  const auto rank = static_cast<std::size_t>(x.rank());
  return {std::vector<std::int64_t>(rank, 0), x.shape().sizes(),
          std::vector<std::int64_t>(rank, 1)};
}

/// Where Python's `begin:end:step` starts on an axis of `size`, and how many entries it takes.
std::pair<std::int64_t, std::int64_t> resolve(const SliceOptions& options, std::int64_t size) {
  const std::int64_t step = options.step;
  check<ValueError>(step != 0, "slice: a step of 0");
  const std::int64_t low = step > 0 ? 0 : -1;
  const std::int64_t high = step > 0 ? size : size - 1;
  const auto place = [&](std::int64_t at) {
    return std::clamp(at < 0 ? at + size : at, low, high);
  };
  const std::int64_t begin = place(options.begin);
  const std::int64_t end = options.end ? place(*options.end) : (step > 0 ? size : -1);
  const std::int64_t span = step > 0 ? end - begin : begin - end;
  const std::int64_t stride = std::abs(step);
  return {begin, span <= 0 ? 0 : (span + stride - 1) / stride};
}

}  // namespace

Tensor slice(const Tensor& x, const SliceOptions& options) {
  const int axis = x.shape().axis(options.axis);
  // Python's `:` gives the same numbers whatever the size, so a mask stays known as that mask.
  if (options.begin == 0 && !options.end && options.step == 1) return copy(x);
  const auto at = static_cast<std::size_t>(axis);
  const auto [begin, count] = resolve(options, x.size(axis));
  op::Slice operation = whole(x);
  operation.begin[at] = begin;
  operation.count[at] = count;
  operation.stride[at] = options.step;
  return run_one(operation, {x});
}

Tensor select(const Tensor& x, int axis, std::int64_t index) {
  const std::int64_t size = x.size(axis);
  check(index >= -size && index < size, "entry {} does not exist on axis {} of {}", index, axis,
        x.shape());
  const std::int64_t at = index < 0 ? index + size : index;
  return squeeze(slice(x, {.axis = axis, .begin = at, .end = at + 1}), axis);
}

Tensor flip(const Tensor& x, int axis) { return slice(x, {.axis = axis, .begin = -1, .step = -1}); }

Tensor repeat(const Tensor& x, std::int64_t times, int axis) {
  const int at = x.shape().axis(axis);
  const Tensor wide = expand_dims(x, at + 1);
  return reshape(broadcast_to(wide, wide.shape().with(at + 1, times)),
                 x.shape().with(at, x.size(at) * times));
}

Tensor tile(const Tensor& x, std::vector<std::int64_t> times) {
  Tensor result = copy(x);
  while (result.rank() < static_cast<int>(times.size())) result = expand_dims(result, 0);
  const auto added = static_cast<std::size_t>(result.rank()) - times.size();
  times.insert(times.begin(), added, 1);
  for (int axis = 0; axis < result.rank(); ++axis) {
    const std::int64_t count = times[static_cast<std::size_t>(axis)];
    check<ValueError>(count >= 0, "tile: {} times along axis {}", count, axis);
    if (count == 1) continue;
    const Tensor wide = expand_dims(result, axis);
    result = reshape(broadcast_to(wide, wide.shape().with(axis, count)),
                     result.shape().with(axis, result.size(axis) * count));
  }
  return result;
}

Tensor broadcast_to(const Tensor& x, const Shape& shape) {
  if (shape == x.shape()) return copy(x);
  return run_one(op::BroadcastTo{shape}, {x});
}

namespace {

/// `indices` in int32. Wider ones that int32 would cut to a valid index stay invalid.
Tensor places(const Tensor& indices, std::int64_t size) {
  const DType dtype = indices.dtype();
  const bool wide = dtype == DType::Int64 || dtype == DType::UInt32 || dtype == DType::UInt64;
  const Tensor kept =
      wide ? clip(cast(indices, DType::Int64), -1, static_cast<double>(size)) : indices;
  return cast(kept, DType::Int32);
}

}  // namespace

Tensor take(const Tensor& x, const Tensor& indices, int axis) {
  const int at = x.shape().axis(axis);
  return run_one(op::Take{at}, {x, places(indices, x.size(at))});
}

Tensor pad(const Tensor& x, int axis, std::int64_t before, std::int64_t after, double value) {
  const auto edge = [&](std::int64_t size) {
    return full_beside(x, x.shape().with(axis, size), value, x.dtype());
  };
  Tensors parts;
  if (before > 0) parts.push_back(edge(before));
  parts.push_back(x);
  if (after > 0) parts.push_back(edge(after));
  return parts.size() == 1 ? copy(x) : concatenate(parts, axis);
}

}  // namespace domino::ops
