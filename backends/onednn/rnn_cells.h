#pragma once

#include <cstdint>
#include <memory>

#include "domino/backends/op.h"
#include "domino/core/tensor.h"

/// One step of recurrent cells: a product with the recurrent kernel and, while its numbers are still
/// in registers, the gates. Every row is computed alone, so its bits do not depend on its company.
namespace domino::onednn {

/// A pass over the units. The GRU that resets before the product needs two.
enum class CellPass : std::uint8_t { SimpleRNN, LSTM, GRU, GRUGates, GRUCandidate };

/// How a pass lays out its weights on this processor: panels of `blocks` vectors of units, each with
/// `gates` gates, of which the first is number `first` of the recurrent kernel.
struct PanelSizes {
  std::int64_t gates;
  std::int64_t blocks;
  std::int64_t first;
  std::int64_t lanes;
  std::int64_t units() const { return blocks * lanes; }
};

/// Where the numbers of one sequence lie for one step; each place holds one number per unit.
struct CellRow {
  const float* input = nullptr;  ///< the projected step: one number per unit and gate
  const float* h = nullptr;
  float* next_h = nullptr;
  float* c = nullptr;      ///< LSTM: replaced by the next one
  float* z = nullptr;      ///< written by GRUGates, read by GRUCandidate
  float* reset = nullptr;  ///< r times h; the same
};

/// What is the same for all rows and steps.
struct Cell {
  CellPass pass = CellPass::LSTM;
  std::int64_t units = 0;
  op::UnaryKind activation = op::UnaryKind::Tanh;
  op::UnaryKind recurrent_activation = op::UnaryKind::Sigmoid;
  const float* candidate_bias = nullptr;  ///< GRU: added to the product of the last gate, or null
  std::shared_ptr<const Tensor> weights;  ///< from pack_cell
};

/// The recurrent kernel (units, gates * units) as `pass` reads it. Packed once and kept beside it.
std::shared_ptr<const Tensor> pack_cell(CellPass pass, const Tensor& recurrent_kernel);

/// Units come in panels, which threads may share out.
std::int64_t panels_of(const Cell& cell);

/// Takes `count` rows one step on, for the units of panels `begin` ... `end`. `from_zero` says that
/// every h is zero, and saves the product.
void run_cell(const Cell& cell, bool from_zero, const CellRow* rows, std::int64_t count,
              std::int64_t begin, std::int64_t end);

}  // namespace domino::onednn
