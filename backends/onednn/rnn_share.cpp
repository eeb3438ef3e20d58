#include <algorithm>
#include <bit>
#include <span>
#include <utility>
#include <vector>

#include "domino/backends/onednn/memory_pool.h"
#include "domino/backends/onednn/rnn_call.h"
#include "domino/backends/onednn/row_product.h"
#include "domino/core/threads.h"

namespace domino::onednn {
namespace {

/// Numbers that the steps projected at once make: few enough to be read again from cache.
constexpr std::int64_t kProjected = 1 << 16;
/// Bounds of the tokens that make them: enough to use the kernel well.
constexpr std::int64_t kFewestTokens = 64;
constexpr std::int64_t kMostTokens = 512;

/// Memory of one share, in one piece: pieces of it are handed out in turn.
class Scratch {
 public:
  explicit Scratch(std::int64_t size) : numbers_(pooled_tensor({size}, DType::Float32)) {
    next_ = numbers_.mutable_data<float>().data();
  }
  float* take(std::int64_t size) { return std::exchange(next_, next_ + size); }

 private:
  Tensor numbers_;
  float* next_;
};

/// Sequences that one thread takes through all their steps.
class Share {
 public:
  Share(const RnnCall& call, const std::vector<std::int64_t>& rows);
  void run();

 private:
  struct Sequence {
    std::int64_t row;
    std::span<const std::int32_t> kept;
    float* output;    // with return_sequences a row for each kept step
    float* spare[2];  // where h lies if the outputs have no place for it
    std::int64_t length() const { return static_cast<std::int64_t>(kept.size()); }
  };

  void add(std::int64_t row);
  void drop_ended(std::int64_t step);
  std::int64_t project(std::int64_t begin);
  void find_projected(std::int64_t step);
  std::int64_t rounded(std::int64_t tokens) const;
  void gather(const Sequence& sequence, std::int64_t begin, std::int64_t end, float* to) const;
  void run_step(std::int64_t step);
  void run_passes(bool from_zero);
  void finish(std::size_t i);

  const RnnCall& call_;
  const std::int64_t tokens_at_once_;
  Scratch scratch_;
  float* tokens_;
  float* projected_;
  std::vector<Sequence> sequences_;  // the longest first
  std::vector<CellRow> cells_;
  std::size_t active_;  // sequences not yet at their end
};

std::int64_t tokens_for(const RnnCall& call, std::int64_t sequences) {
  if (call.projected != nullptr) return 0;
  const std::int64_t wanted = std::clamp(kProjected / call.columns, kFewestTokens, kMostTokens);
  return (std::max(wanted, sequences) + 7) / 8 * 8;
}

Share::Share(const RnnCall& call, const std::vector<std::int64_t>& rows)
    : call_(call),
      tokens_at_once_(tokens_for(call, std::ssize(rows))),
      scratch_(tokens_at_once_ * (call.features + call.columns) +
               std::ssize(rows) * 4 * call.units),
      tokens_(scratch_.take(tokens_at_once_ * call.features)),
      projected_(scratch_.take(tokens_at_once_ * call.columns)),
      active_(rows.size()) {
  std::fill_n(tokens_, tokens_at_once_ * call.features, 0.0f);
  sequences_.reserve(rows.size());
  cells_.reserve(rows.size());
  for (const std::int64_t row : rows) add(row);
}

void Share::add(std::int64_t row) {
  const std::int64_t units = call_.units;
  const std::int64_t first = call_.op.return_sequences ? call_.plan.tokens_before(row) : row;
  sequences_.push_back({row,
                        call_.plan.kept(row),
                        call_.output + first * units,
                        {scratch_.take(units), scratch_.take(units)}});
  const auto state = [&](const float* given) {
    return given != nullptr ? given + row * units : call_.zeros.data();
  };
  CellRow& cell = cells_.emplace_back();
  cell.h = state(call_.first_h);
  cell.z = scratch_.take(units);
  cell.reset = scratch_.take(units);
  if (call_.last_c == nullptr) return;
  cell.c = call_.last_c + row * units;
  std::copy_n(state(call_.first_c), units, cell.c);
}

void Share::run() {
  std::int64_t projected = 0;
  for (std::int64_t step = 0; drop_ended(step), active_ > 0; ++step) {
    if (call_.projected != nullptr) {
      find_projected(step);
    } else if (step == projected) {
      projected = project(step);
    }
    run_step(step);
  }
  for (std::size_t i = 0; i < sequences_.size(); ++i) finish(i);
}

void Share::drop_ended(std::int64_t step) {
  while (active_ > 0 && sequences_[active_ - 1].length() <= step) --active_;
}

/// A few more tokens, if that saves calls: what stands there is computed and never read.
std::int64_t Share::rounded(std::int64_t tokens) const {
  const auto power = static_cast<std::int64_t>(std::bit_ceil(static_cast<std::uint64_t>(tokens)));
  if (power - tokens <= tokens / 8 && power <= tokens_at_once_) return power;
  return (tokens + 7) / 8 * 8;
}

/// Projects the inputs of the steps from `begin` on; returns the first step that has to wait.
std::int64_t Share::project(std::int64_t begin) {
  const std::int64_t steps = tokens_at_once_ / static_cast<std::int64_t>(active_);
  std::int64_t tokens = 0;
  for (std::size_t i = 0; i < active_; ++i) {
    const std::int64_t end = std::min(begin + steps, sequences_[i].length());
    gather(sequences_[i], begin, end, tokens_ + tokens * call_.features);
    cells_[i].input = projected_ + tokens * call_.columns;
    tokens += end - begin;
  }
  row_product(tokens_, rounded(tokens), call_.kernel,
              call_.bias.empty() ? nullptr : call_.bias.data(), op::UnaryKind::Linear, projected_,
              call_.strict);
  return begin + steps;
}

/// The same, where all rows are projected already.
void Share::find_projected(std::int64_t step) {
  for (std::size_t i = 0; i < active_; ++i) {
    const Sequence& sequence = sequences_[i];
    cells_[i].input =
        call_.projected_at(sequence.row, sequence.kept[static_cast<std::size_t>(step)]);
  }
}

void Share::gather(const Sequence& sequence, std::int64_t begin, std::int64_t end,
                   float* to) const {
  const std::int64_t features = call_.features;
  for (std::int64_t i = begin; i < end; ++i, to += features) {
    std::copy_n(call_.x_at(sequence.row, sequence.kept[static_cast<std::size_t>(i)]), features, to);
  }
}

void Share::run_step(std::int64_t step) {
  for (std::size_t i = 0; i < active_; ++i) {
    const Sequence& sequence = sequences_[i];
    cells_[i].next_h =
        call_.op.return_sequences ? sequence.output + step * call_.units : sequence.spare[step % 2];
  }
  run_passes(step == 0 && call_.first_h == nullptr);
  for (std::size_t i = 0; i < active_; ++i) {
    cells_[i].input += call_.columns;
    cells_[i].h = cells_[i].next_h;
  }
}

void Share::run_passes(bool from_zero) {
  for (const Cell& pass : call_.passes) {
    const auto run_panels = [&](std::int64_t begin, std::int64_t end) {
      run_cell(pass, from_zero, cells_.data(), static_cast<std::int64_t>(active_), begin, end);
    };
    if (call_.wide) {
      parallel_for(panels_of(pass), 1, run_panels);
    } else {
      run_panels(0, panels_of(pass));
    }
  }
}

/// The last output and state of one sequence.
void Share::finish(std::size_t i) {
  const Sequence& sequence = sequences_[i];
  const float* h = cells_[i].h;
  std::copy_n(h, call_.units, call_.last_h + sequence.row * call_.units);
  if (call_.op.return_sequences) return;
  const bool zero = call_.plan.ends_with_zero(sequence.row, call_.op.zero_output_for_mask);
  std::copy_n(zero ? call_.zeros.data() : h, call_.units, sequence.output);
}

}  // namespace

void run_share(const RnnCall& call, const std::vector<std::int64_t>& rows) {
  Share(call, rows).run();
}

}  // namespace domino::onednn
