#include "domino/backends/meta/trace.h"

#include <utility>

#include "domino/backends/meta/meta.h"

namespace domino::meta {
namespace {
thread_local Trace* innermost = nullptr;
}

Trace::Trace() : outer_(std::exchange(innermost, this)) {}
Trace::~Trace() { innermost = outer_; }

const Trace::Step* Trace::find(const ValueNumber& made) const {
  const auto it = steps_.find(made);
  return it == steps_.end() ? nullptr : &it->second;
}

void Trace::note(const Tensor& made, const op::Operation& operation, const Tensors& inputs,
                 bool is_view) {
  if (innermost == nullptr) return;
  const ValueNumber value = made.value_number();
  const Step step{operation, inputs, made.shape(), is_view, unknown_size().value_or(0)};
  for (Trace* trace = innermost; trace != nullptr; trace = trace->outer_) {
    if (trace->steps_.try_emplace(value, step).second) trace->made_.push_back(value);
  }
}

void Trace::note_state() {
  for (Trace* trace = innermost; trace != nullptr; trace = trace->outer_) {
    if (!trace->asked_for_state_) trace->asked_for_state_ = trace->made_.size();
  }
}

TracePause::TracePause() : paused_(std::exchange(innermost, nullptr)) {}
TracePause::~TracePause() { innermost = paused_; }

Tensor made_by(const op::Operation& operation, const Tensors& inputs, Shape shape, DType dtype) {
  Tensor made = Tensor::meta(std::move(shape), dtype, op::value_number(operation, inputs, 0));
  Trace::note(made, operation, inputs);
  return made;
}

Tensor view(const Tensor& x, Shape shape) {
  const op::BroadcastTo view{.shape = std::move(shape)};
  // Index 1 tells it from what the op makes.
  Tensor seen = Tensor::meta(view.shape, x.dtype(), op::value_number(view, {&x, 1}, 1));
  Trace::note(seen, view, {x}, true);
  return seen;
}

Tensor constant(Shape shape, DType dtype, ValueNumber value) {
  Tensor made = Tensor::meta(std::move(shape), dtype, value);
  Trace::note(made, op::Full{.shape = made.shape(), .dtype = dtype}, {});
  return made;
}

}  // namespace domino::meta
