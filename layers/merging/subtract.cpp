#include "domino/layers/merging/subtract.h"

#include <cstddef>
#include <utility>

#include "domino/backends/ops.h"
#include "domino/core/check.h"

namespace domino::layers {
namespace {

void check_two(std::size_t inputs) {
  check(inputs == 2, "subtracts the second of two inputs from the first, got {}", inputs);
}

}  // namespace

Subtract::Subtract(MergeOptions options) : Merge(std::move(options)) {}

void Subtract::build(const std::vector<Shape>& shapes) const {
  Merge::build(shapes);
  check_two(shapes.size());
}

Tensor Subtract::merge(const Tensors& inputs) const {
  check_two(inputs.size());
  return ops::subtract(inputs[0], inputs[1]);
}

}  // namespace domino::layers
