#include <numeric>

#include "domino/core/check.h"
#include "domino/layers/operations/operation_kinds_internal.h"

namespace domino::layers {
namespace {

using In = const OperationArguments&;
constexpr std::string_view kNumpy = "keras.src.ops.numpy";

using BinaryVerb = Tensor (*)(const ops::Operand&, const ops::Operand&);
template <BinaryVerb kVerb>
OperationKind binary(std::string_view type) {
  return {kNumpy, type, {"x1", "x2"}, [](In in) -> Tensors {
            return {kVerb(in.operand("x1"), in.operand("x2"))};
          }};
}

using UnaryVerb = Tensor (*)(const Tensor&);
template <UnaryVerb kVerb>
OperationKind unary(std::string_view type) {
  return {kNumpy, type, {"x"}, [](In in) -> Tensors { return {kVerb(in.tensor("x"))}; }};
}

/// Keras computes these in a float, whatever comes.
template <UnaryVerb kVerb>
OperationKind floating(std::string_view type) {
  return {kNumpy, type, {"x"}, [](In in) -> Tensors {
            const Tensor x = in.tensor("x");
            return {kVerb(ops::cast(x, to_floating(x.dtype())))};
          }};
}

Tensor squared(In in) {
  const Tensor x = in.tensor("x");
  return ops::square(x.dtype() == DType::Bool ? ops::cast(x, DType::Int32) : x);
}

using ReduceVerb = Tensor (*)(const Tensor&, const ops::Axes&, bool);
template <ReduceVerb kVerb>
OperationKind reduction(std::string_view type) {
  return {kNumpy, type, {"x"}, [](In in) -> Tensors {
            const auto axes = in.axes("axis");
            const Tensor x = in.tensor("x");
            // An empty tuple reduces nothing; no axis at all reduces everything.
            if (axes && axes->empty()) return {ops::copy(x)};
            check<ValueError>(
                in.config().find("initial") == nullptr || in.config().at("initial").is_null(),
                "an initial value is not supported");
            return {kVerb(x, axes.value_or(ops::Axes{}), in.flag("keepdims"))};
          }};
}

Tensor moved(const Tensor& x, ops::Axes from, ops::Axes to) {
  ops::Axes order(static_cast<std::size_t>(x.rank()), -1);
  for (int& axis : from) axis = x.shape().axis(axis);
  for (std::size_t i = 0; i < to.size(); ++i) {
    order[static_cast<std::size_t>(x.shape().axis(to[i]))] = from[i];
  }
  int next = 0;
  for (int& axis : order) {
    if (axis >= 0) continue;
    while (std::find(from.begin(), from.end(), next) != from.end()) ++next;
    axis = next++;
  }
  return ops::transpose(x, order);
}

Tensor transposed(In in) {
  const Tensor x = in.tensor("x");
  if (const auto axes = in.axes("axes")) return ops::transpose(x, *axes);
  ops::Axes reversed(static_cast<std::size_t>(x.rank()));
  std::iota(reversed.rbegin(), reversed.rend(), 0);
  return ops::transpose(x, reversed);
}

Tensor squeezed(In in) {
  const Tensor x = in.tensor("x");
  auto axes = in.axes("axis");
  if (!axes) return ops::squeeze(x);
  for (int& axis : *axes) axis = x.shape().axis(axis);
  std::sort(axes->rbegin(), axes->rend());
  Tensor result = ops::copy(x);
  for (const int axis : *axes) result = ops::squeeze(result, axis);
  return result;
}

Tensor expanded(In in) {
  Tensor x = ops::copy(in.tensor("x"));
  ops::Axes axes = *in.axes("axis");
  const int rank = x.rank() + static_cast<int>(axes.size());
  for (int& axis : axes) axis = axis < 0 ? axis + rank : axis;
  std::sort(axes.begin(), axes.end());
  for (const int axis : axes) x = ops::expand_dims(x, axis);
  return x;
}

Tensors splits(In in) {
  const Tensor x = in.tensor("x");
  const int axis = in.axis("axis").value_or(0);
  const Config& sections = in.config().at("indices_or_sections");
  if (!sections.is_array()) return ops::split(x, static_cast<int>(sections.as_int()), axis);
  Tensors parts;
  std::int64_t begin = 0;
  for (const std::int64_t end : in.integers("indices_or_sections")) {
    parts.push_back(ops::slice(x, {.axis = axis, .begin = begin, .end = end}));
    begin = end;
  }
  parts.push_back(ops::slice(x, {.axis = axis, .begin = begin}));
  return parts;
}

Tensor repeated(In in) {
  const Tensor x = in.tensor("x");
  const auto axis = in.axis("axis");
  const std::vector<std::int64_t> times = in.integers("repeats");
  check<ValueError>(times.size() == 1, "repeats of {} numbers; only one for all is supported",
                    times.size());
  return axis ? ops::repeat(x, times[0], *axis) : ops::repeat(ops::reshape(x, {-1}), times[0], 0);
}

Tensor flipped(In in) {
  Tensor x = ops::copy(in.tensor("x"));
  ops::Axes axes = in.axes("axis").value_or(ops::Axes{});
  if (!in.axes("axis")) {
    axes.resize(static_cast<std::size_t>(x.rank()));
    std::iota(axes.begin(), axes.end(), 0);
  }
  for (const int axis : axes) x = ops::flip(x, axis);
  return x;
}

/// Negative indices count from the end; TensorFlow's gather has no others outside.
Tensor taken(In in) {
  Tensor x = in.tensor("x");
  const auto axis = in.axis("axis");
  if (!axis) x = ops::reshape(x, {-1});
  const int along = axis.value_or(0);
  Tensor indices = in.tensor("indices");
  if (is_floating(indices.dtype()) || indices.dtype() == DType::Bool) {
    indices = ops::cast(indices, DType::Int32);
  }
  const auto size = static_cast<int>(x.size(along));
  indices = ops::where(ops::less(indices, 0), ops::add(indices, size), indices);
  return ops::take(x, indices, along);
}

Tensor variance(In in) {
  const Tensor x = in.tensor("x");
  const Tensor values = ops::cast(x, to_floating(x.dtype()));
  const ops::Axes axes = in.axes("axis").value_or(ops::Axes{});
  const Tensor centred = ops::subtract(values, ops::mean(values, axes, true));
  return ops::mean(ops::square(centred), axes, in.flag("keepdims"));
}

Tensor chosen(In in) {
  // Of two numbers the first is an array of its own type to Keras.
  const bool numbers = in.raw("x1").is_number() && in.raw("x2").is_number();
  const ops::Operand first = numbers ? ops::Operand(in.tensor("x1")) : in.operand("x1");
  return ops::where(in.tensor("condition"), first, in.operand("x2"));
}

Tensor clipped(In in) {
  Tensor x = in.tensor("x");
  if (x.dtype() == DType::Bool) x = ops::cast(x, DType::Int32);
  return ops::minimum(ops::maximum(x, in.operand("x_min")), in.operand("x_max"));
}

}  // namespace

const std::vector<OperationKind>& numpy_operations() {
  static const std::vector<OperationKind> kOperations = {
      binary<ops::add>("Add"),
      binary<ops::subtract>("Subtract"),
      binary<ops::multiply>("Multiply"),
      binary<ops::divide>("Divide"),
      binary<ops::divide>("TrueDivide"),
      binary<ops::floor_divide>("FloorDivide"),
      binary<ops::mod>("Mod"),
      binary<ops::power>("Power"),
      binary<ops::maximum>("Maximum"),
      binary<ops::minimum>("Minimum"),
      binary<ops::equal>("Equal"),
      binary<ops::not_equal>("NotEqual"),
      binary<ops::less>("Less"),
      binary<ops::less_equal>("LessEqual"),
      binary<ops::greater>("Greater"),
      binary<ops::greater_equal>("GreaterEqual"),
      binary<ops::logical_and>("LogicalAnd"),
      binary<ops::logical_or>("LogicalOr"),
      {kNumpy,
       "LogicalXor",
       {"x1", "x2"},
       [](In in) -> Tensors {
         return {ops::not_equal(ops::cast(in.tensor("x1"), DType::Bool),
                                ops::cast(in.tensor("x2"), DType::Bool))};
       }},
      unary<ops::abs>("Abs"),
      unary<ops::abs>("Absolute"),
      unary<ops::negative>("Negative"),
      unary<ops::sign>("Sign"),
      floating<ops::floor>("Floor"),
      {kNumpy, "Square", {"x"}, [](In in) -> Tensors { return {squared(in)}; }},
      floating<ops::sqrt>("Sqrt"),
      floating<ops::exp>("Exp"),
      floating<ops::log>("Log"),
      floating<ops::tanh>("Tanh"),
      unary<ops::isnan>("Isnan"),
      unary<ops::logical_not>("LogicalNot"),
      reduction<ops::sum>("Sum"),
      reduction<ops::mean>("Mean"),
      reduction<ops::max>("Max"),
      reduction<ops::max>("Amax"),
      reduction<ops::min>("Min"),
      reduction<ops::min>("Amin"),
      reduction<ops::prod>("Prod"),
      reduction<ops::any>("Any"),
      reduction<ops::all>("All"),
      {kNumpy, "Var", {"x"}, [](In in) -> Tensors { return {variance(in)}; }},
      {kNumpy, "Std", {"x"}, [](In in) -> Tensors { return {ops::sqrt(variance(in))}; }},
      {kNumpy, "Clip", {"x", "x_min", "x_max"}, [](In in) -> Tensors { return {clipped(in)}; }},
      {kNumpy, "Where", {"condition", "x1", "x2"}, [](In in) -> Tensors { return {chosen(in)}; }},
      {kNumpy,
       "Matmul",
       {"x1", "x2"},
       [](In in) -> Tensors { return {ops::matmul(in.tensor("x1"), in.tensor("x2"))}; }},
      {kNumpy,
       "Einsum",
       {},
       [](In in) -> Tensors {
         return {ops::einsum(in.config().at("subscripts").as_string(), in.all_tensors())};
       }},
      {kNumpy,
       "Reshape",
       {"x"},
       [](In in) -> Tensors {
         return {ops::reshape(in.tensor("x"), Shape(in.integers("newshape")))};
       }},
      {kNumpy,
       "Ravel",
       {"x"},
       [](In in) -> Tensors { return {ops::reshape(in.tensor("x"), {-1})}; }},
      {kNumpy, "Transpose", {"x"}, [](In in) -> Tensors { return {transposed(in)}; }},
      {kNumpy,
       "Moveaxis",
       {"x"},
       [](In in) -> Tensors {
         return {moved(in.tensor("x"), *in.axes("source"), *in.axes("destination"))};
       }},
      {kNumpy,
       "Swapaxes",
       {"x"},
       [](In in) -> Tensors {
         const int a = *in.axis("axis1");
         const int b = *in.axis("axis2");
         return {moved(in.tensor("x"), {a, b}, {b, a})};
       }},
      {kNumpy, "Squeeze", {"x"}, [](In in) -> Tensors { return {squeezed(in)}; }},
      {kNumpy, "ExpandDims", {"x"}, [](In in) -> Tensors { return {expanded(in)}; }},
      {kNumpy,
       "GetItem",
       {"x", "key"},
       [](In in) -> Tensors { return {get_item(in.tensor("x"), in.raw("key"), in)}; }},
      {kNumpy, "Split", {"x"}, splits},
      {kNumpy,
       "Stack",
       {"x"},
       [](In in) -> Tensors { return {ops::stack(in.tensors("x"), in.axis("axis").value_or(0))}; }},
      {kNumpy,
       "Concatenate",
       {"xs"},
       [](In in) -> Tensors {
         return {ops::concatenate(in.tensors("xs"), in.axis("axis").value_or(0))};
       }},
      {kNumpy,
       "Tile",
       {"x"},
       [](In in) -> Tensors { return {ops::tile(in.tensor("x"), in.integers("repeats"))}; }},
      {kNumpy, "Repeat", {"x"}, [](In in) -> Tensors { return {repeated(in)}; }},
      {kNumpy, "Flip", {"x"}, [](In in) -> Tensors { return {flipped(in)}; }},
      {kNumpy, "Take", {"x", "indices"}, [](In in) -> Tensors { return {taken(in)}; }},
      {kNumpy,
       "BroadcastTo",
       {"x"},
       [](In in) -> Tensors {
         return {ops::broadcast_to(in.tensor("x"), Shape(in.integers("shape")))};
       }},
      {kNumpy, "Copy", {"x"}, [](In in) -> Tensors { return {ops::copy(in.tensor("x"))}; }},
      {kNumpy,
       "ZerosLike",
       {"x"},
       [](In in) -> Tensors { return {ops::zeros_like(in.tensor("x"), in.dtype("dtype"))}; }},
      {kNumpy,
       "OnesLike",
       {"x"},
       [](In in) -> Tensors { return {ops::ones_like(in.tensor("x"), in.dtype("dtype"))}; }},
  };
  return kOperations;
}

}  // namespace domino::layers
