#include "domino/layers/rnn/rnn_cell.h"

#include "domino/core/check.h"
#include "domino/layers/check_shape.h"

namespace domino::layers {

std::vector<std::string> RecurrentCell::state_names() const {
  std::vector<std::string> names;
  for (std::size_t i = 0; i < state_sizes().size(); ++i) names.push_back(std::to_string(i));
  return names;
}

Tensors RecurrentCell::initial_state(std::int64_t batch) const {
  Tensors states;
  for (const std::int64_t size : state_sizes()) states.push_back(ops::zeros({batch, size}));
  return states;
}

std::vector<Shape> RecurrentCell::state_shapes(const Shape& inputs) const {
  std::vector<Shape> shapes;
  for (const std::int64_t size : state_sizes()) shapes.push_back(Shape{inputs[0], size});
  return shapes;
}

void RecurrentCell::check_sequences(const Shape& sequences) const {
  layers::check_sequences(sequences);
}

void detail::check_states(const RecurrentCell& cell, std::string_view what, const Tensors& states,
                          const Shape& inputs) {
  const std::vector<Shape> shapes = cell.state_shapes(inputs);
  const std::vector<std::string> names = cell.state_names();
  check(states.size() == shapes.size(), "its {} has {} tensors, got {}: {}", what, shapes.size(),
        states.size(), fmt::join(names, ", "));
  for (std::size_t i = 0; i < shapes.size(); ++i) {
    check(states[i].shape() == shapes[i],
          "its {} {} has shape {}, expected (batch, {}units), here {}", what, names[i],
          states[i].shape(), shapes[i].rank() > 2 ? "..., " : "", shapes[i]);
  }
}

}  // namespace domino::layers
