#include <string>
#include <vector>

#include "domino/backends/ops.h"
#include "domino/core/check.h"
#include "domino/graph/fit_inputs_internal.h"

namespace domino {
namespace {

[[noreturn]] void refuse_count(const Model& model, std::size_t given) {
  const std::vector<std::string> names = model.input_names();
  fail<ValueError>("{} takes {} inputs ({}), got {}", model.title(), names.size(),
                   fmt::join(names, ", "), given);
}

Tensor with_rank(int rank, const Tensor& input, const Shape& expected) {
  if (input.rank() == rank + 1 && input.size(-1) == 1) {
    return ops::squeeze(input, -1).with_mask(input.mask());
  }
  if (input.rank() == rank - 1 && rank > 0 && expected[-1] == 1) {
    return ops::expand_dims(input, -1).with_mask(input.mask());
  }
  return input;
}

bool fits(const Shape& shape, const Shape& expected, int first_fixed_axis) {
  bool fits = shape.rank() == expected.rank();
  for (int axis = first_fixed_axis; fits && axis < shape.rank(); ++axis) {
    fits = expected[axis] == kAny || expected[axis] == shape[axis];
  }
  return fits;
}

void check_shape(const Model& model, const Shape& shape, const CallNode& node, bool as_keras) {
  const Shape& expected = node.outputs[0].shape;
  const int first_fixed = model.type() == "Sequential" ? expected.rank() : as_keras ? 1 : 0;
  check(fits(shape, expected, first_fixed),
        "input '{}' has shape {}, expected {}; None may be any size", node.layer->name(), shape,
        expected);
}

void check_dtype(DType dtype, const CallNode& node, bool as_keras) {
  const DType expected = node.outputs[0].dtype;
  const std::string& name = node.layer->name();
  const bool strings = dtype == DType::String || expected == DType::String;
  check<DTypeError>(!strings || dtype == expected, "input '{}' is {}, expected {}", name, dtype,
                    expected);
  // Keras cuts fractions off without a word; a new model says so.
  check<DTypeError>(as_keras || !is_floating(dtype) || is_floating(expected),
                    "input '{}' is {}, expected {}; make it of integers, Tensor(shape, "
                    "std::vector<int>{{...}}), or cast it",
                    name, dtype, expected);
}

}  // namespace

Tensors fit_inputs(const Model& model, const Tensors& inputs, MaskRules rules) {
  const Dag& dag = model.dag();
  if (inputs.size() != dag.inputs().size()) refuse_count(model, inputs.size());
  const bool as_keras = rules == MaskRules::Keras;
  Tensors fit;
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    const CallNode& node = dag.node(dag.inputs()[i].vertex);
    const EdgeFacts& expected = node.outputs[0];
    const Tensor input =
        as_keras ? with_rank(expected.shape.rank(), inputs[i], expected.shape) : inputs[i];
    check_shape(model, input.shape(), node, as_keras);
    check_dtype(input.dtype(), node, as_keras);
    fit.push_back(ops::cast(input, expected.dtype).with_mask(input.mask()));
  }
  return fit;
}

}  // namespace domino
