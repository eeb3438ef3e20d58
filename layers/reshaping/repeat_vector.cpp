#include "domino/layers/reshaping/repeat_vector.h"

#include <utility>

#include "domino/backends/ops.h"
#include "domino/core/check.h"
#include "domino/layers/options.h"

namespace domino::layers {

void RepeatVectorOptions::fields(Fields& f) { f("n", n); }

RepeatVector::RepeatVector(int n, RepeatVectorOptions options)
    : RepeatVector(with(&RepeatVectorOptions::n, n, std::move(options))) {}

RepeatVector::RepeatVector(RepeatVectorOptions options)
    : UnaryLayer(options.name), options_(std::move(options)) {
  check<ValueError>(options_.n > 0, "RepeatVector: n is {}; expected at least 1", options_.n);
}

Tensor RepeatVector::call(const Tensor& x) const {
  check(x.rank() == 2, "needs (batch, features), got {}", x.shape());
  return ops::broadcast_to(ops::expand_dims(x, 1), {x.size(0), options_.n, x.size(1)});
}

}  // namespace domino::layers
