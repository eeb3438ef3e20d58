#include <algorithm>
#include <cstring>

#include "domino/backends/onednn/rnn_cells.h"
#include "domino/backends/onednn/rnn_plan.h"
#include "domino/backends/onednn/row_product.h"
#include "domino/backends/onednn/rows.h"
#include "domino/core/threads.h"

namespace domino::onednn {
namespace {

/// Steps projected at once, over all sequences of a share: enough to use the kernel well, few enough
/// to be read again from cache.
constexpr std::int64_t kTokens = 64;
/// Fewer sequences than that leave the recurrent kernel's loads unused.
constexpr std::int64_t kFewestRows = 4;
/// Multiplications that take as long as starting threads.
constexpr std::int64_t kThreadStart = 150'000;

/// One call of the op: what all its threads share.
struct Call {
  const op::Rnn& op;
  op::Inputs inputs;
  op::Outputs outputs;
  RnnPlan plan;
  std::vector<Cell> passes;
  std::vector<float> bias;
  bool wide = false;  // threads share out the units of each step, not the sequences

  Call(const op::Rnn& op, op::Inputs inputs, op::Outputs outputs);
  std::int64_t units() const { return inputs[3].size(0); }
  std::int64_t columns() const { return inputs[3].size(1); }
  std::int64_t features() const { return inputs[0].size(2); }
  bool has_state() const { return optional_input(inputs, 5).defined(); }
  std::int64_t choose_shares();
};

std::vector<CellPass> passes_of(const op::Rnn& op) {
  switch (op.cell) {
    case op::CellKind::SimpleRNN:
      return {CellPass::SimpleRNN};
    case op::CellKind::LSTM:
      return {CellPass::LSTM};
    case op::CellKind::GRU:
      break;
  }
  if (op.reset_after) return {CellPass::GRU};
  return {CellPass::GRUGates, CellPass::GRUCandidate};
}

Call::Call(const op::Rnn& op, op::Inputs inputs, op::Outputs outputs)
    : op(op),
      inputs(inputs),
      outputs(outputs),
      plan(optional_input(inputs, 1), inputs[0].size(0), inputs[0].size(1), op.go_backwards) {
  const float* second_bias = nullptr;
  if (const Tensor given = optional_input(inputs, 4); given.defined()) {
    const auto numbers = given.data<float>();
    bias.assign(numbers.begin(), numbers.begin() + columns());
    if (given.rank() == 2) {
      // The second row joins the first, but for the candidate, whose product the reset gate scales.
      second_bias = numbers.data() + columns();
      for (std::int64_t i = 0; i < 2 * units(); ++i) {
        bias[static_cast<std::size_t>(i)] += second_bias[i];
      }
      second_bias += 2 * units();
    }
  }
  for (const CellPass pass : passes_of(op)) {
    passes.push_back({pass, units(), op.activation, op.recurrent_activation, second_bias,
                      pack_cell(pass, inputs[3])});
  }
}

/// Into how many shares the sequences are cut, one for each thread at most.
std::int64_t Call::choose_shares() {
  const std::int64_t threads = thread_count();
  const std::int64_t step = plan.batch() * units() * columns();
  const std::int64_t shares =
      step * plan.steps() < kThreadStart
          ? 1
          : std::clamp<std::int64_t>(plan.batch() / kFewestRows, 1, threads);
  wide = step / shares - step / threads > kThreadStart;
  return wide ? 1 : shares;
}

/// Sequences that one thread takes through all their steps.
class Share {
 public:
  Share(const Call& call, std::vector<std::int64_t> rows);
  void run();

 private:
  std::int64_t length(std::size_t i) const {
    return static_cast<std::int64_t>(call_.plan.kept(rows_[i]).size());
  }
  void drop_ended(std::int64_t step);
  std::int64_t project(std::int64_t begin);
  void run_step(std::int64_t step);
  float* next_h(std::size_t i, std::int64_t step);
  void finish(std::size_t i);
  void fill_masked(std::int64_t row);
  void copy_state(const float* from, int output, std::int64_t row);

  const Call& call_;
  const std::vector<std::int64_t> rows_;
  std::size_t active_;  // sequences not yet at their end; they stand first
  std::vector<CellRow> cells_;
  std::vector<const float*> inputs_;  // where each sequence's projected steps begin
  Tensor tokens_;
  Tensor projected_;
  Tensor zeros_;
  Tensor spare_;  // places for h and, in a GRU, between its passes
};

Tensor zeros(std::int64_t rows, std::int64_t columns) {
  Tensor tensor = Tensor::empty({rows, columns}, DType::Float32);
  std::ranges::fill(tensor.mutable_data<float>(), 0.0f);
  return tensor;
}

float* row_of(Tensor& tensor, std::int64_t row, std::int64_t width) {
  return tensor.mutable_data<float>().data() + row * width;
}

Share::Share(const Call& call, std::vector<std::int64_t> rows)
    : call_(call),
      rows_(std::move(rows)),
      active_(rows_.size()),
      cells_(rows_.size()),
      inputs_(rows_.size()) {
  const auto count = static_cast<std::int64_t>(rows_.size());
  const std::int64_t units = call.units();
  const std::int64_t room = std::max(kTokens, (count + 7) / 8 * 8);
  tokens_ = zeros(room, call.features());
  projected_ = Tensor::empty({room, call.columns()}, DType::Float32);
  zeros_ = zeros(1, units);
  spare_ = Tensor::empty({4 * count, units}, DType::Float32);
  const Tensor h = optional_input(call.inputs, 5);
  const Tensor c = optional_input(call.inputs, 6);
  const auto state = [&](const Tensor& given, std::int64_t row) {
    return given.defined() ? numbers<float>(given) + row * units : numbers<float>(zeros_);
  };
  for (std::size_t i = 0; i < rows_.size(); ++i) {
    const auto place = static_cast<std::int64_t>(4 * i);
    cells_[i].h = state(h, rows_[i]);
    cells_[i].z = row_of(spare_, place + 2, units);
    cells_[i].reset = row_of(spare_, place + 3, units);
    if (call.op.cell != op::CellKind::LSTM) continue;
    cells_[i].c = row_of(call.outputs[2], rows_[i], units);
    copy_state(state(c, rows_[i]), 2, rows_[i]);
  }
}

void Share::copy_state(const float* from, int output, std::int64_t row) {
  const std::int64_t units = call_.units();
  std::copy_n(from, units, row_of(call_.outputs[static_cast<std::size_t>(output)], row, units));
}

void Share::run() {
  std::int64_t end = 0;
  for (std::int64_t step = 0; drop_ended(step), active_ > 0; ++step) {
    if (step == end) end = project(step);
    run_step(step);
  }
  for (std::size_t i = 0; i < rows_.size(); ++i) finish(i);
}

void Share::drop_ended(std::int64_t step) {
  while (active_ > 0 && length(active_ - 1) <= step) --active_;
}

/// Projects the inputs of the next steps; returns the first step that has to be projected again.
std::int64_t Share::project(std::int64_t begin) {
  const std::int64_t features = call_.features();
  const std::int64_t most = std::max<std::int64_t>(1, kTokens / static_cast<std::int64_t>(active_));
  std::int64_t tokens = 0;
  for (std::size_t i = 0; i < active_; ++i) {
    inputs_[i] = row_of(projected_, tokens, call_.columns());
    const float* x = numbers<float>(call_.inputs[0]) + rows_[i] * call_.plan.steps() * features;
    const auto kept = call_.plan.kept(rows_[i]);
    for (std::int64_t s = begin; s < std::min(begin + most, length(i)); ++s) {
      const std::int64_t place = call_.plan.place(kept[static_cast<std::size_t>(s)]);
      std::copy_n(x + place * features, features, row_of(tokens_, tokens++, features));
    }
  }
  // What stands in the rows up to the next multiple of eight is computed and never read.
  row_product(numbers<float>(tokens_), (tokens + 7) / 8 * 8, call_.inputs[2],
              call_.bias.empty() ? nullptr : call_.bias.data(), op::UnaryKind::Linear,
              projected_.mutable_data<float>().data());
  return begin + most;
}

float* Share::next_h(std::size_t i, std::int64_t step) {
  const std::int64_t units = call_.units();
  if (!call_.op.return_sequences) {
    return row_of(spare_, static_cast<std::int64_t>(4 * i) + step % 2, units);
  }
  const auto kept = call_.plan.kept(rows_[i]);
  return row_of(call_.outputs[0],
                rows_[i] * call_.plan.steps() + kept[static_cast<std::size_t>(step)], units);
}

void Share::run_step(std::int64_t step) {
  for (std::size_t i = 0; i < active_; ++i) {
    cells_[i].input = inputs_[i];
    cells_[i].next_h = next_h(i, step);
    inputs_[i] += call_.columns();
  }
  const bool from_zero = step == 0 && !call_.has_state();
  const auto count = static_cast<std::int64_t>(active_);
  for (const Cell& pass : call_.passes) {
    const auto run_panels = [&](std::int64_t begin, std::int64_t end) {
      run_cell(pass, from_zero, cells_.data(), count, begin, end);
    };
    if (call_.wide) {
      parallel_for(panels_of(pass), 1, run_panels);
    } else {
      run_panels(0, panels_of(pass));
    }
  }
  for (std::size_t i = 0; i < active_; ++i) cells_[i].h = cells_[i].next_h;
}

/// The last output and state of one sequence, and what its masked steps show.
void Share::finish(std::size_t i) {
  const std::int64_t row = rows_[i];
  copy_state(cells_[i].h, 1, row);
  if (call_.op.return_sequences) return fill_masked(row);
  const auto kept = call_.plan.kept(row);
  const bool ends_masked = kept.empty() || kept.back() + 1 != call_.plan.steps();
  const bool zero = kept.empty() || (ends_masked && call_.op.zero_output_for_mask);
  copy_state(zero ? numbers<float>(zeros_) : cells_[i].h, 0, row);
}

void Share::fill_masked(std::int64_t row) {
  const std::int64_t units = call_.units();
  const auto kept = call_.plan.kept(row);
  const float* shown = numbers<float>(zeros_);
  auto next = kept.begin();
  for (std::int64_t step = 0; step < call_.plan.steps(); ++step) {
    float* output = row_of(call_.outputs[0], row * call_.plan.steps() + step, units);
    if (next != kept.end() && *next == step) {
      if (!call_.op.zero_output_for_mask) shown = output;
      ++next;
    } else {
      std::copy_n(shown, units, output);
    }
  }
}

void rnn(const op::Rnn& op, op::Inputs inputs, op::Outputs outputs) {
  Call call(op, inputs, outputs);
  const std::int64_t shares = call.choose_shares();
  parallel_for(shares, 1, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t i = begin; i < end; ++i) Share(call, call.plan.share(i, shares)).run();
  });
}

bool accepts_rnn(const op::Rnn& op, op::Inputs inputs) {
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    if (i != 1 && inputs[i].defined() && inputs[i].dtype() != DType::Float32) return false;
  }
  const Tensor mask = optional_input(inputs, 1);
  const auto gives_float = [](op::UnaryKind kind) {
    return kind != op::UnaryKind::LogicalNot && kind != op::UnaryKind::IsNan;
  };
  return (!mask.defined() || mask.size(2) == 1) && inputs[2].elements() > 0 &&
         gives_float(op.activation) && gives_float(op.recurrent_activation);
}

}  // namespace

void add_rnn(KernelTable& table) { table.add<op::Rnn>(kOwner, rnn, accepts_rnn); }

}  // namespace domino::onednn
