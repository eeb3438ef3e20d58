#include "domino/layers/rnn/time_distributed.h"

#include <algorithm>

#include "domino/backends/meta/trace.h"
#include "domino/backends/ops.h"
#include "domino/core/check.h"
#include "domino/graph/invoke.h"
#include "domino/graph/mask_rules.h"
#include "domino/graph/model.h"
#include "domino/graph/registry.h"
#include "domino/layers/builtin.h"
#include "domino/layers/core/lambda.h"

namespace domino::layers {
namespace {

/// A model's call takes a list, also if the model has one input; a Sequential always has one.
bool takes_one_tensor(const Layer& layer) {
  if (const auto* model = dynamic_cast<const Model*>(&layer)) {
    return layer.type() == "Sequential" || model->dag().inputs().size() == 1;
  }
  const auto required = std::ranges::count_if(layer.signature(), &Parameter::required);
  return required == 1 && !layer.signature()[0].list;
}

}  // namespace

TimeDistributed::TimeDistributed(const LayerHandle& layer, const TimeDistributedOptions& options)
    : UnaryLayer(options.name), layer_(layer) {
  check<BuildError>(
      static_cast<bool>(layer_),
      "TimeDistributed: no layer is given; give one, as in TimeDistributed(Dense(3))");
  check<BuildError>(takes_one_tensor(*layer_),
                    "TimeDistributed: {} takes several tensors; give a layer of one tensor",
                    layer_->title());
}

Config TimeDistributed::config() const {
  Config config = UnaryLayer::config();
  config.set("layer", serialize_layer(*layer_));
  return config;
}

TimeDistributed TimeDistributed::from_config(const Config& config) {
  TimeDistributedOptions options;
  Fields fields(config);
  fields("name", options.name);
  return TimeDistributed(deserialize_layer(config.at("layer")), options);
}

namespace {

void check_rank(const Shape& inputs) {
  check(inputs.rank() >= 3,
        "needs at least (batch, steps, features), got {}; its layer sees the shape without the "
        "steps",
        inputs);
}

/// As in Keras a mask of one row is refused when there are more, not while a graph is wired.
void check_mask(const Shape& inputs, const Shape& mask, bool wiring) {
  check<MaskError>(mask.rank() >= 2,
                   "a mask of shape {}; expected at least (batch, steps), here {}", mask,
                   Shape{inputs[0], inputs[1]});
  const bool one_row = wiring && mask[0] == 1;
  check<MaskError>((mask[0] == inputs[0] || one_row) && mask[1] == inputs[1],
                   "a mask of shape {} for {}; its first two sizes must be those of the input, "
                   "here {}",
                   mask, inputs, Shape{inputs[0], inputs[1]});
}

/// `x` with its first two axes made one.
Tensor joined(const Tensor& x) {
  return ops::reshape(x, x.shape().without(0).with(0, x.size(0) * x.size(1)));
}

/// Axes counted from the back may be the first one, and none stands for all.
bool may_be_first_axis(const Config& axis) {
  if (axis.is_array()) return std::ranges::any_of(axis.as_array(), may_be_first_axis);
  return !axis.is_int() || axis.as_int() == 0 || axis.as_int() < -1;
}

bool keeps_samples_apart(const Layer& layer);

/// Functions in a graph may do anything to the first axis.
bool keeps_samples_apart(const Model& model) {
  const Dag& dag = model.dag();
  return std::ranges::all_of(dag.order(), [&](int vertex) {
    return dag.is_input(vertex) ? dag.node(vertex).outputs[0].shape[0] == kAny
                                : keeps_samples_apart(dag.layer(vertex));
  });
}

/// True if a sequence's output is known not to depend on the others of its batch, nor on the call
/// before.
bool keeps_samples_apart(const Layer& layer) {
  if (const auto* model = dynamic_cast<const Model*>(&layer)) return keeps_samples_apart(*model);
  // A Lambda computes what the user wrote.
  if (!is_builtin(layer) || dynamic_cast<const Lambda*>(&layer) != nullptr) return false;
  const Config config = layer.config();
  const Config* axis = config.find("axis");
  if (axis != nullptr && may_be_first_axis(*axis)) return false;
  const Config* stateful = config.find("stateful");
  if (stateful != nullptr && stateful->as_bool()) return false;
  return std::ranges::all_of(layer.sublayers(),
                             [](const auto& inner) { return keeps_samples_apart(*inner.second); });
}

/// What the layer is built for. A model keeps to the shape that it is given; a Sequential without an
/// Input shall take later batches of any size, with any number of steps in each step.
Shape step_shape(const Layer& layer, const Shape& inputs) {
  Shape step = inputs.without(1);
  if (layer.type() != "Sequential") return step;
  step = step.with(0, kAny);
  for (int axis = 1; axis < step.rank() - 1; ++axis) step = step.with(axis, kAny);
  return step;
}

}  // namespace

void TimeDistributed::build(const Shape& inputs) const {
  check_rank(inputs);
  add_layer("layer", layer_);
  domino::build(*layer_, {{step_shape(*layer_, inputs)}});
}

Tensor TimeDistributed::call_layer(const Tensor& inputs, const OptionalMask& mask) const {
  // With a trace the layer does not warn: Keras calls `layer.call`, which knows nothing of masks.
  CallTrace trace;
  const Tensors outputs = invoke(
      *layer_,
      Call<Tensor>{.arguments = {{inputs.without_mask()}}, .masks = {MaskArgument<Tensor>(mask)}},
      current_rules(), &trace);
  check<BuildError>(outputs.size() == 1, "its layer, {}, gives {} outputs; it must give one",
                    layer_->title(), outputs.size());
  return outputs[0].without_mask();
}

Tensor TimeDistributed::at_step(const Tensor& inputs, const OptionalMask& mask,
                                std::int64_t step) const {
  return call_layer(ops::select(inputs, 1, step),
                    mask ? OptionalMask(ops::select(*mask, 1, step)) : std::nullopt);
}

Tensor TimeDistributed::all_at_once(const Tensor& inputs, const OptionalMask& mask) const {
  const Tensor output =
      call_layer(joined(inputs), mask ? OptionalMask(joined(*mask)) : std::nullopt);
  return ops::reshape(output, output.shape().with(0, inputs.size(1)).inserted(0, inputs.size(0)));
}

Tensor TimeDistributed::step_by_step(const Tensor& inputs, const OptionalMask& mask) const {
  check(inputs.size(1) > 0, "a sequence without steps, {}; its layer, {}, needs at least one",
        inputs.shape(), layer_->title());
  Tensors steps;
  for (std::int64_t step = 0; step < inputs.size(1); ++step) {
    steps.push_back(at_step(inputs, mask, step));
  }
  return ops::stack(steps, 1);
}

/// Without numbers every step is like the first; the value number says that all of them count.
Tensor TimeDistributed::from_one_step(const Tensor& inputs, const OptionalMask& mask) const {
  const Tensor output = at_step(inputs, mask, 0);
  const Tensors from{inputs, mask ? mask->tensor() : Tensor(), output};
  return meta::made_by(op::Concatenate{1}, from, output.shape().inserted(1, inputs.size(1)),
                       output.dtype());
}

Tensor TimeDistributed::call(const Tensor& inputs, const OptionalMask& mask) const {
  check_rank(inputs.shape());
  if (mask) check_mask(inputs.shape(), mask->shape(), inputs.is_meta());
  const OptionalMask inner = layer_->takes_mask() ? mask : std::nullopt;
  if (keeps_samples_apart(*layer_)) return all_at_once(inputs, inner);
  return inputs.is_meta() ? from_one_step(inputs, inner) : step_by_step(inputs, inner);
}

OptionalMask TimeDistributed::compute_mask(const Tensor&, const OptionalMask& mask) const {
  return mask;
}

}  // namespace domino::layers
