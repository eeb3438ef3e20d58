#include "domino/graph/sequential.h"

#include <utility>

#include "domino/core/check.h"
#include "domino/graph/invoke.h"
#include "domino/graph/model_graph_internal.h"

namespace domino {

Sequential::Sequential(std::initializer_list<LayerHandle> layers, ModelOptions options)
    : Sequential(std::vector<LayerHandle>(layers), std::move(options)) {}

Sequential::Sequential(std::vector<LayerHandle> layers, ModelOptions options)
    : Model("Sequential", std::move(options)) {
  graph().row = std::move(layers);
  if (graph().row.empty()) return;
  if (const auto* input = dynamic_cast<const InputLayer*>(&*graph().row.front())) {
    build(input->batch_shape(), input->dtype());
  }
}

void Sequential::add(const LayerHandle& layer) {
  check<BuildError>(!has_graph(), "{} already has its graph; add layers before it is first called",
                    title());
  graph().row.push_back(layer);
}

void Sequential::build(const Shape& shape, DType dtype) const { build_row(shape, dtype); }

namespace {

SymbolicTensor wired(const Model& model, const Layer& layer, const SymbolicTensor& x) {
  try {
    check<BuildError>(layer.type() != InputLayer::kType, "an InputLayer must be the first layer");
    const SymbolicTensors outputs =
        wire(layer, {.arguments = {{x}}, .positional = true, .where = {}});
    check<BuildError>(outputs.size() == 1,
                      "{} has {} outputs; a Sequential passes on one, use Model for more",
                      layer.title(), outputs.size());
    return outputs.front();
  } catch (Error& error) {
    error.add_context(model.title());
    throw;
  }
}

}  // namespace

void Model::build_row(const Shape& shape, DType dtype) const {
  const std::lock_guard lock(graph_->wiring);
  if (has_graph()) return;
  const std::vector<LayerHandle>& row = graph_->row;
  check<BuildError>(!row.empty(), "{} has no layers; add some before it is called", title());
  const auto* given = dynamic_cast<const InputLayer*>(&*row.front());
  const SymbolicTensor input =
      given != nullptr ? Input(*given)
                       : Input({.shape = shape.without(0), .dtype = dtype, .batch_size = shape[0]});
  SymbolicTensor x = input;
  for (std::size_t i = given != nullptr ? 1 : 0; i < row.size(); ++i) x = wired(*this, *row[i], x);
  set_graph({input}, {x});
}

std::vector<LayerHandle> Model::row() const {
  std::vector<LayerHandle> row = graph_->row;
  const bool has_input = !row.empty() && row.front()->type() == InputLayer::kType;
  if (has_graph() && !has_input) row.insert(row.begin(), dag().node(0).layer);
  return row;
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

void Model::prepare(const Tensors& inputs) const {
  if (has_graph() || inputs.empty()) return;
  const Tensor& x = inputs.front();
  check(x.rank() >= 1, "{}: an input without a batch axis, {}", title(), x.shape());
  build_row(open_shape(x), x.dtype());
}

}  // namespace domino
