#include "domino/layers/check_shape.h"

#include <string>

#include "domino/core/check.h"

namespace domino::layers {

void check_sequences(const Shape& shape) {
  check(shape.rank() == 3,
        "needs (batch, steps, features), got {}; give a single sequence a batch axis with shape "
        "(1, steps, features)",
        shape);
}

void check_built_for(std::int64_t built, const Shape& input, int axis, std::string_view what) {
  if (input[axis] == built) return;
  const int from_front = input.axis(axis);
  const std::string entries = from_front + 1 == input.rank()
                                  ? "features"
                                  : fmt::format("entries along axis {}", from_front);
  fail<ShapeError>("{}was built for {} {}, got {} in {}; a layer keeps the {} of its first call",
                   what, built, entries, input[axis], input, entries);
}

}  // namespace domino::layers
