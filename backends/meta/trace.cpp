#include "domino/backends/meta/trace.h"

#include <utility>

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
  innermost->steps_.try_emplace(made.value_number(),
                                Step{operation, inputs, made.shape(), is_view});
}

}  // namespace domino::meta
