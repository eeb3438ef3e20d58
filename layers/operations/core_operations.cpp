#include "domino/layers/operations/operation_kinds_internal.h"

namespace domino::layers {
namespace {

// TensorFlow hands the object itself through, its mask included, where nothing changes.
Tensor cast_object(const Tensor& x, std::optional<DType> dtype) {
  return !dtype || *dtype == x.dtype() ? x : ops::cast(x, *dtype);
}

Tensors unstacked(const OperationArguments& in) {
  const Tensor x = in.tensor("x");
  const int axis = in.axis("axis").value_or(0);
  Tensors parts;
  for (std::int64_t i = 0; i < x.size(axis); ++i) parts.push_back(ops::select(x, axis, i));
  return parts;
}

}  // namespace

const std::vector<OperationKind>& core_operations() {
  using In = const OperationArguments&;
  static constexpr std::string_view kModule = "keras.src.ops.core";
  static const std::vector<OperationKind> kOperations = {
      {kModule,
       "Cast",
       {"x"},
       [](In in) -> Tensors { return {cast_object(in.tensor("x"), in.dtype("dtype"))}; }},
      {kModule,
       "ConvertToTensor",
       {"x"},
       [](In in) -> Tensors { return {cast_object(in.tensor("x"), in.dtype("dtype"))}; }},
      {kModule,
       "StopGradient",
       {"variable"},
       [](In in) -> Tensors { return {ops::copy(in.tensor("variable"))}; }},
      {kModule, "Unstack", {"x"}, unstacked},
  };
  return kOperations;
}

}  // namespace domino::layers
