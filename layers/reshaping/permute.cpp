#include "domino/layers/reshaping/permute.h"

#include <algorithm>
#include <utility>

#include "domino/backends/ops.h"
#include "domino/core/check.h"
#include "domino/layers/options.h"

namespace domino::layers {

void PermuteOptions::fields(Fields& f) { f("dims", dims); }

namespace {

bool is_permutation_from_1(std::vector<std::int64_t> dims) {
  std::sort(dims.begin(), dims.end());
  for (std::size_t i = 0; i < dims.size(); ++i) {
    if (dims[i] != static_cast<std::int64_t>(i) + 1) return false;
  }
  return true;
}

}  // namespace

Permute::Permute(std::vector<std::int64_t> dims, PermuteOptions options)
    : Permute(with(&PermuteOptions::dims, std::move(dims), std::move(options))) {}

Permute::Permute(PermuteOptions options) : UnaryLayer(options.name), options_(std::move(options)) {
  check<ValueError>(is_permutation_from_1(options_.dims),
                    "Permute: dims is ({}); expected the axes 1, 2, ... in some order, each once",
                    fmt::join(options_.dims, ", "));
}

Tensor Permute::call(const Tensor& x) const {
  const int rank = static_cast<int>(options_.dims.size()) + 1;
  check(x.rank() == rank, "needs {} axes, the batch and one for each of dims ({}), got {}", rank,
        fmt::join(options_.dims, ", "), x.shape());
  ops::Axes axes{0};
  for (const std::int64_t dim : options_.dims) axes.push_back(static_cast<int>(dim));
  return ops::transpose(x, axes);
}

}  // namespace domino::layers
