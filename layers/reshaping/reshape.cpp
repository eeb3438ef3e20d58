#include "domino/layers/reshaping/reshape.h"

#include <algorithm>
#include <utility>

#include "domino/backends/meta/trace.h"
#include "domino/backends/ops.h"
#include "domino/core/check.h"
#include "domino/layers/options.h"

namespace domino::layers {

void ReshapeOptions::fields(Fields& f) { f("target_shape", target_shape); }

namespace {

/// `(batch, *target)` with -1 worked out for an input of known sizes.
Shape output_shape(const Shape& input, const std::vector<std::int64_t>& target) {
  const std::int64_t size = input.without(0).elements();
  const auto open = std::find(target.begin(), target.end(), -1);
  const int place = static_cast<int>(open - target.begin());
  const bool is_open = open != target.end();
  const Shape output(target);
  const std::int64_t known = (is_open ? output.with(place, 1) : output).elements();
  check(is_open ? known > 0 && size % known == 0 : known == size,
        "the {} elements behind the batch axis of {} do not fit into ({})", size, input,
        fmt::join(target, ", "));
  return (is_open ? output.with(place, size / known) : output).inserted(0, input[0]);
}

}  // namespace

Reshape::Reshape(std::vector<std::int64_t> target_shape, ReshapeOptions options)
    : Reshape(with(&ReshapeOptions::target_shape, std::move(target_shape), std::move(options))) {}

Reshape::Reshape(ReshapeOptions options) : UnaryLayer(options.name), options_(std::move(options)) {
  const std::vector<std::int64_t>& target = options_.target_shape;
  check<ValueError>(std::all_of(target.begin(), target.end(), [](auto size) { return size >= -1; }),
                    "Reshape: target_shape is ({}); expected sizes of at least 0, or -1 for one",
                    fmt::join(target, ", "));
  check<ValueError>(std::count(target.begin(), target.end(), -1) <= 1,
                    "Reshape: target_shape is ({}); expected at most one -1",
                    fmt::join(target, ", "));
}

void Reshape::build(const Shape& input) const {
  check(input.rank() >= 1, "needs (batch, ...), got {}", input);
  if (input.without(0).known()) output_shape(input, options_.target_shape);
}

Tensor Reshape::call(const Tensor& x) const {
  check(x.rank() >= 1, "needs (batch, ...), got {}", x.shape());
  const std::vector<std::int64_t>& target = options_.target_shape;
  const bool open = std::find(target.begin(), target.end(), -1) != target.end();
  if (x.is_meta() && !open) {
    // Sizes that stand for unknown ones need not fit; numbers will.
    return meta::view(x, Shape(target).inserted(0, x.size(0)));
  }
  return ops::reshape(x, output_shape(x.shape(), target));
}

}  // namespace domino::layers
