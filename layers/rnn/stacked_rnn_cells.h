#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "domino/layers/rnn/rnn_cell.h"

namespace domino::layers {

/// Options of StackedRNNCells; the cells are its constructor's first argument.
struct StackedRNNCellsOptions {
  std::string name = {};
};

/// Cells one behind the other, as one cell for RNN: each reads the output of the one before.
///
/// The states are those of the cells in their order, one behind the other; Keras nests them by cell.
/// Weights: cells/lstm_cell/..., cells/lstm_cell_1/..., by class. Keras 3.15.1 has no
/// `reverse_state_order`. Keras: keras/src/layers/rnn/stacked_rnn_cells.py.
class StackedRNNCells final : public RNNCell<StackedRNNCells> {
 public:
  static constexpr std::string_view kType = "StackedRNNCells";
  explicit StackedRNNCells(std::vector<LayerHandle> cells,
                           const StackedRNNCellsOptions& options = {});

  Config config() const override;
  static StackedRNNCells from_config(const Config& config);

  const std::vector<LayerHandle>& cells() const { return cells_; }
  /// How many states each cell has.
  std::vector<std::size_t> state_counts() const;
  std::vector<std::int64_t> state_sizes() const override;
  std::int64_t output_size() const override;
  Tensors initial_state(std::int64_t batch) const override;
  std::vector<detail::FusedCell> fused() const override;

  void build(const Shape& inputs) const;
  Tensors step(const Tensor& inputs, const Tensors& states) const;

 private:
  const std::vector<LayerHandle> cells_;
};

}  // namespace domino::layers
