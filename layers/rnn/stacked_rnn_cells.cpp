#include "domino/layers/rnn/stacked_rnn_cells.h"

#include <map>

#include "domino/core/check.h"
#include "domino/graph/mask_rules.h"
#include "domino/graph/naming.h"
#include "domino/graph/registry.h"
#include "domino/layers/rnn/recurrent.h"

namespace domino::layers {
namespace {

const RecurrentCell& as_cell(const LayerHandle& layer) {
  return detail::recurrent_cell(StackedRNNCells::kType, layer);
}

template <class T>
void append(std::vector<T>& to, const std::vector<T>& more) {
  to.insert(to.end(), more.begin(), more.end());
}

}  // namespace

StackedRNNCells::StackedRNNCells(std::vector<LayerHandle> cells,
                                 const StackedRNNCellsOptions& options)
    : RNNCell(options.name), cells_(std::move(cells)) {
  check<BuildError>(!cells_.empty(),
                    "StackedRNNCells: the list of cells is empty; give at least one");
  for (const LayerHandle& cell : cells_) as_cell(cell);
}

Config StackedRNNCells::config() const {
  Config config = RNNCell::config();
  Config::Array cells;
  for (const LayerHandle& cell : cells_) cells.push_back(serialize_layer(*cell));
  config.set("cells", std::move(cells));
  return config;
}

StackedRNNCells StackedRNNCells::from_config(const Config& config) {
  std::vector<LayerHandle> cells;
  for (const Config& cell : config.at("cells").as_array()) cells.push_back(deserialize_layer(cell));
  StackedRNNCellsOptions options;
  Fields fields(config);
  fields("name", options.name);
  return StackedRNNCells(std::move(cells), options);
}

std::vector<std::size_t> StackedRNNCells::state_counts() const {
  std::vector<std::size_t> counts;
  for (const LayerHandle& cell : cells_) counts.push_back(as_cell(cell).state_sizes().size());
  return counts;
}

std::vector<std::int64_t> StackedRNNCells::state_sizes() const {
  std::vector<std::int64_t> sizes;
  for (const LayerHandle& cell : cells_) append(sizes, as_cell(cell).state_sizes());
  return sizes;
}

std::int64_t StackedRNNCells::output_size() const { return as_cell(cells_.back()).output_size(); }

Tensors StackedRNNCells::initial_state(std::int64_t batch) const {
  Tensors states;
  for (const LayerHandle& cell : cells_) append(states, as_cell(cell).initial_state(batch));
  return states;
}

std::vector<detail::FusedCell> StackedRNNCells::fused() const {
  std::vector<detail::FusedCell> all;
  for (const LayerHandle& cell : cells_) {
    const auto fused = as_cell(cell).fused();
    if (fused.empty()) return {};
    append(all, fused);
  }
  return all;
}

void StackedRNNCells::build(const Shape& inputs) const {
  // Keras' weight files name the entries of a list by their classes.
  std::map<std::string, int> seen;
  Shape shape = inputs;
  for (const LayerHandle& cell : cells_) {
    const std::string name = to_snake_case(cell->type());
    const int before = seen[name]++;
    add_layer("cells/" + (before == 0 ? name : fmt::format("{}_{}", name, before)), cell);
    std::vector<Shape> states;
    for (const std::int64_t size : as_cell(cell).state_sizes()) {
      states.emplace_back(Shape{inputs[0], size});
    }
    domino::build(*cell, {{shape}, states});
    shape = shape.with(-1, as_cell(cell).output_size());
  }
}

Tensors StackedRNNCells::step(const Tensor& inputs, const Tensors& states) const {
  Tensors results{inputs};
  auto next = states.begin();
  for (const LayerHandle& cell : cells_) {
    const auto end = next + static_cast<std::ptrdiff_t>(as_cell(cell).state_sizes().size());
    Tensors one = invoke(*cell, {.arguments = {{results.front()}, Tensors(next, end)}, .masks = {}},
                         current_rules());
    results.front() = std::move(one.front());
    results.insert(results.end(), one.begin() + 1, one.end());
    next = end;
  }
  return results;
}

}  // namespace domino::layers
