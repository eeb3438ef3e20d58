#include <algorithm>
#include <cstdlib>
#include <functional>
#include <limits>
#include <memory>
#include <span>
#include <vector>

#include "domino/backends/execution.h"
#include "domino/backends/onednn/elementwise.h"
#include "domino/backends/onednn/grain.h"
#include "domino/backends/onednn/mapped_steps.h"
#include "domino/backends/onednn/memory_pool.h"
#include "domino/backends/onednn/rows.h"
#include "domino/backends/onednn/small_product.h"
#include "domino/backends/onednn/softmax.h"
#include "domino/backends/plans/attention_plan.h"
#include "domino/core/threads.h"

namespace domino::onednn {
namespace {

using plans::AttentionPlan;
using Query = AttentionPlan::Query;

constexpr float kLowest = std::numeric_limits<float>::lowest();
/// Queries that are worth gathering the keys once more for another thread.
constexpr std::int64_t kFewestQueries = 16;

/// The mask (batch, heads, queries, keys), whose sizes may be 1.
class PairsMask {
 public:
  explicit PairsMask(const Tensor& mask) : flags_(numbers<bool>(mask)) {
    if (flags_ == nullptr) return;
    std::int64_t stride = 1;
    for (int axis = 3; axis >= 0; --axis) {
      strides_[axis] = mask.size(axis) == 1 ? 0 : stride;
      stride *= mask.size(axis);
    }
  }
  bool given() const { return flags_ != nullptr; }
  bool at(std::int64_t sequence, std::int64_t head, std::int64_t query, std::int64_t key) const {
    return flags_[sequence * strides_[0] + head * strides_[1] + query * strides_[2] +
                  key * strides_[3]];
  }

 private:
  const bool* flags_;
  std::int64_t strides_[4] = {};
};

/// Some queries of one sequence in one head.
struct Piece {
  std::int64_t sequence;
  std::int64_t head;
  std::span<const Query> queries;
  std::int64_t first_row;  ///< of the output
};

/// Memory that a thread uses again for each piece; it grows to the largest one.
class Numbers {
 public:
  float* at_least(std::int64_t count) {
    if (count > std::ssize(numbers_)) numbers_.resize(static_cast<std::size_t>(count));
    return numbers_.data();
  }

 private:
  std::vector<float> numbers_;
};

struct Scratch {
  Numbers query;
  Numbers key;
  Numbers value;
  Numbers sums;  ///< of numbers of a query and of keys
  Numbers weights;
  std::vector<std::int32_t> steps;
  std::vector<std::int64_t> unseeing;  ///< queries
};

/// What the op gives: a row for each query that differs, and in it numbers for each head.
class Rows {
 public:
  Rows(std::int64_t rows, std::int64_t heads, std::int64_t width)
      : rows_(pooled_tensor({rows, heads, width}, DType::Float32)),
        numbers_(rows_.mutable_data<float>().data()),
        heads_(heads),
        width_(width) {}
  float* at(std::int64_t row, std::int64_t head) const {
    return numbers_ + (row * heads_ + head) * width_;
  }
  /// (batch, queries, heads, width): every place shows the row that `map` says, or its own.
  Tensor shown(const SharedRowMap& map, const Shape& query) const;

 private:
  Tensor rows_;
  float* numbers_;
  std::int64_t heads_;
  std::int64_t width_;
};

Tensor Rows::shown(const SharedRowMap& map, const Shape& query) const {
  const Shape shape = query.with(3, width_);
  if (!map) return rows_.viewed_as(shape);
  if (map->unseen() >= 0) std::fill_n(at(map->unseen(), 0), heads_ * width_, 0.0F);
  const Tensor output = Tensor::packed(rows_, map, shape);
  return execution().packing && map->is_worth() ? output : unpack(output);
}

/// One call of the op: what all its threads share.
class Attention {
 public:
  Attention(const op::Attention& op, op::Inputs inputs)
      : op_(op),
        query_(inputs[0]),
        key_(inputs[1]),
        value_(inputs[2]),
        pairs_(optional_input(inputs, 5)),
        plan_(op, inputs, query_),
        shape_(inputs[0].shape()),
        heads_(inputs[0].size(2)),
        width_(inputs[0].size(3)),
        value_width_(inputs[2].size(3)),
        keys_(inputs[1].size(1)),
        score_weights_(static_cast<std::size_t>(width_), 1.0F),
        output_(plan_.rows(), heads_, value_width_),
        weights_(op.gives_weights ? plan_.rows() : 0, heads_, keys_) {
    const float* given = numbers<float>(optional_input(inputs, 6));
    if (given != nullptr) std::copy_n(given, width_, score_weights_.begin());
    for (float& weight : score_weights_) weight *= static_cast<float>(op.scale);
  }

  Tensors run();

 private:
  std::vector<Piece> pieces() const;
  void run(const Piece& piece) const;
  float* gathered(const MappedSteps& x, const Piece& piece, std::int64_t steps, std::int64_t width,
                  std::span<const std::int32_t> of, Numbers& to) const;
  const float* gathered_queries(const Piece& piece, std::span<const std::int32_t> steps,
                                Numbers& to) const;
  void score(const float* queries, std::int64_t count, const float* keys, std::int64_t seen,
             Numbers& sums, float* scores) const;
  bool hide(const Piece& piece, const Query& query, float* scores) const;
  void write_weights(const Piece& piece, const float* weights) const;
  void write_unseeing(const Piece& piece, std::int64_t query, Scratch& scratch) const;
  std::vector<float> unseeing_weights(const Piece& piece, std::int64_t query,
                                      Scratch& scratch) const;
  const std::vector<std::int32_t>& seen_keys(const Piece& piece) const {
    return plan_.sequences()[static_cast<std::size_t>(piece.sequence)].keys;
  }

  const op::Attention& op_;
  MappedSteps query_;
  MappedSteps key_;
  MappedSteps value_;
  PairsMask pairs_;
  AttentionPlan plan_;
  Shape shape_;
  std::int64_t heads_;
  std::int64_t width_;
  std::int64_t value_width_;
  std::int64_t keys_;
  std::vector<float> score_weights_;
  Rows output_;
  Rows weights_;
};

Tensors Attention::run() {
  const std::vector<Piece> all = pieces();
  const std::int64_t work = plan_.rows() * heads_ * keys_ * (width_ + value_width_) /
                            std::max<std::int64_t>(std::ssize(all), 1);
  parallel_for(std::ssize(all), kProductGrain / std::max<std::int64_t>(work, 1) + 1,
               [&](std::int64_t begin, std::int64_t end) {
                 for (std::int64_t i = begin; i < end; ++i) run(all[static_cast<std::size_t>(i)]);
               });
  const SharedRowMap map = plan_.map();
  Tensors outputs{output_.shown(map, shape_)};
  if (op_.gives_weights) outputs.push_back(weights_.shown(map, shape_));
  return outputs;
}

/// A piece for each sequence and head, and more if those are too few for the threads.
std::vector<Piece> Attention::pieces() const {
  std::vector<Piece> pieces;
  const auto sequences = std::max<std::int64_t>(std::ssize(plan_.sequences()) * heads_, 1);
  const std::int64_t wanted = (2 * thread_count() + sequences - 1) / sequences;
  for (std::size_t s = 0; s < plan_.sequences().size(); ++s) {
    const AttentionPlan::Sequence& sequence = plan_.sequences()[s];
    const std::span<const Query> queries(sequence.queries);
    const auto count = std::ssize(queries);
    const std::int64_t parts =
        std::clamp<std::int64_t>(count / kFewestQueries, std::min<std::int64_t>(count, 1), wanted);
    for (std::int64_t head = 0; head < heads_; ++head) {
      for (std::int64_t part = 0; part < parts; ++part) {
        const std::int64_t first = count * part / parts;
        const std::int64_t last = count * (part + 1) / parts;
        pieces.push_back({static_cast<std::int64_t>(s), head,
                          queries.subspan(static_cast<std::size_t>(first),
                                          static_cast<std::size_t>(last - first)),
                          sequence.first_row + first});
      }
    }
  }
  return pieces;
}

/// One head of some steps of a sequence, one after the other.
float* Attention::gathered(const MappedSteps& x, const Piece& piece, std::int64_t steps,
                           std::int64_t width, std::span<const std::int32_t> of,
                           Numbers& to) const {
  float* const numbers = to.at_least(std::ssize(of) * width);
  float* next = numbers;
  for (const std::int32_t step : of) {
    next = std::copy_n(x.at(piece.sequence * steps + step) + piece.head * width, width, next);
  }
  return numbers;
}

/// Those of products are scaled, as there are fewer of them than of scores.
const float* Attention::gathered_queries(const Piece& piece, std::span<const std::int32_t> steps,
                                         Numbers& to) const {
  float* const queries = gathered(query_, piece, shape_[1], width_, steps, to);
  if (op_.score == op::ScoreKind::Additive) return queries;
  for (std::int64_t i = 0; i < std::ssize(steps) * width_; ++i) {
    queries[i] *= static_cast<float>(op_.scale);
  }
  return queries;
}

void Attention::run(const Piece& piece) const {
  const std::vector<std::int32_t>& keys = seen_keys(piece);
  const auto queries = std::ssize(piece.queries);
  const auto seen = std::ssize(keys);
  thread_local Scratch scratch;
  scratch.steps.clear();
  for (const Query& query : piece.queries) scratch.steps.push_back(query.step);
  const float* q = gathered_queries(piece, scratch.steps, scratch.query);
  const float* k = gathered(key_, piece, keys_, width_, keys, scratch.key);
  const float* v = gathered(value_, piece, keys_, value_width_, keys, scratch.value);
  float* weights = scratch.weights.at_least(queries * seen);
  score(q, queries, k, seen, scratch.sums, weights);
  scratch.unseeing.clear();
  for (std::int64_t i = 0; i < queries; ++i) {
    if (hide(piece, piece.queries[static_cast<std::size_t>(i)], weights + i * seen)) {
      scratch.unseeing.push_back(i);
    }
  }
  if (seen > 0) {
    softmax_rows(weights, queries, seen, weights);
    small_product({queries, seen, value_width_}, weights, v, {0, queries}, {0, value_width_},
                  output_.at(piece.first_row, piece.head), heads_ * value_width_);
    if (op_.gives_weights) write_weights(piece, weights);
  }
  for (const std::int64_t i : scratch.unseeing) write_unseeing(piece, i, scratch);
}

/// Compares queries with keys, which both lie one after the other.
void Attention::score(const float* queries, std::int64_t count, const float* keys,
                      std::int64_t seen, Numbers& sums, float* scores) const {
  if (op_.score == op::ScoreKind::Product) {
    return small_product({count, width_, seen, false, true}, queries, keys, {0, count}, scores);
  }
  for (std::int64_t q = 0; q < count; ++q) {
    float* sum = sums.at_least(seen * width_);
    for (std::int64_t k = 0; k < seen; ++k) {
      std::transform(queries + q * width_, queries + (q + 1) * width_, keys + k * width_,
                     sum + k * width_, std::plus<>());
    }
    unary_range(op::UnaryKind::Tanh, sum, sum, seen * width_);
    small_product({seen, width_, 1}, sum, score_weights_.data(), {0, seen}, scores + q * seen);
  }
}

/// Hides scores of keys that the query does not see by its place; true if it sees none.
bool Attention::hide(const Piece& piece, const Query& query, float* scores) const {
  const std::vector<std::int32_t>& keys = seen_keys(piece);
  if (query.hidden || keys.empty()) return true;
  if (!op_.causal && op_.window == 0 && !pairs_.given()) return false;
  bool none = true;
  for (std::size_t i = 0; i < keys.size(); ++i) {
    const std::int64_t key = keys[i];
    const bool seen = (!op_.causal || key <= query.step) &&
                      (op_.window == 0 || std::abs(query.step - key) < op_.window) &&
                      (!pairs_.given() || pairs_.at(piece.sequence, piece.head, query.step, key));
    if (!seen) scores[i] = kLowest;
    none = none && !seen;
  }
  return none;
}

void Attention::write_weights(const Piece& piece, const float* weights) const {
  for (std::int64_t i = 0; i < std::ssize(piece.queries); ++i) {
    float* to = weights_.at(piece.first_row + i, piece.head);
    std::fill_n(to, keys_, 0.0F);
    for (const std::int32_t key : seen_keys(piece)) to[key] = *weights++;
  }
}

void Attention::write_unseeing(const Piece& piece, std::int64_t query, Scratch& scratch) const {
  const std::int64_t row = piece.first_row + query;
  const std::vector<float> weights = unseeing_weights(piece, query, scratch);
  float* to = output_.at(row, piece.head);
  std::fill_n(to, value_width_, 0.0F);
  for (std::int64_t key = 0; key < keys_; ++key) {
    const float* v = value_.at(piece.sequence * keys_ + key) + piece.head * value_width_;
    const float weight = weights[static_cast<std::size_t>(key)];
    if (weight == 0) continue;
    for (std::int64_t i = 0; i < value_width_; ++i) to[i] += weight * v[i];
  }
  if (op_.gives_weights) std::ranges::copy(weights, weights_.at(row, piece.head));
}

/// By what a query without any key weighs all values, masked ones too.
std::vector<float> Attention::unseeing_weights(const Piece& piece, std::int64_t query,
                                               Scratch& scratch) const {
  std::vector<float> weights(static_cast<std::size_t>(keys_));
  if (op_.zero_empty_rows) return weights;
  if (op_.hide_by_1e9) {
    const std::int32_t step = piece.queries[static_cast<std::size_t>(query)].step;
    const float* q = gathered_queries(piece, {&step, 1}, scratch.query);
    for (std::int64_t key = 0; key < keys_; ++key) {
      const float* k = key_.at(piece.sequence * keys_ + key) + piece.head * width_;
      float& weight = weights[static_cast<std::size_t>(key)];
      score(q, 1, k, 1, scratch.sums, &weight);
      weight -= 1e9F;
    }
  }
  softmax_rows(weights.data(), 1, keys_, weights.data());
  return weights;
}

Tensors attention(const op::Attention& op, op::Inputs inputs) {
  return Attention(op, inputs).run();
}

bool accepts_attention(const op::Attention&, op::Inputs inputs) {
  return all_float32(inputs.first(3)) && inputs[0].elements() > 0 && inputs[2].elements() > 0;
}

}  // namespace

void add_attention(KernelTable& table) {
  table.add_packed<op::Attention>(kOwner, attention, accepts_attention);
}

}  // namespace domino::onednn
