#include <algorithm>

#include "domino/backends/cuda/affine.h"
#include "domino/backends/cuda/kernel.h"
#include "domino/backends/cuda/kernels.h"
#include "domino/backends/cuda/memory.h"
#include "domino/backends/cuda/numbers.h"
#include "domino/backends/cuda/operands.h"
#include "domino/backends/cuda/runtime.h"

namespace domino::cuda {
namespace {

struct ConvSizes {
  std::int64_t batch, steps, in, width, out, out_steps;
};

/// Adds what one tap of the kernel sees of all steps: a product on rows that lie `stride` steps apart.
template <class T>
void add_tap(const op::Conv1D& op, const ConvSizes& s, std::int64_t tap, const Operand& x,
             const Operand& kernel, T* y) {
  const std::int64_t shift = tap * op.dilation - op.pad_before;
  // The output steps for which the tap does not see padding.
  const std::int64_t first = shift >= 0 ? 0 : (-shift + op.stride - 1) / op.stride;
  const std::int64_t end =
      shift >= s.steps ? 0 : std::min(s.out_steps, (s.steps - 1 - shift) / op.stride + 1);
  if (first >= end) return;
  multiply({.dtype = x.dtype,
            .tf32 = multiplies_in_tf32(),
            .batch = s.batch,
            .m = end - first,
            .n = s.out,
            .k = s.in,
            .a = {.numbers = x.at((first * op.stride + shift) * s.in).bytes,
                  .row_stride = op.stride * s.in,
                  .batch_stride = s.steps * s.in},
            .b = {.numbers = kernel.at(tap * s.in * s.out).bytes, .row_stride = s.out},
            .c = y + first * s.out,
            .c_row_stride = s.out,
            .c_batch_stride = s.out_steps * s.out,
            .accumulate = true});
}

/// With more than one group: one thread per output.
template <class T>
struct ConvolveGroups {
  op::Conv1D op;
  ConvSizes s;
  const T* x;
  const T* kernel;
  T* y;

  DOMINO_HOST_DEVICE void operator()(std::int64_t i) const {
    const std::int64_t channel = i % s.out;
    const std::int64_t step = i / s.out % s.out_steps;
    const std::int64_t row = i / s.out / s.out_steps;
    const std::int64_t group_in = s.in / op.groups;
    const std::int64_t first_in = channel / (s.out / op.groups) * group_in;
    T sum = 0;
    for (std::int64_t tap = 0; tap < s.width; ++tap) {
      const std::int64_t from = step * op.stride + tap * op.dilation - op.pad_before;
      if (from < 0 || from >= s.steps) continue;
      const T* seen = x + (row * s.steps + from) * s.in + first_in;
      const T* weights = kernel + tap * group_in * s.out + channel;
      for (std::int64_t j = 0; j < group_in; ++j) sum += seen[j] * weights[j * s.out];
    }
    y[i] = sum;
  }
};

template <class T>
void convolve(const op::Conv1D& op, const ConvSizes& s, op::Inputs inputs, Tensor& output) {
  T* y = written<T>(output);
  if (op.groups > 1) {
    for_each_index(output.elements(),
                   ConvolveGroups<T>{op, s, numbers<T>(inputs[0]), numbers<T>(inputs[1]), y});
  } else {
    const Operand x = operand(inputs[0]);
    const Operand kernel = operand(inputs[1]);
    set_to_zero(output);
    for (std::int64_t tap = 0; s.in > 0 && tap < s.width; ++tap) add_tap(op, s, tap, x, kernel, y);
  }
  finish(output.dtype(), y, s.batch * s.out_steps, s.out, numbers_if_given<T>(inputs, 2),
         op.activation);
}

}  // namespace

void conv1d(const op::Conv1D& op, op::Inputs inputs, op::Outputs outputs) {
  const Tensor& x = inputs[0];
  if (outputs[0].elements() == 0) return;
  const ConvSizes sizes{x.size(0),         x.size(1),         x.size(2),
                        inputs[1].size(0), inputs[1].size(2), outputs[0].size(1)};
  visit_floating(x.dtype(),
                 [&]<class T>(TypeTag<T>) { convolve<T>(op, sizes, inputs, outputs[0]); });
}

}  // namespace domino::cuda
