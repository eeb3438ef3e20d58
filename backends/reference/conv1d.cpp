#include "domino/backends/reference/activation.h"
#include "domino/backends/reference/kernels.h"
#include "domino/backends/reference/numbers.h"

namespace domino::reference {
namespace {

struct Convolution {
  const op::Conv1D& op;
  std::vector<double> x;
  std::vector<double> kernel;
  std::vector<double> bias;
  std::int64_t steps;
  std::int64_t in;
  std::int64_t width;
  std::int64_t out;

  /// Output `channel` of output step `step` in sequence `row`.
  double at(std::int64_t row, std::int64_t step, std::int64_t channel) const {
    const std::int64_t group_in = in / op.groups;
    const std::int64_t first_in = channel / (out / op.groups) * group_in;
    double sum = bias.empty() ? 0 : bias[static_cast<std::size_t>(channel)];
    for (std::int64_t tap = 0; tap < width; ++tap) {
      const std::int64_t from = step * op.stride + tap * op.dilation - op.pad_before;
      if (from < 0 || from >= steps) continue;
      for (std::int64_t i = 0; i < group_in; ++i) {
        sum += x[static_cast<std::size_t>((row * steps + from) * in + first_in + i)] *
               kernel[static_cast<std::size_t>((tap * group_in + i) * out + channel)];
      }
    }
    return activate(op.activation, sum);
  }
};

}  // namespace

void conv1d(const op::Conv1D& op, op::Inputs inputs, op::Outputs outputs) {
  const Tensor& x = inputs[0];
  const Tensor& kernel = inputs[1];
  const Convolution convolution{op,        widened(x), widened(kernel), widened_if_given(inputs, 2),
                                x.size(1), x.size(2),  kernel.size(0),  kernel.size(2)};
  std::vector<double> result;
  for (std::int64_t row = 0; row < outputs[0].size(0); ++row) {
    for (std::int64_t step = 0; step < outputs[0].size(1); ++step) {
      for (std::int64_t channel = 0; channel < outputs[0].size(2); ++channel) {
        result.push_back(convolution.at(row, step, channel));
      }
    }
  }
  store(result, outputs[0]);
}

}  // namespace domino::reference
