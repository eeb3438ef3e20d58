#include "domino/backends/ops.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "domino/backends/backend.h"
#include "domino/core/check.h"

namespace domino::ops {
namespace {

Tensor run_one(const op::Operation& operation, const Tensors& inputs) {
  return run(operation, inputs).front();
}

/// `axes` counted from the front, ascending, all of them if none is given.
Axes normalized(const Tensor& x, Axes axes) {
  if (axes.empty()) {
    axes.resize(static_cast<std::size_t>(x.rank()));
    std::iota(axes.begin(), axes.end(), 0);
  }
  for (int& axis : axes) axis = x.shape().axis(axis);
  std::ranges::sort(axes);
  check(std::ranges::adjacent_find(axes) == axes.end(), "an axis is named twice in ({}) for {}",
        fmt::join(axes, ", "), x.shape());
  return axes;
}

Tensor reduce(op::ReduceKind kind, const Tensor& x, const Axes& axes, bool keepdims) {
  // No axes left over means a scalar is "reduced": the number itself.
  if (x.rank() == 0) return x.without_mask();
  return run_one(op::Reduce{.kind = kind, .axes = normalized(x, axes), .keepdims = keepdims}, {x});
}

Tensor binary(op::BinaryKind kind, const Operand& a, const Operand& b);

DType dtype_of_number(bool fractional, DType beside) {
  if (is_floating(beside)) return beside;
  if (fractional) return DType::Float32;
  return beside == DType::Bool ? DType::Int32 : beside;
}

Tensor as_bool(const Tensor& x) { return cast(x, DType::Bool); }

/// A tensor of one value where `beside` lies. On meta its value number comes from that value, not
/// from memory that is soon given to another.
Tensor full_beside(const Tensor& beside, const Shape& shape, double value, DType dtype) {
  const op::Full operation{.shape = shape, .dtype = dtype, .value = value};
  if (!beside.is_meta()) return run_one(operation, {});
  return Tensor::meta(shape, dtype, op::value_number(operation, {}, 0));
}

/// Sums of small integers and bools are counted in int32, as in Keras.
DType sum_dtype(DType dtype) {
  switch (dtype) {
    case DType::Bool:
    case DType::Int8:
    case DType::Int16:
      return DType::Int32;
    case DType::UInt8:
    case DType::UInt16:
      return DType::UInt32;
    default:
      return dtype;
  }
}

}  // namespace

std::pair<Tensor, Tensor> meet(const Operand& a, const Operand& b) {
  check<ValueError>(a.tensor_.defined() || b.tensor_.defined(), "one operand must be a tensor");
  const auto made = [](const Operand& operand, const Tensor& beside) {
    if (operand.tensor_.defined()) return operand.tensor_;
    const DType dtype = dtype_of_number(operand.fractional_, beside.dtype());
    return full_beside(beside, {}, operand.number_, dtype);
  };
  const Tensor x = made(a, b.tensor_);
  const Tensor y = made(b, a.tensor_);
  const DType dtype = promote(x.dtype(), y.dtype());
  return {cast(x, dtype), cast(y, dtype)};
}

namespace {

Tensor binary(op::BinaryKind kind, const Operand& a, const Operand& b) {
  auto [x, y] = meet(a, b);
  const bool logical = kind == op::BinaryKind::LogicalAnd || kind == op::BinaryKind::LogicalOr;
  DType dtype = logical ? DType::Bool : x.dtype();
  if (kind == op::BinaryKind::Divide) dtype = to_floating(dtype);
  const bool arithmetic = kind < op::BinaryKind::Maximum;
  // Keras counts bools as int32 when it computes with them.
  if (arithmetic && dtype == DType::Bool) dtype = DType::Int32;
  return run_one(op::Binary{kind}, {cast(x, dtype), cast(y, dtype)});
}

}  // namespace

// clang-format off
Tensor add(const Operand& a, const Operand& b) { return binary(op::BinaryKind::Add, a, b); }
Tensor subtract(const Operand& a, const Operand& b) { return binary(op::BinaryKind::Subtract, a, b); }
Tensor multiply(const Operand& a, const Operand& b) { return binary(op::BinaryKind::Multiply, a, b); }
Tensor divide(const Operand& a, const Operand& b) { return binary(op::BinaryKind::Divide, a, b); }
Tensor floor_divide(const Operand& a, const Operand& b) { return binary(op::BinaryKind::FloorDivide, a, b); }
Tensor mod(const Operand& a, const Operand& b) { return binary(op::BinaryKind::Mod, a, b); }
Tensor power(const Operand& a, const Operand& b) { return binary(op::BinaryKind::Power, a, b); }
Tensor maximum(const Operand& a, const Operand& b) { return binary(op::BinaryKind::Maximum, a, b); }
Tensor minimum(const Operand& a, const Operand& b) { return binary(op::BinaryKind::Minimum, a, b); }
Tensor equal(const Operand& a, const Operand& b) { return binary(op::BinaryKind::Equal, a, b); }
Tensor not_equal(const Operand& a, const Operand& b) { return binary(op::BinaryKind::NotEqual, a, b); }
Tensor less(const Operand& a, const Operand& b) { return binary(op::BinaryKind::Less, a, b); }
Tensor less_equal(const Operand& a, const Operand& b) { return binary(op::BinaryKind::LessEqual, a, b); }
Tensor greater(const Operand& a, const Operand& b) { return binary(op::BinaryKind::Greater, a, b); }
Tensor greater_equal(const Operand& a, const Operand& b) { return binary(op::BinaryKind::GreaterEqual, a, b); }
Tensor logical_and(const Operand& a, const Operand& b) { return binary(op::BinaryKind::LogicalAnd, a, b); }
Tensor logical_or(const Operand& a, const Operand& b) { return binary(op::BinaryKind::LogicalOr, a, b); }

Tensor negative(const Tensor& x) { return unary(op::UnaryKind::Negative, x); }
Tensor abs(const Tensor& x) { return unary(op::UnaryKind::Abs, x); }
Tensor sign(const Tensor& x) { return unary(op::UnaryKind::Sign, x); }
Tensor floor(const Tensor& x) { return unary(op::UnaryKind::Floor, x); }
Tensor square(const Tensor& x) { return unary(op::UnaryKind::Square, x); }
Tensor sqrt(const Tensor& x) { return unary(op::UnaryKind::Sqrt, cast(x, to_floating(x.dtype()))); }
Tensor rsqrt(const Tensor& x) { return unary(op::UnaryKind::Rsqrt, cast(x, to_floating(x.dtype()))); }
Tensor exp(const Tensor& x) { return unary(op::UnaryKind::Exp, cast(x, to_floating(x.dtype()))); }
Tensor log(const Tensor& x) { return unary(op::UnaryKind::Log, cast(x, to_floating(x.dtype()))); }
Tensor erf(const Tensor& x) { return unary(op::UnaryKind::Erf, x); }
Tensor isnan(const Tensor& x) { return unary(op::UnaryKind::IsNan, x); }
Tensor relu(const Tensor& x) { return unary(op::UnaryKind::Relu, x); }
Tensor sigmoid(const Tensor& x) { return unary(op::UnaryKind::Sigmoid, x); }
Tensor tanh(const Tensor& x) { return unary(op::UnaryKind::Tanh, x); }
Tensor logical_not(const Tensor& x) { return unary(op::UnaryKind::LogicalNot, as_bool(x)); }

Tensor max(const Tensor& x, const Axes& axes, bool keepdims) { return reduce(op::ReduceKind::Max, x, axes, keepdims); }
Tensor min(const Tensor& x, const Axes& axes, bool keepdims) { return reduce(op::ReduceKind::Min, x, axes, keepdims); }
Tensor any(const Tensor& x, const Axes& axes, bool keepdims) { return reduce(op::ReduceKind::Any, as_bool(x), axes, keepdims); }
Tensor all(const Tensor& x, const Axes& axes, bool keepdims) { return reduce(op::ReduceKind::All, as_bool(x), axes, keepdims); }
// clang-format on

Tensor sum(const Tensor& x, const Axes& axes, bool keepdims) {
  return reduce(op::ReduceKind::Sum, cast(x, sum_dtype(x.dtype())), axes, keepdims);
}

Tensor prod(const Tensor& x, const Axes& axes, bool keepdims) {
  return reduce(op::ReduceKind::Prod, cast(x, sum_dtype(x.dtype())), axes, keepdims);
}

Tensor mean(const Tensor& x, const Axes& axes, bool keepdims) {
  return reduce(op::ReduceKind::Mean, cast(x, to_floating(x.dtype())), axes, keepdims);
}

Tensor unary(op::UnaryKind kind, const Tensor& x) {
  if (kind == op::UnaryKind::Linear) return x.without_mask();
  return run_one(op::Unary{kind}, {x});
}

Tensor where(const Tensor& condition, const Operand& a, const Operand& b) {
  const auto [x, y] = meet(a, b);
  return run_one(op::Where{}, {as_bool(condition), x, y});
}

Tensor clip(const Tensor& x, double low, double high) {
  const auto bound = [&x](double value) -> Operand {
    const bool whole = std::isfinite(value) && std::floor(value) == value;
    if (!whole || !is_integer(x.dtype())) return value;
    return full_beside(x, {}, value, x.dtype());
  };
  return minimum(maximum(x, bound(low)), bound(high));
}

Tensor cast(const Tensor& x, DType dtype) {
  return x.dtype() == dtype ? x.without_mask() : run_one(op::Cast{dtype}, {x});
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
  if (target == x.shape()) return x.without_mask();
  // A view has no kernel; on meta its number tells it from the value that it shows.
  const op::BroadcastTo view{.shape = target};
  return x.viewed_as(target, x.is_meta() ? op::value_number(view, {&x, 1}, 1) : ValueNumber{});
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
  if (axes == identity) return x.without_mask();
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

Tensor broadcast_to(const Tensor& x, const Shape& shape) {
  if (shape == x.shape()) return x.without_mask();
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
  return parts.size() == 1 ? x.without_mask() : concatenate(parts, axis);
}

Tensor matmul(const Tensor& a, const Tensor& b, const op::MatMul& options) {
  const DType dtype = promote(a.dtype(), b.dtype());
  return run_one(options, {cast(a, dtype), cast(b, dtype)});
}

Tensor dense(const Tensor& x, const Tensor& kernel, const Tensor& bias, op::UnaryKind activation) {
  return run_one(op::Dense{activation}, {x, kernel, bias});
}

Tensor embedding(const Tensor& ids, const Tensor& table) {
  const bool whole = ids.dtype() == DType::Int32 || ids.dtype() == DType::Int64;
  return run_one(op::Embedding{}, {whole ? ids : cast(ids, DType::Int32), table});
}

Tensor softmax(const Tensor& x, int axis) {
  return run_one(op::Softmax{x.shape().axis(axis)}, {x});
}

Tensor softmax(const Tensor& x, const Axes& axes) {
  if (axes.size() == 1) return softmax(x, axes.front());
  const Tensor weights = exp(subtract(x, max(x, axes, true)));
  return divide(weights, sum(weights, axes, true));
}

Tensor layer_norm(const Tensor& x, const Tensor& gamma, const Tensor& beta, double epsilon) {
  return run_one(op::LayerNorm{epsilon}, {x, gamma, beta});
}

Tensor batch_norm(const Tensor& x, const Tensor& mean, const Tensor& variance, const Tensor& gamma,
                  const Tensor& beta, double epsilon) {
  return run_one(op::BatchNorm{epsilon}, {x, mean, variance, gamma, beta});
}

Tensor conv1d(const Tensor& x, const Tensor& kernel, const Tensor& bias,
              const op::Conv1D& options) {
  return run_one(options, {x, kernel, bias});
}

namespace {

/// The forms of mask that Keras accepts, as bool (batch, steps, 1 or units).
Tensor steps_mask(const Tensor& x, const OptionalMask& mask, std::int64_t units) {
  if (!mask) return {};
  const Shape& shape = mask->shape();
  const std::int64_t batch = x.size(0);
  const std::int64_t steps = x.size(1);
  const bool fits = (shape.rank() == 2 || shape.rank() == 3) &&
                    (shape[0] == batch || shape[0] == 1) && shape[1] == steps &&
                    (shape.rank() == 2 || shape[2] == 1 || shape[2] == units);
  check<MaskError>(
      fits, "a mask of shape {} for a sequence of shape {}; expected (batch, steps), here {}",
      shape, x.shape(), Shape{batch, steps});
  const Tensor kept = as_bool(*mask);
  const Tensor rank3 = shape.rank() == 2 ? expand_dims(kept, -1) : kept;
  return broadcast_to(rank3, rank3.shape().with(0, batch));
}

}  // namespace

RnnResult rnn(const Tensor& x, const OptionalMask& mask, const RnnWeights& weights,
              const Tensors& initial_state, const op::Rnn& options) {
  check(x.rank() == 3, "needs (batch, steps, features), got {}", x.shape());
  Tensors inputs{x, steps_mask(x, mask, weights.recurrent_kernel.size(0)), weights.kernel,
                 weights.recurrent_kernel, weights.bias};
  inputs.insert(inputs.end(), initial_state.begin(), initial_state.end());
  Tensors outputs = run(options, inputs);
  return {outputs.front(), Tensors(outputs.begin() + 1, outputs.end())};
}

namespace {

/// Scores so low that softmax gives 0, yet finite, so that a row of them stays a distribution.
double masked_score(DType dtype) {
  if (dtype == DType::Float16) return -0.7 * 65504.0;
  if (dtype == DType::Float64) return -0.7 * std::numeric_limits<double>::max();
  return -0.7 * static_cast<double>(std::numeric_limits<float>::max());
}

}  // namespace

AttentionResult attention(const Tensor& query, const Tensor& key, const Tensor& value,
                          const Tensor& mask, const AttentionOptions& options) {
  // (batch, steps, heads, width) -> (batch, heads, steps, width): one product per head.
  const Axes heads_first{0, 2, 1, 3};
  const Tensor q = transpose(multiply(query, options.scale), heads_first);
  const Tensor k = transpose(key, heads_first);
  const Tensor v = transpose(value, heads_first);
  Tensor scores = matmul(q, k, {.transpose_b = true});
  if (mask.defined()) scores = where(mask, scores, masked_score(scores.dtype()));
  Tensor weights = softmax(scores, -1);
  if (mask.defined() && options.zero_empty_rows) weights = where(mask, weights, 0.0);
  return {transpose(matmul(weights, v), heads_first), weights};
}

namespace {

double neutral(StepsReduce how) {
  return how == StepsReduce::Max ? -std::numeric_limits<double>::infinity() : 0.0;
}

Tensor reduce_all_steps(const Tensor& x, StepsReduce how, int axis, bool keepdims) {
  switch (how) {
    case StepsReduce::Sum:
      return sum(x, {axis}, keepdims);
    case StepsReduce::Mean:
      return mean(x, {axis}, keepdims);
    case StepsReduce::Max:
      return max(x, {axis}, keepdims);
  }
  return x;
}

}  // namespace

Tensor reduce_steps(const Tensor& x, const OptionalMask& mask, StepsReduce how, int axis,
                    bool keepdims) {
  if (!mask) return reduce_all_steps(x, how, axis, keepdims);
  const int steps = x.shape().axis(axis);
  check<MaskError>(mask->shape() == Shape{x.size(0), x.size(steps)},
                   "a mask of shape {} for {}; expected (batch, steps), here {}", mask->shape(),
                   x.shape(), Shape{x.size(0), x.size(steps)});
  std::vector<std::int64_t> sizes(static_cast<std::size_t>(x.rank()), 1);
  sizes[0] = x.size(0);
  sizes[static_cast<std::size_t>(steps)] = x.size(steps);
  const Tensor kept = reshape(as_bool(*mask), Shape(std::move(sizes)));
  const Tensor selected = where(kept, x, neutral(how));
  if (how != StepsReduce::Mean) return reduce_all_steps(selected, how, axis, keepdims);
  const Tensor count = sum(cast(kept, selected.dtype()), {steps}, keepdims);
  return divide(sum(selected, {steps}, keepdims), count);
}

}  // namespace domino::ops
