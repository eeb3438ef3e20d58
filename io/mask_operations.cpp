#include "domino/io/mask_operations_internal.h"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "domino/core/check.h"
#include "domino/graph/operation.h"
#include "domino/io/mask_wiring_internal.h"

namespace domino {
namespace {

/// Sizes from here on play unknown ones while a call is wired (graph/infer_call.cpp).
constexpr std::int64_t kFirstProbe = 1000;

/// "logical_or" -> "LogicalOr".
std::string class_of(std::string_view verb) {
  std::string name;
  bool begins_word = true;
  for (const char letter : verb) {
    const bool lower = letter >= 'a' && letter <= 'z';
    if (letter != '_') name += begins_word && lower ? static_cast<char>(letter - 32) : letter;
    begins_word = letter == '_';
  }
  return name;
}

Config slice(const Config& start, const Config& stop, const Config& step) {
  return Config::object(
      {{"class_name", "__slice__"},
       {"config", Config::object({{"start", start}, {"stop", stop}, {"step", step}})}});
}

/// One axis of a slice in Python's words; none if it depends on an unknown size in another way.
std::optional<Config> python_slice(std::int64_t begin, std::int64_t count, std::int64_t stride,
                                   std::int64_t size) {
  if (stride == -1 && begin == size - 1 && count == size) return slice({}, {}, -1);
  if (stride != 1) return std::nullopt;
  const auto place = [&](std::int64_t at) -> std::optional<Config> {
    if (at < kFirstProbe) return Config(at);
    if (size - at < kFirstProbe && at < size) return Config(at - size);
    return std::nullopt;
  };
  const std::int64_t end = begin + count;
  const std::optional<Config> start = begin == 0 ? Config() : place(begin);
  const std::optional<Config> stop = end == size ? Config() : place(end);
  if (!start || !stop) return std::nullopt;
  return slice(*start, *stop, {});
}

Config::Array places(std::size_t count) {
  Config::Array args;
  for (std::size_t i = 0; i < count; ++i) {
    args.push_back(Operation::argument_place(static_cast<std::int64_t>(i)));
  }
  return args;
}

[[noreturn]] void refuse(const op::Operation& operation) {
  fail<BuildError>(
      "a mask is made by '{}' in a way for which keras.ops has no words without the sizes; the "
      "weights alone can be saved, by save_weights",
      op::name_of(operation));
}

Config list_of(const std::vector<int>& axes) {
  Config::Array list;
  for (const int axis : axes) list.push_back(axis);
  return list;
}

}  // namespace

void MaskOperations::know(const ValueNumber& value, const SymbolicTensor& tensor) {
  known_.try_emplace(value, tensor);
}

void MaskOperations::know_carrier(const ValueNumber& mask, const SymbolicTensor& carrier) {
  carriers_.try_emplace(mask, carrier);
}

SymbolicTensor MaskOperations::tensor(const ValueNumber& value) {
  if (const auto it = known_.find(value); it != known_.end()) return it->second;
  SymbolicTensor result = made(value);
  known_.emplace(value, result);
  return result;
}

SymbolicTensor MaskOperations::made(const ValueNumber& value) {
  try {
    const Step* step = trace_.find(value);
    check<BuildError>(step != nullptr, "a mask is made of values that are no tensors of the model");
    return made(*step);
  } catch (const BuildError&) {
    const auto carrier = carriers_.find(value);
    if (carrier == carriers_.end()) throw;
    return mask_on(carrier->second);
  }
}

SymbolicTensor MaskOperations::mask_on(const SymbolicTensor& carrier) {
  const std::pair<const CallNode*, int> place(carrier.node().get(), carrier.index());
  auto it = read_.find(place);
  if (it == read_.end()) it = read_.emplace(place, mask_read_off(carrier)).first;
  return it->second;
}

/// A number stands as it is, everything else is a tensor.
Config MaskOperations::argument(const Tensor& input, SymbolicTensors& tensors) {
  const Step* step = input.rank() == 0 ? trace_.find(input.value_number()) : nullptr;
  const op::Full* number = step == nullptr ? nullptr : std::get_if<op::Full>(&step->operation);
  if (number != nullptr && number->dtype == DType::Bool) return number->value != 0;
  if (number != nullptr && is_integer(number->dtype)) {
    return static_cast<std::int64_t>(number->value);
  }
  if (number != nullptr) return number->value;
  tensors.push_back(tensor(input.value_number()));
  return Operation::argument_place(static_cast<std::int64_t>(tensors.size()) - 1);
}

SymbolicTensor MaskOperations::of_view(const Step& step) {
  const SymbolicTensor x = tensor(step.inputs[0].value_number());
  const Shape& from = step.inputs[0].shape();
  const Shape& to = step.shape;
  for (int axis = 0; axis < to.rank(); ++axis) {
    if (to[axis] == 1 && to.without(axis) == from) {
      return call_operation("ExpandDims", {x}, places(1), Config::object({{"axis", axis}}));
    }
  }
  for (int axis = 0; axis < from.rank(); ++axis) {
    if (from[axis] == 1 && from.without(axis) == to) {
      return call_operation("Squeeze", {x}, places(1), Config::object({{"axis", axis}}));
    }
  }
  refuse(step.operation);
}

SymbolicTensor MaskOperations::of_slice(const Step& step) {
  const auto& operation = std::get<op::Slice>(step.operation);
  Config::Array key;
  for (std::size_t axis = 0; axis < operation.begin.size(); ++axis) {
    const auto part =
        python_slice(operation.begin[axis], operation.count[axis], operation.stride[axis],
                     step.inputs[0].size(static_cast<int>(axis)));
    if (!part) refuse(step.operation);
    key.push_back(*part);
  }
  Config::Array args = places(1);
  args.emplace_back(std::move(key));
  return call_operation("GetItem", {tensor(step.inputs[0].value_number())}, std::move(args));
}

/// All 0 or all 1, of the shape of another tensor: Keras knows no sizes while wiring.
SymbolicTensor MaskOperations::of_shape_like(const Step& step) {
  const auto& full = std::get<op::Full>(step.operation);
  if (step.inputs.empty() || (full.value != 0 && full.value != 1)) refuse(step.operation);
  return call_operation(full.value == 0 ? "ZerosLike" : "OnesLike",
                        {tensor(step.inputs[0].value_number())}, places(1),
                        Config::object({{"dtype", name_of(full.dtype)}}));
}

SymbolicTensor MaskOperations::made(const Step& step) {
  if (step.is_view) return of_view(step);
  if (std::holds_alternative<op::Slice>(step.operation)) return of_slice(step);
  if (std::holds_alternative<op::Full>(step.operation)) return of_shape_like(step);
  SymbolicTensors tensors;
  Config::Array args;
  for (const Tensor& input : step.inputs) args.push_back(argument(input, tensors));
  if (const auto* unary = std::get_if<op::Unary>(&step.operation)) {
    return call_operation(class_of(op::name_of(unary->kind)), tensors, std::move(args));
  }
  if (const auto* binary = std::get_if<op::Binary>(&step.operation)) {
    return call_operation(class_of(op::name_of(binary->kind)), tensors, std::move(args));
  }
  if (std::holds_alternative<op::Where>(step.operation)) {
    return call_operation("Where", tensors, std::move(args));
  }
  if (const auto* cast = std::get_if<op::Cast>(&step.operation)) {
    return call_operation("Cast", tensors, std::move(args),
                          Config::object({{"dtype", name_of(cast->to)}}));
  }
  if (const auto* reduce = std::get_if<op::Reduce>(&step.operation)) {
    return call_operation(
        class_of(op::name_of(reduce->kind)), tensors, std::move(args),
        Config::object({{"axis", list_of(reduce->axes)}, {"keepdims", reduce->keepdims}}));
  }
  if (const auto* transpose = std::get_if<op::Transpose>(&step.operation)) {
    return call_operation("Transpose", tensors, std::move(args),
                          Config::object({{"axes", list_of(transpose->axes)}}));
  }
  if (const auto* concatenate = std::get_if<op::Concatenate>(&step.operation)) {
    return call_operation("Concatenate", tensors, {Config(std::move(args))},
                          Config::object({{"axis", concatenate->axis}}));
  }
  refuse(step.operation);
}

}  // namespace domino
