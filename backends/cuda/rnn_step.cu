#include "domino/backends/cuda/rnn_step.h"

#include "domino/backends/cuda/affine.h"
#include "domino/backends/cuda/kernel.h"
#include "domino/backends/cuda/memory.h"
#include "domino/backends/cuda/numbers.h"
#include "domino/backends/reference/activation.h"

namespace domino::cuda {
namespace {

/// After the products of a step: gates, states, and what is shown of them.
template <class T>
struct RunCell {
  op::Rnn op;
  std::int64_t units;
  SequenceRows<const T> from_h;
  const T* from_reset;  ///< (sequences, units), of a GRU that resets before the product

  DOMINO_HOST_DEVICE void run(const RnnStep<T>& step, std::int64_t i) const {
    const std::int64_t row = i / units;
    const std::int64_t unit = i - row * units;
    const bool keeps = step.mask.keeps(row, unit);
    if (keeps) step.h[i] = next(step, row, unit);
    if (step.shown.numbers == nullptr) return;
    T& output = step.shown.row(row)[unit];
    if (keeps) {
      output = step.h[i];
    } else if (op.zero_output_for_mask || step.shown_before.numbers == nullptr) {
      output = 0;
    } else {
      output = step.shown_before.row(row)[unit];
    }
  }

 private:
  DOMINO_HOST_DEVICE T gate(T x) const { return reference::activate(op.recurrent_activation, x); }
  DOMINO_HOST_DEVICE T squash(T x) const { return reference::activate(op.activation, x); }

  DOMINO_HOST_DEVICE T next(const RnnStep<T>& step, std::int64_t row, std::int64_t unit) const {
    const T* x = step.from_x.row(row) + unit;
    const T* r = from_h.row(row) + unit;
    T& c_or_h = (op.cell == op::CellKind::LSTM ? step.c : step.h)[row * units + unit];
    switch (op.cell) {
      case op::CellKind::LSTM:
        return lstm(x, r, c_or_h);
      case op::CellKind::GRU:
        return gru(x, r, c_or_h, row * units + unit);
      default:
        return squash(x[0] + r[0]);
    }
  }

  DOMINO_HOST_DEVICE T lstm(const T* x, const T* r, T& state) const {
    const T input = gate(x[0] + r[0]);
    const T forget = gate(x[units] + r[units]);
    state = forget * state + input * squash(x[2 * units] + r[2 * units]);
    return gate(x[3 * units] + r[3 * units]) * squash(state);
  }

  DOMINO_HOST_DEVICE T gru(const T* x, const T* r, T state, std::int64_t i) const {
    const T update = gate(x[0] + r[0]);
    const T inner = op.reset_after ? gate(x[units] + r[units]) * r[2 * units] : from_reset[i];
    return update * state + (1 - update) * squash(x[2 * units] + inner);
  }
};

/// r * h, for a GRU that resets before the product.
template <class T>
struct Reset {
  op::UnaryKind activation;
  std::int64_t units;
  SequenceRows<const T> from_h;
  T* reset;

  DOMINO_HOST_DEVICE void run(const RnnStep<T>& step, std::int64_t i) const {
    const std::int64_t row = i / units;
    const std::int64_t column = units + i - row * units;
    const T sum = step.from_x.row(row)[column] + from_h.row(row)[column];
    reset[i] = reference::activate(activation, sum) * step.h[i];
  }
};

/// A kernel at a step that the host knows.
template <class T, class Kernel>
struct AtGivenStep {
  RnnStep<T> step;
  Kernel kernel;

  DOMINO_HOST_DEVICE void operator()(std::int64_t i) const { kernel.run(step, i); }
};

/// At one that the device finds, for the sequences that still run.
template <class T, class Kernel>
struct AtFoundStep {
  const RnnSteps<T>* steps;
  std::int64_t offset;
  Kernel kernel;

  DOMINO_HOST_DEVICE void operator()(std::int64_t i) const {
    const RnnStep<T> step = steps->step(offset);
    if (i < step.sequences * kernel.units) kernel.run(step, i);
  }
};

template <class T>
const T* row_of_bias(op::Inputs inputs, std::int64_t row) {
  const std::int64_t columns = inputs[3].size(1);
  const bool has_row = given(inputs, 4) && row * columns < inputs[4].elements();
  return has_row ? numbers<T>(inputs[4]) + row * columns : nullptr;
}

}  // namespace

template <class T>
void project_inputs(op::Inputs inputs, const Tensor& x, Tensor& to) {
  const std::int64_t columns = inputs[3].size(1);
  apply({.dtype = kDTypeOf<T>,
         .rows = to.size(0),
         .in = inputs[2].size(0),
         .out = columns,
         .x = operand(x),
         .w = operand(inputs[2]),
         .w_stride = columns,
         .bias = row_of_bias<T>(inputs, 0),
         .y = written<T>(to)});
}

template <class T>
RnnCell<T>::RnnCell(const op::Rnn& op, op::Inputs inputs, std::int64_t sequences)
    : op_(op),
      units_(inputs[3].size(0)),
      columns_(inputs[3].size(1)),
      kernel_(operand(inputs[3])),
      states_(kDTypeOf<T>, sequences * units_),
      bias_(row_of_bias<T>(inputs, 1)) {
  from_h_ = workspace({sequences, resets_before() ? 2 * units_ : columns_}, kDTypeOf<T>);
  if (!resets_before()) return;
  reset_ = workspace({sequences, units_}, kDTypeOf<T>);
  from_reset_ = workspace({sequences, units_}, kDTypeOf<T>);
}

template <class T>
SequenceRows<const T> RnnCell<T>::from_h() const {
  return {numbers<T>(from_h_), from_h_.size(1)};
}

template <class T>
void RnnCell<T>::project_states(const T* h, std::int64_t rows) {
  apply({.dtype = kDTypeOf<T>,
         .rows = rows,
         .in = units_,
         .out = from_h_.size(1),
         .x = states_.of(h, rows * units_),
         .w = kernel_,
         .w_stride = columns_,
         .bias = bias_,
         .y = written<T>(from_h_)});
}

template <class T>
void RnnCell<T>::project_reset_states(std::int64_t rows) {
  apply({.dtype = kDTypeOf<T>,
         .rows = rows,
         .in = units_,
         .out = units_,
         .x = states_.of(numbers<T>(reset_), rows * units_),
         .w = kernel_.at(2 * units_),
         .w_stride = columns_,
         .y = written<T>(from_reset_)});
}

/// `launch_at(kernel)` begins a kernel of the step.
template <class T>
template <class LaunchAt>
void RnnCell<T>::run(const T* h, std::int64_t rows, const LaunchAt& launch_at) {
  project_states(h, rows);
  if (resets_before()) {
    launch_at(Reset<T>{op_.recurrent_activation, units_, from_h(), written<T>(reset_)});
    project_reset_states(rows);
  }
  const T* from_reset = resets_before() ? numbers<T>(from_reset_) : nullptr;
  launch_at(RunCell<T>{op_, units_, from_h(), from_reset});
}

template <class T>
void RnnCell<T>::run(const RnnStep<T>& step) {
  run(step.h, step.sequences, [&]<class Kernel>(const Kernel& kernel) {
    for_each_index(step.sequences * units_, AtGivenStep<T, Kernel>{step, kernel});
  });
}

template <class T>
void RnnCell<T>::run(const RnnSteps<T>* steps, std::int64_t offset, std::int64_t rows, const T* h) {
  run(h, rows, [&]<class Kernel>(const Kernel& kernel) {
    for_each_index(rows * units_, AtFoundStep<T, Kernel>{steps, offset, kernel});
  });
}

template class RnnCell<float>;
template class RnnCell<double>;
template void project_inputs<float>(op::Inputs, const Tensor&, Tensor&);
template void project_inputs<double>(op::Inputs, const Tensor&, Tensor&);

}  // namespace domino::cuda
