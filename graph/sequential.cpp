#include "domino/graph/sequential.h"

#include <utility>

#include "domino/core/check.h"
#include "domino/graph/dag.h"
#include "domino/graph/invoke.h"

namespace domino {

Sequential::Sequential(std::initializer_list<LayerHandle> layers, ModelOptions options)
    : Sequential(std::vector<LayerHandle>(layers), std::move(options)) {}

Sequential::Sequential(std::vector<LayerHandle> layers, ModelOptions options)
    : Model(std::move(options)),
      layers_(std::make_shared<std::vector<LayerHandle>>(std::move(layers))) {
  if (layers_->empty()) return;
  if (const auto* input = dynamic_cast<const InputLayer*>(&*layers_->front())) {
    build(input->batch_shape(), input->dtype());
  }
}

void Sequential::add(const LayerHandle& layer) {
  check<BuildError>(!has_graph(), "{} already has its graph; add layers before it is first called",
                    title());
  layers_->push_back(layer);
}

SymbolicTensors Sequential::wire_next(const Layer& layer, const SymbolicTensor& x) const {
  try {
    return wire(layer, {.arguments = {{x}}, .positional = true, .where = {}});
  } catch (Error& error) {
    error.add_context(title());
    throw;
  }
}

void Sequential::build(const Shape& shape, DType dtype) const {
  if (has_graph()) return;
  check<BuildError>(!layers_->empty(), "{} has no layers; add some before it is called", title());
  const auto* given = dynamic_cast<const InputLayer*>(&*layers_->front());
  const SymbolicTensor input =
      given != nullptr ? Input(*given)
                       : Input({.shape = shape.without(0), .dtype = dtype, .batch_size = shape[0]});
  SymbolicTensor x = input;
  for (std::size_t i = given != nullptr ? 1 : 0; i < layers_->size(); ++i) {
    const LayerHandle& layer = (*layers_)[i];
    check<BuildError>(layer->type() != InputLayer::kType,
                      "{}: an InputLayer must be the first layer", title());
    const SymbolicTensors outputs = wire_next(*layer, x);
    check<BuildError>(outputs.size() == 1,
                      "{}: {} has {} outputs; a Sequential passes on one, use Model for more",
                      title(), layer->title(), outputs.size());
    x = outputs.front();
  }
  set_graph({input}, {x});
}

namespace {

/// What the first call tells of all later ones: the features, not the batch or the steps. A
/// (batch, n) of ids is a sequence of n steps, one of floats is n features.
Shape open_shape(const Tensor& x) {
  const int features = x.rank() > 2 || is_floating(x.dtype()) ? 1 : 0;
  Shape open = x.shape();
  for (int axis = 0; axis < x.rank() - features || axis == 0; ++axis) open = open.with(axis, kAny);
  return open;
}

}  // namespace

void Sequential::prepare(const Tensors& inputs) const {
  if (has_graph() || inputs.empty()) return;
  const Tensor& x = inputs.front();
  check(x.rank() >= 1, "{}: an input without a batch axis, {}", title(), x.shape());
  build(open_shape(x), x.dtype());
}

void Sequential::build_from(const std::vector<std::vector<Shape>>& shapes) const {
  if (!has_graph()) build(shapes[0][0]);
}

Tensors Sequential::call_with(const Arguments& arguments) const {
  prepare(arguments.first());
  return Model::call_with(arguments);
}

std::shared_ptr<const Layer> Sequential::clone() const {
  return std::make_shared<const Sequential>(*this);
}

}  // namespace domino
