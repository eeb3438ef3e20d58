#include "domino/layers/rnn/rnn_cell.h"

#include "domino/core/check.h"

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

void detail::check_states(const RecurrentCell& cell, std::string_view what, const Tensors& states,
                          std::int64_t batch) {
  const std::vector<std::int64_t> sizes = cell.state_sizes();
  const std::vector<std::string> names = cell.state_names();
  check(states.size() == sizes.size(), "its {} has {} tensors, got {}: {}", what, sizes.size(),
        states.size(), fmt::join(names, ", "));
  for (std::size_t i = 0; i < sizes.size(); ++i) {
    const Shape expected{batch, sizes[i]};
    check(states[i].shape() == expected, "its {} {} has shape {}, expected (batch, units), here {}",
          what, names[i], states[i].shape(), expected);
  }
}

}  // namespace domino::layers
