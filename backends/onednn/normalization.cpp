#include "domino/backends/onednn/simd_targets.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "domino/backends/onednn/normalization.cpp"
#include <hwy/foreach_target.h>

#include <cmath>
#include <vector>

#include "domino/backends/onednn/grain.h"
#include "domino/backends/onednn/rows.h"
#include "domino/backends/onednn/simd_math-inl.h"
#include "domino/core/threads.h"

HWY_BEFORE_NAMESPACE();
namespace domino::onednn::HWY_NAMESPACE {
namespace {

V sum_of(const float* x, std::int64_t width) {
  V sum = hn::Zero(D());
  for (std::int64_t i = 0; i < width; i += kLanes) sum = hn::Add(sum, load_some(x + i, width - i));
  return hn::SumOfLanes(D(), sum);
}

V squares_around(V mean, const float* x, std::int64_t width) {
  V sum = hn::Zero(D());
  std::int64_t i = 0;
  for (; i + kLanes <= width; i += kLanes) {
    const V off = hn::Sub(hn::LoadU(D(), x + i), mean);
    sum = hn::MulAdd(off, off, sum);
  }
  if (i < width) {
    const auto inside = hn::FirstN(D(), static_cast<std::size_t>(width - i));
    const V off = hn::IfThenElseZero(inside, hn::Sub(load_some(x + i, width - i), mean));
    sum = hn::MulAdd(off, off, sum);
  }
  return hn::SumOfLanes(D(), sum);
}

/// y = x * scale + shift, number by number; either may be null for one and zero.
HWY_INLINE V scaled(V x, const float* scale, const float* shift, std::int64_t i,
                    std::int64_t left) {
  if (scale != nullptr) x = hn::Mul(x, load_some(scale + i, left));
  if (shift != nullptr) x = hn::Add(x, load_some(shift + i, left));
  return x;
}

void normalize_rows(const float* x, std::int64_t rows, std::int64_t width, float epsilon,
                    const float* gamma, const float* beta, float* y) {
  const V count = constant(static_cast<float>(width));
  for (std::int64_t row = 0; row < rows; ++row, x += width, y += width) {
    const V mean = hn::Div(sum_of(x, width), count);
    const V variance = hn::Div(squares_around(mean, x, width), count);
    const V scale = hn::Div(constant(1.0f), hn::Sqrt(hn::Add(variance, constant(epsilon))));
    for (std::int64_t i = 0; i < width; i += kLanes) {
      const V unit = hn::Mul(hn::Sub(load_some(x + i, width - i), mean), scale);
      store_some(scaled(unit, gamma, beta, i, width - i), y + i, width - i);
    }
  }
}

void shift_rows(const float* x, std::int64_t rows, std::int64_t width, const float* mean,
                const float* scale, const float* beta, float* y) {
  for (std::int64_t row = 0; row < rows; ++row, x += width, y += width) {
    for (std::int64_t i = 0; i < width; i += kLanes) {
      const V off = hn::Sub(load_some(x + i, width - i), load_some(mean + i, width - i));
      store_some(scaled(off, scale, beta, i, width - i), y + i, width - i);
    }
  }
}

}  // namespace
}  // namespace domino::onednn::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace domino::onednn {
namespace {

HWY_EXPORT(normalize_rows);
HWY_EXPORT(shift_rows);

/// Calls `f(x, rows, y)` in many threads for parts of the rows.
template <class F>
void each_row(const Tensor& input, Tensor& output, F f) {
  const std::int64_t width = input.size(-1);
  if (width == 0) return;
  const float* x = numbers<float>(input);
  float* y = output.mutable_data<float>().data();
  parallel_for(input.elements() / width, kElementGrain / width + 1,
               [&](std::int64_t begin, std::int64_t end) {
                 f(x + begin * width, end - begin, y + begin * width);
               });
}

void layer_norm(const op::LayerNorm& op, op::Inputs inputs, op::Outputs outputs) {
  const Tensor gamma = optional_input(inputs, 1);
  const Tensor beta = optional_input(inputs, 2);
  each_row(inputs[0], outputs[0], [&](const float* x, std::int64_t rows, float* y) {
    HWY_DYNAMIC_DISPATCH(normalize_rows)
    (x, rows, inputs[0].size(-1), static_cast<float>(op.epsilon), numbers<float>(gamma),
     numbers<float>(beta), y);
  });
}

void batch_norm(const op::BatchNorm& op, op::Inputs inputs, op::Outputs outputs) {
  const Tensor gamma = optional_input(inputs, 3);
  const Tensor beta = optional_input(inputs, 4);
  std::vector<float> scale;
  for (const float variance : inputs[2].data<float>()) {
    const float factor = gamma.defined() ? gamma.data<float>()[scale.size()] : 1.0f;
    scale.push_back(factor / std::sqrt(variance + static_cast<float>(op.epsilon)));
  }
  each_row(inputs[0], outputs[0], [&](const float* x, std::int64_t rows, float* y) {
    HWY_DYNAMIC_DISPATCH(shift_rows)
    (x, rows, inputs[0].size(-1), numbers<float>(inputs[1]), scale.data(), numbers<float>(beta), y);
  });
}

bool accepts_layer_norm(const op::LayerNorm&, op::Inputs inputs) { return all_float32(inputs); }
bool accepts_batch_norm(const op::BatchNorm&, op::Inputs inputs) { return all_float32(inputs); }

}  // namespace

void add_normalization(KernelTable& table) {
  table.add<op::LayerNorm>(kOwner, layer_norm, accepts_layer_norm);
  table.add<op::BatchNorm>(kOwner, batch_norm, accepts_batch_norm);
}

}  // namespace domino::onednn
#endif
