#include <memory>

#include "domino/backends/cuda/kernel.h"
#include "domino/backends/cuda/kernels.h"
#include "domino/backends/cuda/memory.h"
#include "domino/backends/cuda/numbers.h"
#include "domino/backends/cuda/rnn_step.h"
#include "domino/backends/cuda/running_order.h"
#include "domino/backends/execution.h"
#include "domino/backends/packing.h"

namespace domino::cuda {
namespace {

/// Rows of `from` by their numbers; zeros for -1.
template <class T>
struct PickRows {
  std::int64_t width;
  const std::int32_t* rows;
  const T* from;
  T* to;

  DOMINO_HOST_DEVICE void operator()(std::int64_t i) const {
    const std::int64_t row = i / width;
    const std::int64_t picked = rows[row];
    to[i] = picked < 0 ? T{} : from[picked * width + i - row * width];
  }
};

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
        cell_(op, inputs, plan_.batch()) {}
  Tensors run();

 private:
  Tensor scratch(std::int64_t rows, std::int64_t width) const {
    return empty({rows, width}, kDTypeOf<T>);
  }
  Tensor picked(const Tensor& from, const std::int32_t* rows, std::int64_t count) const;
  Tensor first_state(std::size_t input) const;
  Tensor first_outputs() const;
  void project_inputs();
  RnnStep<T> step(const RunningStep& at, std::int64_t number);
  Tensor outputs() const;

  const op::Rnn& op_;
  op::Inputs inputs_;
  Tensor x_;
  std::int64_t x_rows_;
  std::shared_ptr<const PackedRnnCall> call_;
  const plans::RnnPlan& plan_;
  RunningOrderThere order_;
  RnnCell<T> cell_;
  bool by_token_ = false;  ///< from_x_ has a row for each token, not for each row of x
  Tensor from_x_;
  Tensor h_;
  Tensor c_;
  Tensor output_rows_;
};

template <class T>
Tensor PackedRecurrence<T>::picked(const Tensor& from, const std::int32_t* rows,
                                   std::int64_t count) const {
  const std::int64_t width = from.size(-1);
  Tensor to = scratch(count, width);
  for_each_index(count * width, PickRows<T>{width, rows, numbers<T>(from), written<T>(to)});
  return to;
}

template <class T>
Tensor PackedRecurrence<T>::first_state(std::size_t input) const {
  if (given(inputs_, input)) return picked(inputs_[input], order_.sequences, plan_.batch());
  Tensor zeros = scratch(plan_.batch(), cell_.units());
  set_to_zero(zeros);
  return zeros;
}

/// Each row of x, or only those that are read if these are clearly fewer.
template <class T>
void PackedRecurrence<T>::project_inputs() {
  by_token_ = plan_.tokens() * 8 <= x_rows_ * 7;
  if (by_token_) x_ = picked(x_, order_.input_rows, plan_.tokens());
  from_x_ = scratch(by_token_ ? plan_.tokens() : x_rows_, cell_.columns());
  cell_.project_inputs(numbers<T>(x_), from_x_);
}

template <class T>
RnnStep<T> PackedRecurrence<T>::step(const RunningStep& at, std::int64_t number) {
  RnnStep<T> step;
  step.sequences = at.sequences;
  step.from_x = {numbers<T>(from_x_), cell_.columns()};
  step.h = written<T>(h_);
  step.c = c_.defined() ? written<T>(c_) : nullptr;
  if (by_token_) {
    step.from_x.numbers += at.first_token * cell_.columns();
  } else {
    step.from_x.rows = order_.input_rows + at.first_token;
  }
  if (op_.return_sequences) {
    step.shown = {written<T>(output_rows_) + number * cell_.units(), cell_.units(),
                  order_.first_outputs};
  }
  return step;
}

template <class T>
Tensor PackedRecurrence<T>::first_outputs() const {
  if (!op_.return_sequences) return {};
  const std::int64_t zeros = plan_.has_gaps() ? cell_.units() : 0;
  Tensor rows = scratch(plan_.tokens() + (plan_.has_gaps() ? 1 : 0), cell_.units());
  std::byte* end = rows.storage()->bytes() + static_cast<std::size_t>(rows.elements()) * sizeof(T);
  const std::size_t bytes = static_cast<std::size_t>(zeros) * sizeof(T);
  if (bytes > 0) fill_with_zeros(end - bytes, bytes);
  return rows;
}

template <class T>
Tensor PackedRecurrence<T>::outputs() const {
  if (!op_.return_sequences) return picked(h_, order_.shown_places, plan_.batch());
  const Shape shape{plan_.batch(), plan_.steps(), cell_.units()};
  if (!plan_.has_gaps()) return output_rows_.viewed_as(shape);
  return Tensor::packed(output_rows_, shown_rows(op_, inputs_, plan_), shape);
}

template <class T>
Tensors PackedRecurrence<T>::run() {
  h_ = first_state(5);
  if (op_.cell == op::CellKind::LSTM) c_ = first_state(6);
  output_rows_ = first_outputs();
  project_inputs();
  std::int64_t number = 0;
  for (const RunningStep& at : call_->order.steps()) cell_.run(step(at, number++));
  Tensors results{outputs(), picked(h_, order_.places, plan_.batch())};
  if (c_.defined()) results.push_back(picked(c_, order_.places, plan_.batch()));
  return results;
}

}  // namespace

bool accepts_packed_rnn(const op::Rnn&, op::Inputs inputs) {
  const bool has_mask = given(inputs, 1);
  const bool of_steps = has_mask ? inputs[1].size(2) == 1 : inputs[0].is_packed();
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
