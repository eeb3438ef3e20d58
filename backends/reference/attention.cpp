#include <algorithm>
#include <cmath>
#include <limits>
#include <span>

#include "domino/backends/reference/kernels.h"
#include "domino/backends/reference/numbers.h"

namespace domino::reference {
namespace {

/// A mask that broadcasts, as a function of places.
class Flags {
 public:
  Flags(op::Inputs inputs, std::size_t index) {
    if (!given(inputs, index)) return;
    shape_ = inputs[index].shape();
    flags_ = inputs[index].data<bool>();
  }

  bool at(std::initializer_list<std::int64_t> place) const {
    if (flags_.empty()) return true;
    std::int64_t at = 0;
    int axis = 0;
    for (const std::int64_t i : place) {
      at = at * shape_[axis] + (shape_[axis] == 1 ? 0 : i);
      ++axis;
    }
    return flags_[static_cast<std::size_t>(at)];
  }

 private:
  Shape shape_;
  std::span<const bool> flags_;
};

/// Scores of all keys become their weights.
void weigh(std::vector<double>& scores, const std::vector<bool>& seen, const op::Attention& op) {
  const bool none = std::ranges::find(seen, true) == seen.end();
  if (none && op.zero_empty_rows) return scores.assign(scores.size(), 0.0);
  double highest = -std::numeric_limits<double>::infinity();
  for (std::size_t key = 0; key < scores.size(); ++key) {
    if (none) scores[key] = op.hide_by_1e9 ? static_cast<float>(scores[key]) - 1e9F : 0;
    if (none || seen[key]) highest = std::max(highest, scores[key]);
  }
  double sum = 0;
  for (std::size_t key = 0; key < scores.size(); ++key) {
    scores[key] = none || seen[key] ? std::exp(scores[key] - highest) : 0;
    sum += scores[key];
  }
  for (double& score : scores) score /= sum;
}

double score(const op::Attention& op, const double* query, const double* key,
             const std::vector<double>& score_weights) {
  double score = 0;
  for (std::size_t i = 0; i < score_weights.size(); ++i) {
    const bool is_product = op.score == op::ScoreKind::Product;
    score += is_product ? query[i] * key[i] : score_weights[i] * std::tanh(query[i] + key[i]);
  }
  return score * op.scale;
}

}  // namespace

void attention(const op::Attention& op, op::Inputs inputs, op::Outputs outputs) {
  const std::vector<double> query = widened(inputs[0]);
  const std::vector<double> key = widened(inputs[1]);
  const std::vector<double> value = widened(inputs[2]);
  const Flags query_mask(inputs, 3);
  const Flags key_mask(inputs, 4);
  const Flags mask(inputs, 5);
  const std::int64_t heads = inputs[0].size(2);
  const std::int64_t width = inputs[0].size(3);
  const std::int64_t value_width = inputs[2].size(3);
  const std::int64_t keys = inputs[1].size(1);
  const auto row = [&](const std::vector<double>& numbers, std::int64_t b, std::int64_t steps,
                       std::int64_t step, std::int64_t h, std::int64_t size) {
    return numbers.data() + ((b * steps + step) * heads + h) * size;
  };
  std::vector<double> score_weights(static_cast<std::size_t>(width), 1.0);
  if (given(inputs, 6)) score_weights = widened(inputs[6]);
  std::vector<double> output;
  std::vector<double> weights;
  const std::int64_t queries = inputs[0].size(1);
  for (std::int64_t b = 0; b < inputs[0].size(0); ++b) {
    for (std::int64_t q = 0; q < queries; ++q) {
      for (std::int64_t h = 0; h < heads; ++h) {
        std::vector<double> scores;
        std::vector<bool> seen;
        for (std::int64_t k = 0; k < keys; ++k) {
          const double* x = row(query, b, queries, q, h, width);
          const double* y = row(key, b, keys, k, h, width);
          scores.push_back(score(op, x, y, score_weights));
          seen.push_back(query_mask.at({b, q}) && key_mask.at({b, k}) && mask.at({b, h, q, k}) &&
                         (!op.causal || q >= k) && (op.window == 0 || std::abs(q - k) < op.window));
        }
        weigh(scores, seen, op);
        weights.insert(weights.end(), scores.begin(), scores.end());
        for (std::int64_t i = 0; i < value_width; ++i) {
          double sum = 0;
          for (std::int64_t k = 0; k < keys; ++k) {
            const double weight = scores[static_cast<std::size_t>(k)];
            // A key that is not seen keeps its NaN to itself.
            if (weight != 0) sum += weight * row(value, b, keys, k, h, value_width)[i];
          }
          output.push_back(sum);
        }
      }
    }
  }
  store(output, outputs[0]);
  if (op.gives_weights) store(weights, outputs[1]);
}

}  // namespace domino::reference
