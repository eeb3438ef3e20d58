#include <algorithm>
#include <functional>
#include <vector>

#include "domino/backends/execution.h"
#include "domino/backends/onednn/grain.h"
#include "domino/backends/onednn/memory_pool.h"
#include "domino/backends/onednn/rnn_call.h"
#include "domino/backends/onednn/row_product.h"
#include "domino/backends/onednn/rows.h"
#include "domino/backends/packing.h"
#include "domino/core/threads.h"

namespace domino::onednn {
namespace {

/// Fewer sequences than that leave the recurrent kernel's loads unused.
constexpr std::int64_t kFewestRowsOfAThread = 4;
/// Multiplications that have to be saved in each step for threads to meet after each.
constexpr std::int64_t kStepGrain = 1 << 20;
/// Numbers of all projected rows that fit into a cache.
constexpr std::int64_t kMostProjected = 1 << 22;

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

}  // namespace

RnnCall::RnnCall(const op::Rnn& op, op::Inputs inputs)
    : op(op),
      kernel(inputs[2]),
      features(inputs[0].size(2)),
      steps(inputs[0].size(1)),
      units(inputs[3].size(0)),
      columns(inputs[3].size(1)),
      strict(execution().strict),
      plan(optional_input(inputs, 1), inputs[0].size(0), steps, op.go_backwards),
      zeros(static_cast<std::size_t>(units)),
      x(inputs[0]),
      first_h(numbers<float>(optional_input(inputs, 5))),
      first_c(numbers<float>(optional_input(inputs, 6))),
      batch_(inputs[0].size(0)) {
  allocate();
  const float* candidate_bias = join_biases(optional_input(inputs, 4));
  for (const CellPass pass : passes_of(op)) {
    passes.push_back({pass, units, op.activation, op.recurrent_activation, candidate_bias,
                      pack_cell(pass, inputs[3])});
  }
}

void RnnCall::allocate() {
  const std::int64_t tokens = plan.tokens();
  const bool gaps = plan.has_gaps();
  rows_ = pooled_tensor({op.return_sequences ? tokens + (gaps ? 1 : 0) : batch_, units},
                        DType::Float32);
  last_h_ = pooled_tensor({batch_, units}, DType::Float32);
  if (op.cell == op::CellKind::LSTM) last_c_ = pooled_tensor({batch_, units}, DType::Float32);
  output = rows_.mutable_data<float>().data();
  last_h = last_h_.mutable_data<float>().data();
  last_c = last_c_.defined() ? last_c_.mutable_data<float>().data() : nullptr;
  if (op.return_sequences && gaps) std::fill_n(output + tokens * units, units, 0.0f);
}

void RnnCall::project_rows() {
  if (x.rows() * 8 > plan.tokens() * 7 || x.rows() * columns > kMostProjected) return;
  projected_ = pooled_tensor({x.rows(), columns}, DType::Float32);
  float* to = projected_.mutable_data<float>().data();
  row_product(x.row(0), x.rows(), kernel, bias.empty() ? nullptr : bias.data(),
              op::UnaryKind::Linear, to, strict);
  projected = to;
}

Tensors RnnCall::take_outputs() {
  Tensor shown = rows_;
  if (op.return_sequences) {
    const Shape shape{batch_, steps, units};
    const bool gaps = plan.has_gaps();
    shown = gaps ? Tensor::packed(rows_, plan.shown_rows(op.zero_output_for_mask), shape)
                 : rows_.viewed_as(shape);
    if (gaps && !execution().packing) shown = unpack(shown);
  }
  Tensors outputs{shown, last_h_};
  if (last_c_.defined()) outputs.push_back(last_c_);
  return outputs;
}

/// A second row of biases joins the first, but for the candidate's, which is returned: the reset gate
/// scales it.
const float* RnnCall::join_biases(const Tensor& given) {
  if (!given.defined()) return nullptr;
  const float* rows = numbers<float>(given);
  bias.assign(rows, rows + columns);
  if (given.rank() == 1) return nullptr;
  std::transform(bias.begin(), bias.begin() + 2 * units, rows + columns, bias.begin(), std::plus());
  return rows + columns + 2 * units;
}

/// Into how many shares the sequences are cut, one for each thread at most.
std::int64_t RnnCall::choose_shares() {
  const std::int64_t threads = thread_count();
  const std::int64_t step = plan.batch() * units * columns;
  const std::int64_t most =
      std::clamp<std::int64_t>(plan.batch() / kFewestRowsOfAThread, 1, threads);
  const std::int64_t shares = step * steps < kProductGrain ? 1 : most;
  wide = step / shares - step / threads > kStepGrain;
  return wide ? 1 : shares;
}

namespace {

Tensors rnn(const op::Rnn& op, op::Inputs inputs) {
  RnnCall call(op, inputs);
  call.project_rows();
  const std::int64_t shares = call.choose_shares();
  parallel_for(shares, 1, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t i = begin; i < end; ++i) run_share(call, call.plan.share(i, shares));
  });
  return call.take_outputs();
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

void add_rnn(KernelTable& table) { table.add_packed<op::Rnn>(kOwner, rnn, accepts_rnn); }

}  // namespace domino::onednn
