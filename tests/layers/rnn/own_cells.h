#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "domino/backends/ops.h"
#include "domino/graph/registry.h"
#include "domino/layers/rnn/rnn_cell.h"

/// The cells of tests/parity/recording/layers/own_cells.py, as a user of Domino writes them.
namespace domino::testing {

struct OwnCellOptions {
  int units = 0;
  std::string name = {};
  void fields(Fields& f) { f("units", units); }
};

/// output = x kernel + output before recurrent_kernel
class MinimalRNNCell final : public layers::RNNCell<MinimalRNNCell> {
 public:
  static constexpr std::string_view kType = "MinimalRNNCell";
  using Options = OwnCellOptions;
  explicit MinimalRNNCell(OwnCellOptions options)
      : RNNCell(options.name), options_(std::move(options)) {}
  const OwnCellOptions& options() const { return options_; }

  std::vector<std::int64_t> state_sizes() const override { return {options_.units}; }
  void build(const Shape& inputs) const {
    add_weight("kernel", {inputs[-1], options_.units}, InitializerSpec("glorot_uniform"));
    add_weight("recurrent_kernel", {options_.units, options_.units}, InitializerSpec("orthogonal"));
  }
  Tensors step(const Tensor& inputs, const Tensors& states) const {
    const Tensor output = ops::add(ops::matmul(inputs, weight("kernel")),
                                   ops::matmul(states[0], weight("recurrent_kernel")));
    return {output, output};
  }

 private:
  const OwnCellOptions options_;
};

/// Two states, the second of which counts the kept steps from 1, and an output narrower than both.
class ProjectedCell final : public layers::RNNCell<ProjectedCell> {
 public:
  static constexpr std::string_view kType = "ProjectedCell";
  using Options = OwnCellOptions;
  explicit ProjectedCell(OwnCellOptions options)
      : RNNCell(options.name), options_(std::move(options)) {}
  const OwnCellOptions& options() const { return options_; }

  std::vector<std::int64_t> state_sizes() const override { return {options_.units, 1}; }
  std::int64_t output_size() const override { return 2; }
  Tensors initial_state(std::int64_t batch) const override {
    return {ops::zeros({batch, options_.units}), ops::ones({batch, 1})};
  }
  void build(const Shape& inputs) const {
    add_weight("kernel", {inputs[-1], options_.units}, InitializerSpec("glorot_uniform"));
    add_weight("recurrent_kernel", {options_.units, options_.units}, InitializerSpec("orthogonal"));
  }
  Tensors step(const Tensor& inputs, const Tensors& states) const {
    const Tensor h = ops::tanh(ops::add(ops::matmul(inputs, weight("kernel")),
                                        ops::matmul(states[0], weight("recurrent_kernel"))));
    const Tensor narrow = ops::slice(h, {.axis = 1, .begin = 0, .end = 2});
    return {ops::multiply(narrow, states[1]), h, ops::add(states[1], 1)};
  }

 private:
  const OwnCellOptions options_;
};

/// By their own names and by those under which Keras registers them.
inline void register_own_cells() {
  register_layer<MinimalRNNCell>("MinimalRNNCell");
  register_layer<ProjectedCell>("ProjectedCell");
  register_layer<MinimalRNNCell>("Custom>MinimalRNNCell");
  register_layer<ProjectedCell>("Custom>ProjectedCell");
}

}  // namespace domino::testing
