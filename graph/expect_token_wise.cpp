#include "domino/graph/expect_token_wise.h"

#include <cmath>
#include <vector>

#include "domino/backends/ops.h"
#include "domino/backends/packing.h"
#include "domino/core/check.h"
#include "domino/core/mask.h"
#include "domino/graph/invoke.h"

namespace domino::testing {
namespace {

constexpr double kApart = 1e-5;

/// Padding on either side, holes, and a sequence without any step.
Mask some_mask() {
  return {{4, 6}, {1, 1, 1, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 0, 1, 0, 1, 0, 0, 0, 0, 0, 0, 0}};
}

/// Numbers that differ from step to step, and 0 where masked.
Tensor some_steps(const Mask& mask, const Shape& step) {
  std::vector<float> numbers;
  const auto width = static_cast<std::size_t>(step.elements());
  for (const bool kept : mask.tensor().data<bool>()) {
    for (std::size_t i = 0; i < width; ++i) {
      numbers.push_back(kept ? std::sin(static_cast<float>(numbers.size())) : 0.0F);
    }
  }
  std::vector<std::int64_t> sizes = mask.shape().sizes();
  sizes.insert(sizes.end(), step.begin(), step.end());
  return {Shape(std::move(sizes)), numbers};
}

}  // namespace

void expect_token_wise(const Layer& layer, const Shape& step) {
  const Mask mask = some_mask();
  const Tensor x = some_steps(mask, step);
  const Tensor of_rows =
      call_eagerly(layer, {.arguments = {{pack(x, mask.row_map())}}, .masks = {}}).front();
  check<ValueError>(
      of_rows.is_packed(),
      "{} computes every step of a packed tensor {}; an op of its call mixes steps, or reads "
      "their numbers itself",
      layer.title(), x.shape());
  const Tensor of_steps = call_eagerly(layer, {.arguments = {{x}}, .masks = {}}).front();
  const Tensor apart = ops::abs(ops::subtract(unpack(of_rows), of_steps));
  for (const float difference : apart.data<float>()) {
    check<ValueError>(difference <= kApart,
                      "{} gives other numbers for packed steps: they are {} apart", layer.title(),
                      difference);
  }
}

}  // namespace domino::testing
