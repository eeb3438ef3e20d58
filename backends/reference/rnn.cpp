#include <algorithm>
#include <span>

#include "domino/backends/reference/activation.h"
#include "domino/backends/reference/kernels.h"
#include "domino/backends/reference/numbers.h"

namespace domino::reference {
namespace {

using Numbers = std::vector<double>;
using Row = std::span<double>;

/// A cell with its weights: turns the states of one row into the next.
struct Cell {
  const op::Rnn& op;
  std::size_t units;
  std::size_t columns;  // of both kernels
  Numbers kernel;
  Numbers recurrent_kernel;
  Numbers bias;

  void step(Row x, Row h, Row c) const;

 private:
  void simple_step(Row x, Row h) const;
  void lstm_step(Row x, Row h, Row c) const;
  void gru_step(Row x, Row h) const;
  Numbers projected(Row x, const Numbers& matrix, std::size_t bias_row) const;
  double gate(double x) const { return activate(op.recurrent_activation, x); }
  double squash(double x) const { return activate(op.activation, x); }
};

/// row times `matrix`, plus row `bias_row` of the bias if there is one.
Numbers Cell::projected(Row row, const Numbers& matrix, std::size_t bias_row) const {
  Numbers result(columns, 0.0);
  for (std::size_t i = 0; i < row.size(); ++i) {
    for (std::size_t j = 0; j < columns; ++j) result[j] += row[i] * matrix[i * columns + j];
  }
  if ((bias_row + 1) * columns <= bias.size()) {
    for (std::size_t j = 0; j < columns; ++j) result[j] += bias[bias_row * columns + j];
  }
  return result;
}

constexpr std::size_t kNoBias = 2;

void Cell::simple_step(Row x, Row h) const {
  const Numbers from_x = projected(x, kernel, 0);
  const Numbers from_h = projected(h, recurrent_kernel, kNoBias);
  for (std::size_t u = 0; u < units; ++u) h[u] = squash(from_x[u] + from_h[u]);
}

void Cell::lstm_step(Row x, Row h, Row c) const {
  Numbers z = projected(x, kernel, 0);
  const Numbers from_h = projected(h, recurrent_kernel, kNoBias);
  for (std::size_t j = 0; j < columns; ++j) z[j] += from_h[j];
  for (std::size_t u = 0; u < units; ++u) {
    c[u] = gate(z[units + u]) * c[u] + gate(z[u]) * squash(z[2 * units + u]);
    h[u] = gate(z[3 * units + u]) * squash(c[u]);
  }
}

void Cell::gru_step(Row x, Row h) const {
  const Numbers from_x = projected(x, kernel, 0);
  const Numbers from_h = projected(h, recurrent_kernel, op.reset_after ? 1 : kNoBias);
  Numbers z(units);
  Numbers r(units);
  Numbers reset_h(units);
  for (std::size_t u = 0; u < units; ++u) {
    z[u] = gate(from_x[u] + from_h[u]);
    r[u] = gate(from_x[units + u] + from_h[units + u]);
    reset_h[u] = r[u] * h[u];
  }
  const Numbers from_reset = projected(reset_h, recurrent_kernel, kNoBias);
  for (std::size_t u = 0; u < units; ++u) {
    const std::size_t column = 2 * units + u;
    const double inner = op.reset_after ? r[u] * from_h[column] : from_reset[column];
    h[u] = z[u] * h[u] + (1 - z[u]) * squash(from_x[column] + inner);
  }
}

void Cell::step(Row x, Row h, Row c) const {
  switch (op.cell) {
    case op::CellKind::SimpleRNN:
      return simple_step(x, h);
    case op::CellKind::LSTM:
      return lstm_step(x, h, c);
    case op::CellKind::GRU:
      return gru_step(x, h);
  }
}

/// Which units of which step count: all without a mask, else a flag per step or per step and unit.
struct Kept {
  std::span<const bool> flags;
  std::size_t width;
  bool operator()(std::size_t step, std::size_t unit) const {
    return flags.empty() || flags[step * width + (width == 1 ? 0 : unit)];
  }
};

/// What one sequence leaves behind; `output` has a row per step, or one with the last output.
struct Sequence {
  Row x;
  Row h;
  Row c;
  Row output;
};

void run_sequence(const Cell& cell, std::size_t steps, const Kept& kept, const Sequence& s) {
  const std::size_t in = s.x.size() / steps;
  const op::Rnn& op = cell.op;
  Numbers shown(cell.units, 0.0);
  for (std::size_t i = 0; i < steps; ++i) {
    const std::size_t t = op.go_backwards ? steps - 1 - i : i;
    Numbers h(s.h.begin(), s.h.end());
    Numbers c(s.c.begin(), s.c.end());
    cell.step(s.x.subspan(t * in, in), h, c);
    for (std::size_t u = 0; u < cell.units; ++u) {
      const bool keep = kept(t, u);
      if (keep) shown[u] = s.h[u] = h[u];
      if (keep && !c.empty()) s.c[u] = c[u];
      if (!keep && op.zero_output_for_mask) shown[u] = 0;
    }
    std::ranges::copy(shown, s.output.begin() + (op.return_sequences ? i * cell.units : 0));
  }
}

Numbers widened_or_zeros(op::Inputs inputs, std::size_t index, std::size_t count) {
  return given(inputs, index) ? widened(inputs[index]) : Numbers(count, 0.0);
}

Row part(Numbers& numbers, std::size_t index, std::size_t count) {
  const std::size_t size = numbers.size() / count;
  return Row(numbers).subspan(index * size, size);
}

}  // namespace

void rnn(const op::Rnn& op, op::Inputs inputs, op::Outputs outputs) {
  const auto batch = static_cast<std::size_t>(inputs[0].size(0));
  const auto steps = static_cast<std::size_t>(inputs[0].size(1));
  const auto units = static_cast<std::size_t>(inputs[3].size(0));
  const bool lstm = op.cell == op::CellKind::LSTM;
  const Cell cell{op,
                  units,
                  static_cast<std::size_t>(inputs[3].size(1)),
                  widened(inputs[2]),
                  widened(inputs[3]),
                  widened_if_given(inputs, 4)};
  Numbers x = widened(inputs[0]);
  Numbers h = widened_or_zeros(inputs, 5, batch * units);
  Numbers c = widened_or_zeros(inputs, 6, lstm ? batch * units : 0);
  Numbers output(static_cast<std::size_t>(outputs[0].elements()));
  const std::size_t mask_width = given(inputs, 1) ? static_cast<std::size_t>(inputs[1].size(2)) : 1;
  for (std::size_t row = 0; row < batch; ++row) {
    Kept kept{{}, mask_width};
    if (given(inputs, 1)) {
      kept.flags = inputs[1].data<bool>().subspan(row * steps * mask_width, steps * mask_width);
    }
    run_sequence(
        cell, steps, kept,
        {part(x, row, batch), part(h, row, batch), part(c, row, batch), part(output, row, batch)});
  }
  store(output, outputs[0]);
  store(h, outputs[1]);
  if (lstm) store(c, outputs[2]);
}

}  // namespace domino::reference
