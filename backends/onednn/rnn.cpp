#include <algorithm>
#include <functional>
#include <vector>

#include "domino/backends/onednn/grain.h"
#include "domino/backends/onednn/rnn_call.h"
#include "domino/backends/onednn/rows.h"
#include "domino/core/threads.h"

namespace domino::onednn {
namespace {

/// Fewer sequences than that leave the recurrent kernel's loads unused.
constexpr std::int64_t kFewestRowsOfAThread = 4;
/// Multiplications that have to be saved in each step for threads to meet after each.
constexpr std::int64_t kStepGrain = 1 << 20;

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

float* numbers_or_null(op::Outputs outputs, std::size_t index) {
  return index < outputs.size() ? outputs[index].mutable_data<float>().data() : nullptr;
}

}  // namespace

RnnCall::RnnCall(const op::Rnn& op, op::Inputs inputs, op::Outputs outputs)
    : op(op),
      kernel(inputs[2]),
      features(inputs[0].size(2)),
      steps(inputs[0].size(1)),
      units(inputs[3].size(0)),
      columns(inputs[3].size(1)),
      plan(optional_input(inputs, 1), inputs[0].size(0), steps, op.go_backwards),
      zeros(static_cast<std::size_t>(units)),
      x(numbers<float>(inputs[0])),
      first_h(numbers<float>(optional_input(inputs, 5))),
      first_c(numbers<float>(optional_input(inputs, 6))),
      output(numbers_or_null(outputs, 0)),
      last_h(numbers_or_null(outputs, 1)),
      last_c(numbers_or_null(outputs, 2)) {
  const float* candidate_bias = join_biases(optional_input(inputs, 4));
  for (const CellPass pass : passes_of(op)) {
    passes.push_back({pass, units, op.activation, op.recurrent_activation, candidate_bias,
                      pack_cell(pass, inputs[3])});
  }
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

void rnn(const op::Rnn& op, op::Inputs inputs, op::Outputs outputs) {
  RnnCall call(op, inputs, outputs);
  const std::int64_t shares = call.choose_shares();
  parallel_for(shares, 1, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t i = begin; i < end; ++i) run_share(call, call.plan.share(i, shares));
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
