#include <fmt/format.h>

#include "tests/backends/conformance.h"

namespace domino::conformance {
namespace {

struct ConvSize {
  std::int64_t batch, steps, in, width, out, groups;
};

constexpr ConvSize kConvSizes[] = {{1, 1, 1, 1, 1, 1},  {2, 9, 3, 3, 5, 1},    {3, 17, 4, 5, 6, 2},
                                   {1, 33, 7, 3, 7, 7}, {2, 12, 16, 4, 33, 1}, {0, 5, 2, 3, 4, 1},
                                   {2, 2, 3, 4, 2, 1},  {1, 70, 2, 2, 3, 1}};

struct ConvSteps {
  std::int64_t stride, dilation, pad_before, pad_after;
};

constexpr ConvSteps kConvSteps[] = {{1, 1, 0, 0}, {1, 1, 1, 1}, {2, 1, 0, 0}, {3, 1, 2, 1},
                                    {1, 2, 0, 0}, {1, 3, 6, 0}, {2, 2, 1, 3}};

Case conv_case(const ConvSize& size, const ConvSteps& steps, DType dtype, bool bias,
               RandomTensors& random) {
  const op::Conv1D operation{.stride = steps.stride,
                             .dilation = steps.dilation,
                             .groups = size.groups,
                             .pad_before = steps.pad_before,
                             .pad_after = steps.pad_after,
                             .activation = bias ? op::UnaryKind::Relu : op::UnaryKind::Linear};
  const std::int64_t group_in = size.in / size.groups;
  return {fmt::format("conv1d stride {} dilation {} groups {} pads {} {}", steps.stride,
                      steps.dilation, size.groups, steps.pad_before, steps.pad_after),
          operation,
          {random({size.batch, size.steps, size.in}, dtype),
           random({size.width, group_in, size.out}, dtype),
           bias ? random({size.out}, dtype) : Tensor()},
          tolerance_of(dtype, size.width * group_in)};
}

enum class MaskForm { None, All, Right, Left, Holes, OnlyRow, Nothing, PerUnit };

/// A mask (batch, steps, 1 or units).
Tensor mask_of(MaskForm form, std::int64_t batch, std::int64_t steps, std::int64_t units,
               RandomTensors& random) {
  if (form == MaskForm::None) return {};
  if (form == MaskForm::PerUnit) return random({batch, steps, units}, DType::Bool);
  if (form == MaskForm::Holes) return random({batch, steps, 1}, DType::Bool);
  std::vector<bool> kept;
  for (std::int64_t row = 0; row < batch; ++row) {
    // Rows of all lengths, the empty one included.
    const std::int64_t length = form == MaskForm::All ? steps : (row * 3 + 2) % (steps + 1);
    for (std::int64_t step = 0; step < steps; ++step) {
      const bool right = step < length;
      const bool left = step >= steps - length;
      kept.push_back(form == MaskForm::OnlyRow   ? row == 1
                     : form == MaskForm::Nothing ? false
                     : form == MaskForm::Left    ? left
                                                 : right);
    }
  }
  return Tensor({batch, steps, 1}, kept);
}

struct RnnSize {
  std::int64_t batch, steps, in, units;
};

/// Everything about a call but its numbers.
struct RnnCall {
  op::Rnn options;
  RnnSize size;
  MaskForm mask;
  bool bias;
  bool initial_state;
  DType dtype;
};

Case rnn_case(const RnnCall& call, RandomTensors& random) {
  const auto& [batch, steps, in, units] = call.size;
  const std::int64_t columns = op::gates_of(call.options.cell) * units;
  const bool two_biases = call.options.cell == op::CellKind::GRU && call.options.reset_after;
  const bool lstm = call.options.cell == op::CellKind::LSTM;
  const Tensor mask = mask_of(call.mask, batch, steps, units, random);
  const auto weight = [&](const Shape& shape) { return random(shape, call.dtype, -0.6, 0.6); };
  Tensors inputs{random({batch, steps, in}, call.dtype),
                 mask,
                 weight({in, columns}),
                 weight({units, columns}),
                 {}};
  if (call.bias) inputs[4] = weight(two_biases ? Shape{2, columns} : Shape{columns});
  if (call.initial_state) inputs.push_back(weight({batch, units}));
  if (call.initial_state && lstm) inputs.push_back(weight({batch, units}));
  const auto& o = call.options;
  return {
      fmt::format("{} mask form {}, {}{}{}{}", op::name_of(o.cell), static_cast<int>(call.mask),
                  o.reset_after ? "reset after " : "", o.go_backwards ? "backwards " : "",
                  o.return_sequences ? "sequences " : "", o.zero_output_for_mask ? "zeros" : ""),
      o, inputs, 2 * tolerance_of(call.dtype, (in + units) * steps)};
}

constexpr op::CellKind kCells[] = {op::CellKind::SimpleRNN, op::CellKind::LSTM, op::CellKind::GRU};
constexpr MaskForm kMasks[] = {MaskForm::None,    MaskForm::All,    MaskForm::Right,
                               MaskForm::Left,    MaskForm::Holes,  MaskForm::OnlyRow,
                               MaskForm::Nothing, MaskForm::PerUnit};

/// Every mix of flags on one small size.
void add_flags(std::vector<Case>& cases, RandomTensors& random) {
  for (const op::CellKind cell : kCells) {
    for (const MaskForm mask : kMasks) {
      for (unsigned flags = 0; flags < 64; ++flags) {
        const auto flag = [&](unsigned bit) { return (flags >> bit & 1U) != 0; };
        if (flag(0) && cell != op::CellKind::GRU) continue;
        op::Rnn options{.cell = cell};
        options.reset_after = flag(0);
        options.go_backwards = flag(1);
        options.return_sequences = flag(2);
        options.zero_output_for_mask = flag(3);
        cases.push_back(
            rnn_case({options, {3, 4, 3, 5}, mask, flag(4), flag(5), DType::Float32}, random));
      }
    }
  }
}

void add_sizes(std::vector<Case>& cases, RandomTensors& random) {
  constexpr RnnSize kSizes[] = {{1, 1, 1, 1},   {2, 7, 1, 3},    {5, 3, 33, 1}, {4, 9, 3, 17},
                                {9, 5, 16, 32}, {3, 12, 17, 67}, {0, 3, 2, 4}};
  for (const op::CellKind cell : kCells) {
    for (const RnnSize& size : kSizes) {
      for (const MaskForm mask : kMasks) {
        for (const DType dtype : kFloats) {
          for (const bool sequences : {false, true}) {
            op::Rnn options{.cell = cell};
            options.return_sequences = sequences;
            cases.push_back(rnn_case({options, size, mask, true, sequences, dtype}, random));
          }
        }
      }
    }
  }
}

void add_activations(std::vector<Case>& cases, RandomTensors& random) {
  using enum op::UnaryKind;
  for (const op::CellKind cell : kCells) {
    for (const op::UnaryKind activation : {Linear, Relu, Sigmoid, Elu, Softsign}) {
      for (const MaskForm mask : {MaskForm::None, MaskForm::Holes}) {
        op::Rnn options{.cell = cell};
        options.activation = activation;
        options.recurrent_activation = HardSigmoid;
        options.return_sequences = true;
        cases.push_back(
            rnn_case({options, {3, 5, 4, 9}, mask, true, false, DType::Float32}, random));
      }
    }
  }
}

}  // namespace

std::vector<Case> conv1d_cases() {
  std::vector<Case> cases;
  RandomTensors random(41);
  for (const DType dtype : kFloats) {
    for (const ConvSize& size : kConvSizes) {
      for (const ConvSteps& steps : kConvSteps) {
        cases.push_back(conv_case(size, steps, dtype, true, random));
        cases.push_back(conv_case(size, steps, dtype, false, random));
      }
    }
  }
  return cases;
}

std::vector<Case> rnn_cases() {
  std::vector<Case> cases;
  RandomTensors random(42);
  add_flags(cases, random);
  add_sizes(cases, random);
  add_activations(cases, random);
  return cases;
}

}  // namespace domino::conformance
