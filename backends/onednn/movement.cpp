#include <algorithm>
#include <cstring>

#include "domino/backends/onednn/copy_slices.h"
#include "domino/backends/onednn/rows.h"
#include "domino/backends/onednn/strided_copy.h"
#include "domino/backends/reference/convert.h"
#include "domino/backends/reference/lookup.h"
#include "domino/backends/reference/walk.h"

namespace domino::onednn {
namespace {

using Axes = std::vector<CopyAxis>;

void gather(const Tensor& x, std::int64_t begin, const Axes& axes, Tensor& output) {
  const std::size_t size = size_of(x.dtype());
  strided_copy(x.storage()->bytes() + begin * static_cast<std::int64_t>(size), axes, size,
               output.storage()->bytes());
}

Axes axes_of(const Shape& shape, const reference::Strides& strides) {
  Axes axes;
  for (std::size_t i = 0; i < strides.size(); ++i) axes.push_back({shape.sizes()[i], strides[i]});
  return axes;
}

void transpose(const op::Transpose& op, op::Inputs inputs, op::Outputs outputs) {
  const reference::Strides own = reference::strides_of(inputs[0].shape());
  Axes axes;
  for (const int axis : op.axes) {
    axes.push_back({inputs[0].size(axis), own[static_cast<std::size_t>(axis)]});
  }
  gather(inputs[0], 0, axes, outputs[0]);
}

void slice(const op::Slice& op, op::Inputs inputs, op::Outputs outputs) {
  reference::Strides strides = reference::strides_of(inputs[0].shape());
  std::int64_t begin = 0;
  for (std::size_t axis = 0; axis < strides.size(); ++axis) {
    begin += op.begin[axis] * strides[axis];
    strides[axis] *= op.stride[axis];
  }
  if (outputs[0].elements() == 0) return;
  gather(inputs[0], begin, axes_of(outputs[0].shape(), strides), outputs[0]);
}

void broadcast_to(const op::BroadcastTo&, op::Inputs inputs, op::Outputs outputs) {
  const Shape& shape = outputs[0].shape();
  gather(inputs[0], 0, axes_of(shape, reference::broadcast_strides(inputs[0].shape(), shape)),
         outputs[0]);
}

void concatenate(const op::Concatenate& op, op::Inputs inputs, op::Outputs outputs) {
  const reference::Fold whole = reference::fold_around(outputs[0].shape(), op.axis);
  const auto entry = static_cast<std::int64_t>(size_of(outputs[0].dtype())) * whole.inner;
  std::byte* to = outputs[0].storage()->bytes();
  for (const Tensor& part : inputs) {
    const std::int64_t block = part.size(op.axis) * entry;
    const std::byte* from = part.storage()->bytes();
    for (std::int64_t i = 0; i < whole.outer; ++i) {
      std::memcpy(to + i * whole.size * entry, from + i * block, static_cast<std::size_t>(block));
    }
    to += block;
  }
}

void take(const op::Take& op, op::Inputs inputs, op::Outputs outputs) {
  const Tensor& x = inputs[0];
  const reference::Fold fold = reference::fold_around(x.shape(), op.axis);
  const auto entry = static_cast<std::int64_t>(size_of(x.dtype())) * fold.inner;
  if (!copy_slices(x.storage()->bytes(), fold.outer, fold.size, entry,
                   inputs[1].data<std::int32_t>(), outputs[0].storage()->bytes())) {
    reference::check_indices(inputs[1], x.shape(), op.axis);
  }
}

void full(const op::Full& op, op::Inputs, op::Outputs outputs) {
  visit_number(op.dtype, [&]<class T>(TypeTag<T>) {
    std::ranges::fill(outputs[0].mutable_data<T>(), reference::convert<T>(op.value));
  });
}

void arange(const op::Arange& op, op::Inputs, op::Outputs outputs) {
  visit_number(op.dtype, [&]<class T>(TypeTag<T>) {
    double i = 0;
    for (T& number : outputs[0].mutable_data<T>()) {
      number = reference::convert<T>(op.start + i * op.step);
      ++i;
    }
  });
}

}  // namespace

void add_movement(KernelTable& table) {
  table.add<op::Transpose>(kOwner, transpose);
  table.add<op::Slice>(kOwner, slice);
  table.add<op::BroadcastTo>(kOwner, broadcast_to);
  table.add<op::Concatenate>(kOwner, concatenate);
  table.add<op::Take>(kOwner, take);
  table.add<op::Full>(kOwner, full);
  table.add<op::Arange>(kOwner, arange);
}

}  // namespace domino::onednn
