#include "domino/io/mask_wiring_internal.h"

#include <utility>

#include "domino/core/check.h"
#include "domino/graph/input_layer.h"
#include "domino/graph/invoke.h"
#include "domino/graph/operation.h"
#include "domino/graph/registry.h"
#include "domino/graph/sequential.h"
#include "domino/layers/activations/activation.h"
#include "domino/layers/core/dense.h"
#include "domino/layers/merging/add.h"
#include "domino/layers/merging/multiply.h"
#include "domino/layers/preprocessing/rescaling.h"

namespace domino {

SymbolicTensor call_operation(std::string_view type, const SymbolicTensors& tensors,
                              Config::Array args, Config config) {
  const auto module = operation_module(type);
  check<BuildError>(module.has_value(), "the operation {} is not among those that Domino computes",
                    type);
  if (config.is_null()) config = Config::object();
  const LayerHandle layer = deserialize_layer(
      Config::object({{"module", *module}, {"class_name", type}, {"config", std::move(config)}}));
  return dynamic_cast<const Operation&>(*layer)(
      tensors, Config::object({{"args", std::move(args)}, {"kwargs", Config::object()}}),
      SourceLocation{})[0];
}

namespace {

SymbolicTensor call_unary(std::string_view type, const SymbolicTensor& x, Config config = {}) {
  return call_operation(type, {x}, {Operation::argument_place(0)}, std::move(config));
}

}  // namespace

SymbolicTensor without_mask(const SymbolicTensor& x) { return call_unary("Copy", x); }

SymbolicTensor copy_with_mask(const SymbolicTensor& x) { return layers::Rescaling(1.0)(x); }

// A model hangs a mask that it is given on its input, and Rescaling hands it on.
SymbolicTensor with_mask(const SymbolicTensor& x, const SymbolicTensor& mask) {
  const SymbolicTensor input =
      Input({.shape = x.shape().without(0), .dtype = x.dtype(), .batch_size = kAny});
  const Sequential hang({input.node()->layer, layers::Rescaling(1.0)});
  return wire(hang, {.arguments = {{x}}, .masks = {mask}, .where = {}})[0];
}

// Multiply takes masked steps of one input for 1, so that 0 times 1 is 1 just there.
SymbolicTensor mask_read_off(const SymbolicTensor& carrier) {
  check<BuildError>(
      carrier.shape().rank() == 3,
      "an input of the model may bring a mask when it runs, and Keras can be made to "
      "read it off (batch, steps, features) alone, not off {}; the model can be saved "
      "for inputs without masks: save_model(model, file, {{.masked_inputs = false}})",
      to_string(carrier));
  const SymbolicTensor zeros = layers::Rescaling(0.0)(carrier);
  const SymbolicTensor masked = layers::Multiply()({zeros, call_unary("OnesLike", carrier)});
  const SymbolicTensor ones =
      call_operation("Greater", {masked}, {Operation::argument_place(0), 0.5});
  const SymbolicTensor hidden =
      call_unary("Any", ones, Config::object({{"axis", -1}, {"keepdims", false}}));
  return call_unary("LogicalNot", hidden);
}

// Add hands a mask on only if all its inputs have one.
SymbolicTensor with_mask_of(const SymbolicTensor& x, const SymbolicTensor& carrier,
                            const SymbolicTensor& mask) {
  // 0 times NaN is NaN, and "hard_shrink" makes 0 of that.
  SymbolicTensor zeros = layers::Activation("hard_shrink")(layers::Rescaling(0.0)(carrier));
  if (x.shape() != carrier.shape()) {
    zeros = layers::Dense(1, {.use_bias = false, .kernel_initializer = "zeros"})(zeros);
  }
  return layers::Add()({with_mask(x, mask), zeros});
}

}  // namespace domino
