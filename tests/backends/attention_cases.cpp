#include <fmt/format.h>

#include "tests/backends/conformance.h"

namespace domino::conformance {
namespace {

struct AttentionSize {
  std::int64_t batch, queries, keys, heads, width, value_width;
};

constexpr AttentionSize kAttentionSizes[] = {{2, 3, 5, 1, 4, 4},
                                             {3, 6, 6, 2, 8, 8},
                                             {1, 40, 33, 2, 5, 3},
                                             {2, 1, 7, 3, 1, 2},
                                             {0, 3, 3, 1, 2, 2}};

/// Which masks a call has: bits for that of the queries, of the keys, and of pairs.
Tensors masks_of(const AttentionSize& size, unsigned bits, const Shape& pairs,
                 RandomTensors& random) {
  Tensors masks(3);
  if (bits & 1U) masks[0] = random({size.batch, size.queries}, DType::Bool);
  if (bits & 2U) masks[1] = random({size.batch, size.keys}, DType::Bool);
  if (bits & 4U) masks[2] = random(pairs, DType::Bool);
  return masks;
}

Case attention_case(const op::Attention& op, const AttentionSize& s, Tensors masks, DType dtype,
                    RandomTensors& random) {
  Tensors inputs{random({s.batch, s.queries, s.heads, s.width}, dtype),
                 random({s.batch, s.keys, s.heads, s.width}, dtype),
                 random({s.batch, s.keys, s.heads, s.value_width}, dtype)};
  inputs.insert(inputs.end(), masks.begin(), masks.end());
  return {fmt::format("attention {}{}window {}{}", op.causal ? "causal " : "",
                      op.zero_empty_rows ? "zeros " : "", op.window, op.hide_by_1e9 ? " 1e9" : ""),
          op, inputs, 2 * tolerance_of(dtype, s.width + s.keys)};
}

}  // namespace

std::vector<Case> attention_cases() {
  RandomTensors random(41);
  std::vector<Case> cases;
  for (const AttentionSize& size : kAttentionSizes) {
    for (unsigned flags = 0; flags < 64; ++flags) {
      const auto flag = [&](unsigned bit) { return (flags >> bit & 1U) != 0; };
      op::Attention op{.scale = 0.5, .causal = flag(3)};
      op.window = flag(4) ? 2 : 0;
      op.zero_empty_rows = flag(5);
      const Shape pairs{size.batch, size.heads, size.queries, size.keys};
      cases.push_back(attention_case(op, size, masks_of(size, flags & 7U, pairs, random),
                                     DType::Float32, random));
    }
    const Tensors none(3);
    cases.push_back(attention_case({}, size, none, DType::Float64, random));
    // One flag for all sequences, heads, queries or keys.
    for (const Shape& pairs : {Shape{1, size.heads, 1, size.keys},
                               Shape{size.batch, 1, size.queries, 1}, Shape{1, 1, 1, 1}}) {
      cases.push_back(
          attention_case({}, size, masks_of(size, 4, pairs, random), DType::Float32, random));
    }
    const Tensors one_mask{
        random({1, size.queries}, DType::Bool), random({size.batch, 1}, DType::Bool), {}};
    cases.push_back(attention_case({}, size, one_mask, DType::Float32, random));
    // Scores that are small beside 1e9 are all equal once it is taken from them.
    cases.push_back(attention_case({.hide_by_1e9 = true}, size, masks_of(size, 3, {}, random),
                                   DType::Float32, random));
  }
  return cases;
}

}  // namespace domino::conformance
