#include "domino/graph/passes/places_internal.h"

#include <algorithm>

#include "domino/backends/packed_ops_internal.h"
#include "domino/core/row_map.h"

namespace domino {

std::optional<int> axes_of_places(const Shape& shape, std::int64_t places) {
  return leading_axes(shape, places, 2);
}

bool same_places(const Shape& a, const Shape& b, std::int64_t places) {
  const std::optional<int> axes = axes_of_places(a, places);
  return axes && axes_of_places(b, places) == axes &&
         std::equal(a.begin(), a.begin() + *axes, b.begin());
}

namespace {

using Step = meta::Trace::Step;

template <class Op>
bool keeps(const Op&, const Step& step, std::size_t i, std::int64_t places) {
  const std::optional<int> own = own_axes(step.operation, step.inputs);
  const std::optional<int> axes = axes_of_places(step.inputs[0].shape(), places);
  return own && i == 0 && axes && step.inputs[0].rank() - *own >= *axes;
}
bool keeps(const op::Binary&, const Step& step, std::size_t i, std::int64_t places) {
  const Shape& shape = step.inputs[i].shape();
  return shape.rank() == step.shape.rank() && same_places(shape, step.shape, places);
}
bool keeps(const op::Where&, const Step& step, std::size_t i, std::int64_t places) {
  const Shape& shape = step.inputs[i].shape();
  return shape.rank() == step.shape.rank() && same_places(shape, step.shape, places);
}
bool keeps(const op::Transpose& op, const Step& step, std::size_t, std::int64_t places) {
  const int axes = axes_of_places(step.inputs[0].shape(), places).value_or(0);
  for (int axis = 0; axis < axes; ++axis) {
    if (op.axes[static_cast<std::size_t>(axis)] != axis) return false;
  }
  return axes > 0;
}
bool keeps(const op::Slice& op, const Step& step, std::size_t, std::int64_t places) {
  const auto axes =
      static_cast<std::size_t>(axes_of_places(step.inputs[0].shape(), places).value_or(0));
  for (std::size_t axis = 0; axis < axes; ++axis) {
    if (op.begin[axis] != 0 || op.stride[axis] != 1) return false;
  }
  return axes > 0 && same_places(step.inputs[0].shape(), step.shape, places);
}
bool keeps(const op::Concatenate& op, const Step& step, std::size_t i, std::int64_t places) {
  const std::optional<int> axes = axes_of_places(step.inputs[i].shape(), places);
  return axes && op.axis >= *axes;
}
bool keeps(const op::BroadcastTo&, const Step& step, std::size_t i, std::int64_t places) {
  const Shape& shape = step.inputs[i].shape();
  // Numbers seen with other sizes stay in their order.
  if (step.is_view) return axes_of_places(shape, places) && axes_of_places(step.shape, places);
  return shape.rank() == step.shape.rank() && same_places(shape, step.shape, places);
}

}  // namespace

bool keeps_places(const Step& step, std::size_t i, std::int64_t places) {
  return std::visit([&](const auto& op) { return keeps(op, step, i, places); }, step.operation);
}

}  // namespace domino
