#include <memory>

#include "domino/backends/cuda/cudnn_rnn.h"
#include "domino/backends/cuda/kernels.h"
#include "domino/backends/cuda/memory.h"
#include "domino/backends/cuda/numbers.h"
#include "domino/backends/cuda/pick_rows.h"
#include "domino/backends/cuda/rnn_replay.h"
#include "domino/backends/cuda/rnn_step.h"
#include "domino/backends/cuda/running_order.h"
#include "domino/backends/execution.h"
#include "domino/backends/packing.h"

namespace domino::cuda {
namespace {

/// A call of which only the kept steps are computed. With return_sequences each has a row of the outputs,
/// sequence by sequence, and behind them there is one of zeros: a packed tensor.
template <class T>
class PackedRecurrence {
 public:
  PackedRecurrence(const op::Rnn& op, op::Inputs inputs)
      : op_(op),
        inputs_(inputs),
        x_(inputs[0].mapped_axes() == 2 ? inputs[0].rows() : unpack(inputs[0])),
        x_rows_(plans::StepRows(inputs[0]).rows()),
        call_(packed_rnn_call(op, inputs)),
        plan_(call_->plan),
        order_(call_->order.there()),
        units_(inputs[3].size(0)),
        columns_(inputs[3].size(1)),
        replay_(op, inputs, plan_.batch(), std::ssize(call_->order.steps())) {}
  Tensors run();

 private:
  Tensor scratch(std::int64_t rows, std::int64_t width) const {
    return empty({rows, width}, kDTypeOf<T>);
  }
  Tensor picked(const T* from, std::int64_t width, const std::int32_t* rows,
                std::int64_t count) const;
  void begin_state(std::size_t input, T* state) const;
  Tensor first_outputs() const;
  void project();
  RnnSteps<T> steps();
  void run_steps();
  Tensor outputs() const;

  const op::Rnn& op_;
  op::Inputs inputs_;
  Tensor x_;
  std::int64_t x_rows_;
  std::shared_ptr<const PackedRnnCall> call_;
  const plans::RnnPlan& plan_;
  RunningOrderThere order_;
  std::int64_t units_;
  std::int64_t columns_;
  LentRnnReplay<T> replay_;
  bool by_token_ = false;  ///< from_x_ has a row for each token, not for each row of x
  Tensor from_x_;
  Tensor c_;
  Tensor output_rows_;
};

template <class T>
Tensor PackedRecurrence<T>::picked(const T* from, std::int64_t width, const std::int32_t* rows,
                                   std::int64_t count) const {
  Tensor to = scratch(count, width);
  pick_rows(from, width, rows, count, written<T>(to));
  return to;
}

template <class T>
void PackedRecurrence<T>::begin_state(std::size_t input, T* state) const {
  if (given(inputs_, input)) {
    return pick_rows(numbers<T>(inputs_[input]), units_, order_.sequences, plan_.batch(), state);
  }
  fill_with_zeros(reinterpret_cast<std::byte*>(state),
                  static_cast<std::size_t>(plan_.batch() * units_) * sizeof(T));
}

/// Each row of x, or only those that are read if these are clearly fewer.
template <class T>
void PackedRecurrence<T>::project() {
  by_token_ = plan_.tokens() * 8 <= x_rows_ * 7;
  if (by_token_) x_ = picked(numbers<T>(x_), x_.size(-1), order_.input_rows, plan_.tokens());
  from_x_ = scratch(by_token_ ? plan_.tokens() : x_rows_, columns_);
  project_inputs<T>(inputs_, x_, from_x_);
}

template <class T>
RnnSteps<T> PackedRecurrence<T>::steps() {
  return {.steps = order_.steps,
          .units = units_,
          .columns = columns_,
          .from_x = numbers<T>(from_x_),
          .input_rows = by_token_ ? nullptr : order_.input_rows,
          .c = c_.defined() ? written<T>(c_) : nullptr,
          .shown = output_rows_.defined() ? written<T>(output_rows_) : nullptr,
          .first_outputs = order_.first_outputs};
}

template <class T>
Tensor PackedRecurrence<T>::first_outputs() const {
  if (!op_.return_sequences) return {};
  const std::int64_t zeros = plan_.has_gaps() ? units_ : 0;
  Tensor rows = scratch(plan_.tokens() + (plan_.has_gaps() ? 1 : 0), units_);
  std::byte* end = rows.storage()->bytes() + static_cast<std::size_t>(rows.elements()) * sizeof(T);
  const std::size_t bytes = static_cast<std::size_t>(zeros) * sizeof(T);
  if (bytes > 0) fill_with_zeros(end - bytes, bytes);
  return rows;
}

template <class T>
Tensor PackedRecurrence<T>::outputs() const {
  if (!op_.return_sequences) {
    return picked(numbers<T>(replay_->h()), units_, order_.shown_places, plan_.batch());
  }
  const Shape shape{plan_.batch(), plan_.steps(), units_};
  if (!plan_.has_gaps()) return output_rows_.viewed_as(shape);
  return Tensor::packed(output_rows_, shown_rows(op_, inputs_, plan_), shape);
}

template <class T>
void PackedRecurrence<T>::run_steps() {
  if (is_for_cudnn(op_, inputs_) && plan_.tokens() > 0) {
    const Tensor x = picked(numbers<T>(x_), x_.size(-1), order_.input_rows, plan_.tokens());
    return run_by_cudnn(op_, inputs_, *call_, x, output_rows_, replay_->h(), c_);
  }
  project();
  replay_->run(steps(), call_->order.steps());
}

template <class T>
Tensors PackedRecurrence<T>::run() {
  begin_state(5, written<T>(replay_->h()));
  if (op_.cell == op::CellKind::LSTM) {
    c_ = scratch(plan_.batch(), units_);
    begin_state(6, written<T>(c_));
  }
  output_rows_ = first_outputs();
  run_steps();
  const auto state = [&](const T* from) {
    return picked(from, units_, order_.places, plan_.batch());
  };
  Tensors results{outputs(), state(numbers<T>(replay_->h()))};
  if (c_.defined()) results.push_back(state(numbers<T>(c_)));
  return results;
}

}  // namespace

bool accepts_packed_rnn(const op::Rnn&, op::Inputs inputs) {
  const bool of_steps = !given(inputs, 1) || inputs[1].size(2) == 1;
  return execution().packing && of_steps && inputs[0].elements() > 0 && inputs[3].elements() > 0;
}

Tensors packed_rnn(const op::Rnn& op, op::Inputs inputs) {
  Tensors whole(inputs.begin(), inputs.end());
  for (std::size_t i = 2; i < whole.size(); ++i) {
    if (whole[i].defined()) whole[i] = unpack(whole[i]);
  }
  Tensors outputs;
  visit_floating(inputs[0].dtype(),
                 [&]<class T>(TypeTag<T>) { outputs = PackedRecurrence<T>(op, whole).run(); });
  return outputs;
}

}  // namespace domino::cuda
