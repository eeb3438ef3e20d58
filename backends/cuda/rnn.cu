#include "domino/backends/cuda/kernels.h"
#include "domino/backends/cuda/memory.h"
#include "domino/backends/cuda/numbers.h"
#include "domino/backends/cuda/rnn_step.h"
#include "domino/backends/cuda/runtime.h"

namespace domino::cuda {
namespace {

/// A call: one product for the inputs of all steps, and one or two with a kernel per step.
template <class T>
class Recurrence {
 public:
  Recurrence(const op::Rnn& op, op::Inputs inputs, op::Outputs outputs)
      : op_(op),
        inputs_(inputs),
        outputs_(outputs),
        batch_(inputs[0].size(0)),
        steps_(inputs[0].size(1)),
        units_(inputs[3].size(0)),
        columns_(inputs[3].size(1)),
        cell_(op, inputs, batch_) {}
  void run();

 private:
  void begin_state(std::size_t input, Tensor& state) const;
  StepMask mask(std::int64_t t) const;
  RnnStep<T> step(std::int64_t number);

  const op::Rnn& op_;
  op::Inputs inputs_;
  op::Outputs outputs_;
  std::int64_t batch_;
  std::int64_t steps_;
  std::int64_t units_;
  std::int64_t columns_;
  RnnCell<T> cell_;
  Tensor from_x_;
};

template <class T>
void Recurrence<T>::begin_state(std::size_t input, Tensor& state) const {
  if (!given(inputs_, input)) return set_to_zero(state);
  copy_on_device(state.storage()->bytes(), inputs_[input].storage()->bytes(),
                 static_cast<std::size_t>(state.elements()) * sizeof(T));
}

template <class T>
StepMask Recurrence<T>::mask(std::int64_t t) const {
  if (!given(inputs_, 1)) return {};
  const std::int64_t width = inputs_[1].size(2);
  return {numbers<bool>(inputs_[1]) + t * width, steps_ * width, width};
}

template <class T>
RnnStep<T> Recurrence<T>::step(std::int64_t number) {
  const std::int64_t t = op_.go_backwards ? steps_ - 1 - number : number;
  const std::int64_t width = op_.return_sequences ? units_ : 0;
  const std::int64_t stride = op_.return_sequences ? steps_ * units_ : units_;
  T* shown = written<T>(outputs_[0]) + number * width;
  return {.sequences = batch_,
          .from_x = {numbers<T>(from_x_) + t * columns_, steps_ * columns_},
          .mask = mask(t),
          .h = written<T>(outputs_[1]),
          .c = op_.cell == op::CellKind::LSTM ? written<T>(outputs_[2]) : nullptr,
          .shown = {shown, stride},
          .shown_before = {number == 0 ? nullptr : shown - width, stride}};
}

template <class T>
void Recurrence<T>::run() {
  begin_state(5, outputs_[1]);
  if (op_.cell == op::CellKind::LSTM) begin_state(6, outputs_[2]);
  from_x_ = empty({batch_ * steps_, columns_}, kDTypeOf<T>);
  project_inputs<T>(inputs_, inputs_[0], from_x_);
  for (std::int64_t number = 0; number < steps_; ++number) cell_.run(step(number));
}

}  // namespace

void rnn(const op::Rnn& op, op::Inputs inputs, op::Outputs outputs) {
  if (outputs[1].elements() == 0) return;
  visit_floating(inputs[0].dtype(),
                 [&]<class T>(TypeTag<T>) { Recurrence<T>(op, inputs, outputs).run(); });
}

}  // namespace domino::cuda
