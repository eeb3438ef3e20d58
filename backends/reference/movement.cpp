#include <algorithm>

#include "domino/backends/reference/elements.h"
#include "domino/backends/reference/kernels.h"
#include "domino/backends/reference/walk.h"

namespace domino::reference {
namespace {

/// Fills `output` with the elements of `x` found by `strides` from `begin` on.
void gather(const Tensor& x, std::int64_t begin, const Strides& strides, Tensor& output) {
  visit_element(x.dtype(), [&]<class E>(TypeTag<E>) {
    const E* from = elements<E>(x) + begin;
    E* next = elements<E>(output);
    walk<1>(output.shape(), {strides}, [&](const Offsets<1>& at) { *next++ = from[at[0]]; });
  });
}

}  // namespace

void transpose(const op::Transpose& op, op::Inputs inputs, op::Outputs outputs) {
  const Strides own = strides_of(inputs[0].shape());
  Strides strides;
  for (const int axis : op.axes) strides.push_back(own[static_cast<std::size_t>(axis)]);
  gather(inputs[0], 0, strides, outputs[0]);
}

void slice(const op::Slice& op, op::Inputs inputs, op::Outputs outputs) {
  if (outputs[0].elements() == 0) return;
  Strides strides = strides_of(inputs[0].shape());
  std::int64_t begin = 0;
  for (std::size_t axis = 0; axis < strides.size(); ++axis) {
    begin += op.begin[axis] * strides[axis];
    strides[axis] *= op.stride[axis];
  }
  gather(inputs[0], begin, strides, outputs[0]);
}

void broadcast_to(const op::BroadcastTo&, op::Inputs inputs, op::Outputs outputs) {
  gather(inputs[0], 0, broadcast_strides(inputs[0].shape(), outputs[0].shape()), outputs[0]);
}

void concatenate(const op::Concatenate& op, op::Inputs inputs, op::Outputs outputs) {
  const Fold whole = fold_around(outputs[0].shape(), op.axis);
  visit_element(outputs[0].dtype(), [&]<class E>(TypeTag<E>) {
    E* to = elements<E>(outputs[0]);
    for (const Tensor& part : inputs) {
      const std::int64_t block = part.size(op.axis) * whole.inner;
      const E* from = elements<E>(part);
      for (std::int64_t i = 0; i < whole.outer; ++i) {
        std::copy_n(from + i * block, block, to + i * whole.size * whole.inner);
      }
      to += block;
    }
  });
}

}  // namespace domino::reference
