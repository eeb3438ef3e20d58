#include "domino/backends/onednn/simd_targets.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "domino/backends/onednn/softmax.cpp"
#include <hwy/foreach_target.h>

#include <algorithm>
#include <limits>

#include "domino/backends/onednn/grain.h"
#include "domino/backends/onednn/rows.h"
#include "domino/backends/onednn/simd_math-inl.h"
#include "domino/backends/onednn/softmax.h"
#include "domino/backends/reference/walk.h"
#include "domino/core/threads.h"

HWY_BEFORE_NAMESPACE();
namespace domino::onednn::HWY_NAMESPACE {
namespace {

constexpr float kLowest = -std::numeric_limits<float>::infinity();

/// Softmax of `size` numbers that lie side by side.
void softmax_line(const float* x, std::int64_t size, float* y) {
  const std::int64_t whole = size / kLanes * kLanes;  // what fills vectors
  const auto rest = hn::FirstN(D(), static_cast<std::size_t>(size - whole));
  V highest = hn::IfThenElse(rest, load_some(x + whole, size - whole), constant(kLowest));
  for (std::int64_t i = 0; i < whole; i += kLanes) {
    highest = hn::Max(hn::LoadU(D(), x + i), highest);
  }
  highest = hn::MaxOfLanes(D(), highest);
  V sum = hn::Zero(D());
  for (std::int64_t i = 0; i < whole; i += kLanes) {
    const V power = exp(hn::Sub(hn::LoadU(D(), x + i), highest));
    hn::StoreU(power, D(), y + i);
    sum = hn::Add(sum, power);
  }
  const V last =
      hn::IfThenElseZero(rest, exp(hn::Sub(load_some(x + whole, size - whole), highest)));
  // One division for all: it takes as long as an exponential function.
  const V share = hn::Div(constant(1.0f), hn::SumOfLanes(D(), hn::Add(sum, last)));
  for (std::int64_t i = 0; i < whole; i += kLanes) {
    hn::StoreU(hn::Mul(hn::LoadU(D(), y + i), share), D(), y + i);
  }
  store_some(hn::Mul(last, share), y + whole, size - whole);
}

/// Softmax down up to a vector's width of neighbouring columns.
void softmax_columns(const float* x, std::int64_t size, std::int64_t stride, std::int64_t columns,
                     float* y) {
  V highest = constant(kLowest);
  for (std::int64_t i = 0; i < size; ++i) {
    highest = hn::Max(load_some(x + i * stride, columns), highest);
  }
  V sum = hn::Zero(D());
  for (std::int64_t i = 0; i < size; ++i) {
    const V power = exp(hn::Sub(load_some(x + i * stride, columns), highest));
    store_some(power, y + i * stride, columns);
    sum = hn::Add(sum, power);
  }
  for (std::int64_t i = 0; i < size; ++i) {
    store_some(hn::Div(load_some(y + i * stride, columns), sum), y + i * stride, columns);
  }
}

/// Blocks `begin` ... `end` of the (outer, size, inner) numbers.
void softmax_blocks(const float* x, const reference::Fold& fold, std::int64_t begin,
                    std::int64_t end, float* y) {
  for (std::int64_t o = begin; o < end; ++o) {
    const std::int64_t at = o * fold.size * fold.inner;
    if (fold.inner == 1) {
      softmax_line(x + at, fold.size, y + at);
      continue;
    }
    for (std::int64_t j = 0; j < fold.inner; j += kLanes) {
      softmax_columns(x + at + j, fold.size, fold.inner, fold.inner - j, y + at + j);
    }
  }
}

}  // namespace
}  // namespace domino::onednn::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace domino::onednn {
namespace {

HWY_EXPORT(softmax_blocks);

void softmax(const op::Softmax& op, op::Inputs inputs, op::Outputs outputs) {
  if (outputs[0].elements() == 0) return;
  const reference::Fold fold = reference::fold_around(inputs[0].shape(), op.axis);
  const float* x = numbers<float>(inputs[0]);
  float* y = outputs[0].mutable_data<float>().data();
  parallel_for(fold.outer, kFunctionGrain / (fold.size * fold.inner) + 1,
               [&](std::int64_t begin, std::int64_t end) {
                 HWY_DYNAMIC_DISPATCH(softmax_blocks)(x, fold, begin, end, y);
               });
}

bool accepts_softmax(const op::Softmax&, op::Inputs inputs) { return all_float32(inputs); }

}  // namespace

void softmax_rows(const float* x, std::int64_t rows, std::int64_t size, float* y) {
  HWY_DYNAMIC_DISPATCH(softmax_blocks)(x, {rows, size, 1}, 0, rows, y);
}

void add_softmax(KernelTable& table) { table.add<op::Softmax>(kOwner, softmax, accepts_softmax); }

}  // namespace domino::onednn
#endif
