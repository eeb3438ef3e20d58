#include "domino/layers/merging/dot.h"

#include <utility>

#include "domino/backends/ops.h"
#include "domino/core/check.h"
#include "domino/layers/options.h"

namespace domino::layers {

void DotOptions::fields(Fields& f) {
  f("axes", axes);
  f("normalize", normalize);
}

Dot::Dot(Integers axes, DotOptions options)
    : Dot(with(&DotOptions::axes, std::move(axes), std::move(options))) {}

Dot::Dot(DotOptions options) : ListLayer(options.name), options_(std::move(options)) {
  const Config axes = options_.axes.to_config();
  check<ValueError>(axes.is_int() || options_.axes.values().size() == 2,
                    "Dot: axes is {}; expected an axis of both inputs, or one for each",
                    axes.to_json());
}

int Dot::axis(std::size_t which, const Shape& shape) const {
  const std::vector<int> axes = options_.axes.axes();
  const int axis = shape.axis(axes[axes.size() == 1 ? 0 : which]);
  check(axis != 0,
        "sums along an axis of each sample, but axis {} of {} is the batch; give a single sample a "
        "batch axis of size 1",
        axes[axes.size() == 1 ? 0 : which], shape);
  return axis;
}

namespace {

/// keras/src/ops/nn.py, normalize: a vector of zeros stays one.
Tensor normalized(const Tensor& x, int axis) {
  const Tensor inverse = ops::rsqrt(ops::sum(ops::square(x), {axis}, true));
  return ops::multiply(x, ops::minimum(inverse, 1e7));
}

std::string letters(char first, int count) {
  std::string result;
  for (int i = 0; i < count; ++i) result += static_cast<char>(first + i);
  return result;
}

/// "abc,aBc->abB" for axes 2 and 2.
std::string equation(int rank_a, int rank_b, int axis_a, int axis_b) {
  std::string a = letters('a', rank_a);
  std::string b = letters('A', rank_b);
  b[0] = a[0];
  b[static_cast<std::size_t>(axis_b)] = a[static_cast<std::size_t>(axis_a)];
  std::string left = a;
  std::string right = b;
  left.erase(static_cast<std::size_t>(axis_a), 1);
  right.erase(static_cast<std::size_t>(axis_b), 1);
  return a + "," + b + "->" + left + right.substr(1);
}

}  // namespace

Tensor Dot::call(const Tensors& inputs) const {
  check(inputs.size() == 2, "needs two tensors, got {}", inputs.size());
  Tensor a = inputs[0];
  Tensor b = inputs[1];
  check(a.rank() >= 2 && b.rank() >= 2, "needs tensors of (batch, ...), got {} and {}", a.shape(),
        b.shape());
  const int axis_a = axis(0, a.shape());
  const int axis_b = axis(1, b.shape());
  check(a.size(0) == b.size(0) && a.size(axis_a) == b.size(axis_b),
        "needs as many samples, and as many entries along axis {} as along axis {}, got {} and {}",
        axis_a, axis_b, a.shape(), b.shape());
  if (options_.normalize) {
    a = normalized(a, axis_a);
    b = normalized(b, axis_b);
  }
  const Tensor products = ops::einsum(equation(a.rank(), b.rank(), axis_a, axis_b), {a, b});
  return products.rank() == 1 ? ops::expand_dims(products, 1) : products;
}

OptionalMask Dot::compute_mask(const Tensors&, const OptionalMasks&) const { return {}; }

}  // namespace domino::layers
