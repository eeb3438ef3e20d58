#include <fmt/format.h>

#include "tests/backends/conformance.h"

namespace domino::conformance {
namespace {

struct AttentionSize {
  std::int64_t batch, queries, keys, heads, width, value_width;
};

constexpr AttentionSize kAttentionSizes[] = {{2, 3, 5, 1, 4, 4},    {3, 6, 6, 2, 8, 8},
                                             {1, 40, 33, 2, 5, 3},  {2, 1, 7, 3, 1, 2},
                                             {2, 9, 35, 1, 70, 36}, {0, 3, 3, 1, 2, 2}};

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
  const bool is_additive = op.score == op::ScoreKind::Additive;
  if (is_additive && !op.causal) inputs.push_back(random({s.width}, dtype));
  return {fmt::format("attention {}{}{}window {}{}{}", is_additive ? "additive " : "",
                      op.causal ? "causal " : "", op.zero_empty_rows ? "zeros " : "", op.window,
                      op.hide_by_1e9 ? " 1e9" : "", op.gives_weights ? " weights" : ""),
          op, inputs, 2 * tolerance_of(dtype, s.width + s.keys)};
}

/// One query of 1 on 40 keys of one number each, which are their scores; those that are hidden say NaN.
Case extreme_case(const std::vector<float>& scores, const std::vector<bool>& seen) {
  const Shape steps{1, 40, 1, 1};
  std::vector<float> values(40);
  for (std::size_t k = 0; k < 40; ++k) values[k] = seen[k] ? static_cast<float>(k) / 8 : kNan;
  return {"attention of extreme scores",
          op::Attention{},
          {Tensor({1, 1, 1, 1}, {1}), Tensor(steps, scores), Tensor(steps, values), Tensor(),
           Tensor({1, 40}, seen), Tensor()},
          1e-5};
}

void add_extremes(std::vector<Case>& cases) {
  const std::vector<bool> all(40, true);
  std::vector<bool> some = all;
  std::vector<float> hidden(40, 0.5F);
  std::vector<float> late(40, -kInf);
  for (std::size_t k = 0; k < 40; k += 3) {
    some[k] = false;
    hidden[k] = kNan;
  }
  for (std::size_t k = 35; k < 40; ++k) late[k] = static_cast<float>(k) - 36;
  cases.push_back(extreme_case(hidden, some));
  cases.push_back(extreme_case(late, all));
  cases.push_back(extreme_case(std::vector<float>(40, -kInf), all));
  for (const float extreme : {kInf, kNan, -kInf, 1e30F}) {
    std::vector<float> one(40, 1);
    one[37] = extreme;
    cases.push_back(extreme_case(one, all));
  }
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
    for (unsigned flags = 0; flags < 64; ++flags) {
      const auto flag = [&](unsigned bit) { return (flags >> bit & 1U) != 0; };
      const op::Attention op{.score = static_cast<op::ScoreKind>(flag(2)),
                             .scale = 0.5,
                             .causal = flag(3),
                             .zero_empty_rows = flag(4),
                             .hide_by_1e9 = flag(5) && !flag(4),
                             .gives_weights = true};
      const Tensors masks = masks_of(size, flags & 3U, {}, random);
      cases.push_back(attention_case(op, size, masks, DType::Float32, random));
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
  add_extremes(cases);
  return cases;
}

}  // namespace domino::conformance
