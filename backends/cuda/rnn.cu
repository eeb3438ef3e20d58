#include "domino/backends/cuda/affine.h"
#include "domino/backends/cuda/kernel.h"
#include "domino/backends/cuda/kernels.h"
#include "domino/backends/cuda/memory.h"
#include "domino/backends/cuda/numbers.h"
#include "domino/backends/reference/activation.h"

namespace domino::cuda {
namespace {

/// The products of one step, a row per sequence.
template <class T>
struct Gates {
  const T* numbers;
  std::int64_t row_stride;
  DOMINO_HOST_DEVICE const T* row(std::int64_t row) const { return numbers + row * row_stride; }
};

/// Which units of this step count: all if there is no mask.
struct StepMask {
  const bool* flags;
  std::int64_t row_stride;
  std::int64_t width;
  DOMINO_HOST_DEVICE bool keeps(std::int64_t row, std::int64_t unit) const {
    return flags == nullptr || flags[row * row_stride + (width == 1 ? 0 : unit)];
  }
};

/// One step for all sequences, after its products: gates, states, and what is shown of them.
template <class T>
struct RunCell {
  op::Rnn op;
  std::int64_t units;
  Gates<T> from_x;
  Gates<T> from_h;
  const T* from_reset;  ///< (batch, units), of a GRU that resets before the product
  StepMask mask;
  T* h;
  T* c;
  T* shown;  ///< the outputs of this step
  std::int64_t shown_stride;
  const T* shown_before;  ///< those of the step before, null at the first

  DOMINO_HOST_DEVICE void operator()(std::int64_t i) const {
    const std::int64_t row = i / units;
    const std::int64_t unit = i - row * units;
    T& output = shown[row * shown_stride + unit];
    if (mask.keeps(row, unit)) {
      output = h[i] = next(row, unit);
    } else if (op.zero_output_for_mask || shown_before == nullptr) {
      output = 0;
    } else {
      output = shown_before[row * shown_stride + unit];
    }
  }

 private:
  DOMINO_HOST_DEVICE T gate(T x) const { return reference::activate(op.recurrent_activation, x); }
  DOMINO_HOST_DEVICE T squash(T x) const { return reference::activate(op.activation, x); }

  DOMINO_HOST_DEVICE T next(std::int64_t row, std::int64_t unit) const {
    const T* x = from_x.row(row) + unit;
    const T* r = from_h.row(row) + unit;
    T& c_or_h = (op.cell == op::CellKind::LSTM ? c : h)[row * units + unit];
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
  Gates<T> from_x;
  Gates<T> from_h;
  const T* h;
  T* reset;

  DOMINO_HOST_DEVICE void operator()(std::int64_t i) const {
    const std::int64_t row = i / units;
    const std::int64_t column = units + i - row * units;
    const T sum = from_x.row(row)[column] + from_h.row(row)[column];
    reset[i] = reference::activate(activation, sum) * h[i];
  }
};

/// A call: one product for the inputs of all steps, and one or two with a kernel per step.
template <class T>
class Recurrence {
 public:
  Recurrence(const op::Rnn& op, op::Inputs inputs, op::Outputs outputs);
  void run();

 private:
  bool is_lstm() const { return op_.cell == op::CellKind::LSTM; }
  bool resets_before() const { return op_.cell == op::CellKind::GRU && !op_.reset_after; }
  const T* bias(std::int64_t row) const;
  Tensor scratch(std::int64_t rows, std::int64_t width) const {
    return empty({rows, width}, kDTypeOf<T>);
  }
  void begin_state(std::size_t input, Tensor& state) const;
  void project_inputs();
  void project_states();
  void reset_states(const Gates<T>& from_x);
  void step(std::int64_t number);
  Gates<T> from_x(std::int64_t t) const;
  Gates<T> from_h() const;
  StepMask mask(std::int64_t t) const;

  const op::Rnn& op_;
  op::Inputs inputs_;
  op::Outputs outputs_;
  std::int64_t batch_;
  std::int64_t steps_;
  std::int64_t units_;
  std::int64_t columns_;  ///< of both kernels
  Tensor from_x_;
  Tensor from_h_;
  Tensor reset_;
  Tensor from_reset_;
};

template <class T>
Recurrence<T>::Recurrence(const op::Rnn& op, op::Inputs inputs, op::Outputs outputs)
    : op_(op),
      inputs_(inputs),
      outputs_(outputs),
      batch_(inputs[0].size(0)),
      steps_(inputs[0].size(1)),
      units_(inputs[3].size(0)),
      columns_(inputs[3].size(1)),
      from_x_(scratch(batch_ * steps_, columns_)),
      from_h_(scratch(batch_, resets_before() ? 2 * units_ : columns_)) {
  if (!resets_before()) return;
  reset_ = scratch(batch_, units_);
  from_reset_ = scratch(batch_, units_);
}

template <class T>
const T* Recurrence<T>::bias(std::int64_t row) const {
  const bool has_row = given(inputs_, 4) && row * columns_ < inputs_[4].elements();
  return has_row ? numbers<T>(inputs_[4]) + row * columns_ : nullptr;
}

template <class T>
void Recurrence<T>::begin_state(std::size_t input, Tensor& state) const {
  if (!given(inputs_, input)) return set_to_zero(state);
  copy_on_device(state.storage()->bytes(), inputs_[input].storage()->bytes(),
                 static_cast<std::size_t>(state.elements()) * sizeof(T));
}

template <class T>
void Recurrence<T>::project_inputs() {
  apply({.dtype = kDTypeOf<T>,
         .rows = batch_ * steps_,
         .in = inputs_[0].size(2),
         .out = columns_,
         .x = numbers<T>(inputs_[0]),
         .w = numbers<T>(inputs_[2]),
         .w_stride = columns_,
         .bias = bias(0),
         .y = written<T>(from_x_)});
}

template <class T>
void Recurrence<T>::project_states() {
  apply({.dtype = kDTypeOf<T>,
         .rows = batch_,
         .in = units_,
         .out = from_h_.size(1),
         .x = numbers<T>(outputs_[1]),
         .w = numbers<T>(inputs_[3]),
         .w_stride = columns_,
         .bias = bias(1),
         .y = written<T>(from_h_)});
}

template <class T>
void Recurrence<T>::reset_states(const Gates<T>& from_x) {
  for_each_index(batch_ * units_, Reset<T>{op_.recurrent_activation, units_, from_x, from_h(),
                                           numbers<T>(outputs_[1]), written<T>(reset_)});
  apply({.dtype = kDTypeOf<T>,
         .rows = batch_,
         .in = units_,
         .out = units_,
         .x = numbers<T>(reset_),
         .w = numbers<T>(inputs_[3]) + 2 * units_,
         .w_stride = columns_,
         .y = written<T>(from_reset_)});
}

template <class T>
Gates<T> Recurrence<T>::from_x(std::int64_t t) const {
  return {numbers<T>(from_x_) + t * columns_, steps_ * columns_};
}

template <class T>
Gates<T> Recurrence<T>::from_h() const {
  return {numbers<T>(from_h_), from_h_.size(1)};
}

template <class T>
StepMask Recurrence<T>::mask(std::int64_t t) const {
  if (!given(inputs_, 1)) return {};
  const std::int64_t width = inputs_[1].size(2);
  return {numbers<bool>(inputs_[1]) + t * width, steps_ * width, width};
}

template <class T>
void Recurrence<T>::step(std::int64_t number) {
  const std::int64_t t = op_.go_backwards ? steps_ - 1 - number : number;
  project_states();
  if (resets_before()) reset_states(from_x(t));
  const std::int64_t width = op_.return_sequences ? units_ : 0;
  T* shown = written<T>(outputs_[0]) + number * width;
  for_each_index(batch_ * units_,
                 RunCell<T>{.op = op_,
                            .units = units_,
                            .from_x = from_x(t),
                            .from_h = from_h(),
                            .from_reset = resets_before() ? numbers<T>(from_reset_) : nullptr,
                            .mask = mask(t),
                            .h = written<T>(outputs_[1]),
                            .c = is_lstm() ? written<T>(outputs_[2]) : nullptr,
                            .shown = shown,
                            .shown_stride = op_.return_sequences ? steps_ * units_ : units_,
                            .shown_before = number == 0 ? nullptr : shown - width});
}

template <class T>
void Recurrence<T>::run() {
  begin_state(5, outputs_[1]);
  if (is_lstm()) begin_state(6, outputs_[2]);
  project_inputs();
  for (std::int64_t number = 0; number < steps_; ++number) step(number);
}

}  // namespace

void rnn(const op::Rnn& op, op::Inputs inputs, op::Outputs outputs) {
  if (outputs[1].elements() == 0) return;
  visit_floating(inputs[0].dtype(),
                 [&]<class T>(TypeTag<T>) { Recurrence<T>(op, inputs, outputs).run(); });
}

}  // namespace domino::cuda
