#include "domino/backends/cuda/kernel.h"
#include "domino/backends/cuda/kernels.h"
#include "domino/backends/cuda/numbers.h"
#include "domino/backends/cuda/strided.h"

namespace domino::cuda {
namespace {

using reference::Strides;
using reference::strides_of;

template <class T>
struct Move {
  Strided<2> space;
  const T* from;
  T* to;

  DOMINO_HOST_DEVICE void operator()(std::int64_t i) const {
    const auto at = space.offsets(i);
    to[at.of[1]] = from[at.of[0]];
  }
};

/// One end of a copy: where its first element lies in a tensor, and how the others follow.
struct End {
  std::int64_t begin;
  Strides strides;
};

void move(const Shape& shape, const Tensor& x, const End& from, Tensor& y, const End& to) {
  if (shape.elements() == 0) return;
  const Strided<2> space = strided<2>(shape, {from.strides, to.strides});
  visit_size(x.dtype(), [&]<class T>(TypeTag<T>) {
    for_each_index(space.count,
                   Move<T>{space, numbers<T>(x) + from.begin, written<T>(y) + to.begin});
  });
}

/// Fills `y` with the elements of `x` that `from` finds.
void gather(const Tensor& x, const End& from, Tensor& y) {
  move(y.shape(), x, from, y, {0, strides_of(y.shape())});
}

}  // namespace

void transpose(const op::Transpose& op, op::Inputs inputs, op::Outputs outputs) {
  const Strides own = strides_of(inputs[0].shape());
  End from{0, {}};
  for (const int axis : op.axes) from.strides.push_back(own[static_cast<std::size_t>(axis)]);
  gather(inputs[0], from, outputs[0]);
}

void slice(const op::Slice& op, op::Inputs inputs, op::Outputs outputs) {
  End from{0, strides_of(inputs[0].shape())};
  for (std::size_t axis = 0; axis < from.strides.size(); ++axis) {
    from.begin += op.begin[axis] * from.strides[axis];
    from.strides[axis] *= op.stride[axis];
  }
  gather(inputs[0], from, outputs[0]);
}

void broadcast_to(const op::BroadcastTo&, op::Inputs inputs, op::Outputs outputs) {
  const Tensor& x = inputs[0];
  gather(x, {0, reference::broadcast_strides(x.shape(), outputs[0].shape())}, outputs[0]);
}

void concatenate(const op::Concatenate& op, op::Inputs inputs, op::Outputs outputs) {
  End to{0, strides_of(outputs[0].shape())};
  for (const Tensor& part : inputs) {
    move(part.shape(), part, {0, strides_of(part.shape())}, outputs[0], to);
    to.begin += part.size(op.axis) * to.strides[static_cast<std::size_t>(op.axis)];
  }
}

}  // namespace domino::cuda
