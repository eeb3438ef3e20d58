#include "domino/backends/onednn/simd_targets.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "domino/backends/onednn/reduce.cpp"
#include <hwy/foreach_target.h>

#include <algorithm>
#include <limits>
#include <vector>

#include "domino/backends/onednn/grain.h"
#include "domino/backends/onednn/memory_pool.h"
#include "domino/backends/onednn/rows.h"
#include "domino/backends/onednn/simd_math-inl.h"
#include "domino/backends/reference/walk.h"
#include "domino/core/row_map.h"
#include "domino/core/threads.h"

HWY_BEFORE_NAMESPACE();
namespace domino::onednn::HWY_NAMESPACE {
namespace {

using op::ReduceKind;

template <class T>
constexpr T kInfinite = std::numeric_limits<T>::has_infinity ? std::numeric_limits<T>::infinity()
                                                             : std::numeric_limits<T>::max();
template <class T>
constexpr T kLowest = std::numeric_limits<T>::has_infinity ? -std::numeric_limits<T>::infinity()
                                                           : std::numeric_limits<T>::lowest();

template <ReduceKind kKind, class T>
constexpr T neutral() {
  if (kKind == ReduceKind::Max) return kLowest<T>;
  if (kKind == ReduceKind::Min) return kInfinite<T>;
  return kKind == ReduceKind::All ? T{1} : T{};
}

// NaN beats every number, whichever comes first.
template <ReduceKind kKind, class T>
HWY_INLINE T joined(T a, T b) {
  if constexpr (kKind == ReduceKind::Max) return a < b || b != b ? b : a;
  if constexpr (kKind == ReduceKind::Min) return b < a || b != b ? b : a;
  if constexpr (kKind == ReduceKind::Any) return a | b;
  if constexpr (kKind == ReduceKind::All) return a & b;
  return a + b;
}

template <ReduceKind kKind>
HWY_INLINE V joined(V a, V b) {
  if constexpr (kKind == ReduceKind::Max) {
    return hn::IfThenElse(hn::Or(hn::Lt(a, b), hn::IsNaN(b)), b, a);
  } else if constexpr (kKind == ReduceKind::Min) {
    return hn::IfThenElse(hn::Or(hn::Lt(b, a), hn::IsNaN(b)), b, a);
  } else {
    return hn::Add(a, b);
  }
}

/// One number of the `count` that lie side by side. Floats are joined as a tree: the rounding of a long
/// sum would add up, and all of it would be seen where a mean is taken off numbers close to it.
template <ReduceKind kKind, class T>
T fold_line(const T* x, std::int64_t count) {
  T result = neutral<kKind, T>();
  std::int64_t i = 0;
  if constexpr (std::is_same_v<T, float>) {
    constexpr int kChains = 4;  // as many sums as hide the latency of one
    constexpr std::int64_t kLeaf = 8 * kChains * kLanes;
    if (count > kLeaf) {
      const std::int64_t half = (count / 2 + kLeaf - 1) / kLeaf * kLeaf;
      return joined<kKind>(fold_line<kKind>(x, half), fold_line<kKind>(x + half, count - half));
    }
    V sums[kChains];
    for (V& sum : sums) sum = constant(result);
    for (; i + kChains * kLanes <= count; i += kChains * kLanes) {
      for (int c = 0; c < kChains; ++c) {
        sums[c] = joined<kKind>(sums[c], hn::LoadU(D(), x + i + c * kLanes));
      }
    }
    HWY_ALIGN float lanes[kLanes];
    for (int c = 0; i < count; i += kLanes, ++c) {
      std::fill_n(lanes, kLanes, result);
      std::copy_n(x + i, std::min<std::int64_t>(count - i, kLanes), lanes);
      sums[c] = joined<kKind>(sums[c], hn::Load(D(), lanes));
    }
    hn::Store(joined<kKind>(joined<kKind>(sums[0], sums[1]), joined<kKind>(sums[2], sums[3])), D(),
              lanes);
    for (std::int64_t half = kLanes / 2; half > 0; half /= 2) {
      for (std::int64_t l = 0; l < half; ++l) {
        lanes[l] = joined<kKind, float>(lanes[l], lanes[l + half]);
      }
    }
    return lanes[0];
  }
  for (; i < count; ++i) result = joined<kKind>(result, x[i]);
  return result;
}

/// Numbers `begin` ... `end` of the `inner` ones that result from `size` rows.
template <ReduceKind kKind, class T>
void fold_rows(const T* x, std::int64_t size, std::int64_t inner, std::int64_t begin,
               std::int64_t end, T* HWY_RESTRICT to) {
  for (std::int64_t j = begin; j < end; ++j) to[j] = neutral<kKind, T>();
  for (std::int64_t i = 0; i < size; ++i) {
    const T* row = x + i * inner;
    for (std::int64_t j = begin; j < end; ++j) to[j] = joined<kKind, T>(to[j], row[j]);
  }
}

/// (outer, size, inner) -> (outer, inner)
template <ReduceKind kKind, class T>
void fold(const T* x, const reference::Fold& f, T* to) {
  if (f.outer == 1 && f.inner > 1) {
    constexpr std::int64_t kColumns = 16;  // a cache line, which no two threads should write
    return parallel_for((f.inner + kColumns - 1) / kColumns,
                        kElementGrain / std::max<std::int64_t>(f.size * kColumns, 1) + 1,
                        [&](std::int64_t begin, std::int64_t end) {
                          fold_rows<kKind>(x, f.size, f.inner, begin * kColumns,
                                           std::min(f.inner, end * kColumns), to);
                        });
  }
  const std::int64_t block = f.size * f.inner;
  parallel_for(f.outer, kElementGrain / std::max<std::int64_t>(block, 1) + 1,
               [&](std::int64_t begin, std::int64_t end) {
                 for (std::int64_t o = begin; o < end; ++o) {
                   if (f.inner == 1) {
                     to[o] = fold_line<kKind>(x + o * block, f.size);
                   } else {
                     fold_rows<kKind>(x + o * block, f.size, f.inner, 0, f.inner, to + o * f.inner);
                   }
                 }
               });
}

/// The same, where `row_of` says which row each of (outer, size) places shows. A run of places that show
/// one, such as padding, counts at once.
template <ReduceKind kKind>
void fold_mapped(const float* rows, const std::int32_t* row_of, const reference::Fold& f,
                 float* to) {
  const std::int64_t block = std::max<std::int64_t>(f.size * f.inner, 1);
  const auto fold_block = [&](const std::int32_t* shown, float* HWY_RESTRICT sums) {
    std::fill_n(sums, f.inner, neutral<kKind, float>());
    for (std::int64_t i = 0; i < f.size;) {
      const std::int64_t first = i;
      while (i < f.size && shown[i] == shown[first]) ++i;
      const float* row = rows + shown[first] * f.inner;
      const float times = kKind == ReduceKind::Sum ? static_cast<float>(i - first) : 1;
      for (std::int64_t j = 0; j < f.inner; ++j) sums[j] = joined<kKind>(sums[j], times * row[j]);
    }
  };
  parallel_for(f.outer, kElementGrain / block + 1, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t o = begin; o < end; ++o) fold_block(row_of + o * f.size, to + o * f.inner);
  });
}

void fold_packed(ReduceKind kind, const float* rows, const std::int32_t* row_of,
                 const reference::Fold& f, float* to) {
  if (kind == ReduceKind::Max) return fold_mapped<ReduceKind::Max>(rows, row_of, f, to);
  if (kind == ReduceKind::Min) return fold_mapped<ReduceKind::Min>(rows, row_of, f, to);
  fold_mapped<ReduceKind::Sum>(rows, row_of, f, to);
}

template <class T>
void fold_numbers(ReduceKind kind, const T* x, const reference::Fold& f, T* to) {
  if (kind == ReduceKind::Max) return fold<ReduceKind::Max>(x, f, to);
  if (kind == ReduceKind::Min) return fold<ReduceKind::Min>(x, f, to);
  fold<ReduceKind::Sum>(x, f, to);
}

void fold_float(ReduceKind kind, const float* x, const reference::Fold& f, float* to) {
  fold_numbers(kind, x, f, to);
}
/// Bools as bytes of 0 and 1.
void fold_flags(ReduceKind kind, const std::uint8_t* x, const reference::Fold& f,
                std::uint8_t* to) {
  kind == ReduceKind::All ? fold<ReduceKind::All>(x, f, to) : fold<ReduceKind::Any>(x, f, to);
}
/// Unsigned, so that sums wrap around.
void fold_int32(ReduceKind kind, const std::uint32_t* x, const reference::Fold& f,
                std::uint32_t* to) {
  static_cast<void>(kind);
  fold<ReduceKind::Sum>(x, f, to);
}

}  // namespace
}  // namespace domino::onednn::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace domino::onednn {
namespace {

HWY_EXPORT(fold_float);
HWY_EXPORT(fold_flags);
HWY_EXPORT(fold_int32);
HWY_EXPORT(fold_packed);

/// The reduced axes as groups of neighbours, each a fold of what the groups behind it leave.
std::vector<reference::Fold> folds_of(const Shape& shape, const std::vector<int>& axes) {
  std::vector<std::int64_t> sizes = shape.sizes();
  std::vector<reference::Fold> folds;
  for (std::size_t i = axes.size(); i-- > 0;) {
    const auto axis = static_cast<std::size_t>(axes[i]);
    const bool joins = i + 1 < axes.size() && axes[i] + 1 == axes[i + 1];
    const std::int64_t size = sizes[axis];
    sizes[axis] = 1;
    if (joins) {
      folds.back().size *= size;
      folds.back().outer = Shape(std::vector(sizes.begin(), sizes.begin() + axes[i])).elements();
      continue;
    }
    folds.push_back({Shape(std::vector(sizes.begin(), sizes.begin() + axes[i])).elements(), size,
                     Shape(std::vector(sizes.begin() + axes[i], sizes.end())).elements()});
  }
  if (folds.empty()) folds.push_back({shape.elements(), 1, 1});
  return folds;
}

template <class T, class Kernel>
void fold_all(const op::Reduce& op, const Tensor& x, Tensor& output, Kernel kernel) {
  const T* from = reinterpret_cast<const T*>(x.storage()->bytes());
  std::vector<T> between;
  const std::vector<reference::Fold> folds = folds_of(x.shape(), op.axes);
  for (std::size_t i = 0; i < folds.size(); ++i) {
    std::vector<T> next;
    T* to = reinterpret_cast<T*>(output.storage()->bytes());
    if (i + 1 < folds.size()) {
      next.resize(static_cast<std::size_t>(folds[i].outer * folds[i].inner));
      to = next.data();
    }
    kernel(op.kind, from, folds[i], to);
    between = std::move(next);
    from = between.data();
  }
}

void divide_by_count(const op::Reduce& op, const Tensor& x, Tensor& sums) {
  float count = 1;
  for (const int axis : op.axes) count *= static_cast<float>(x.size(axis));
  for (float& number : sums.mutable_data<float>()) number /= count;
}

void reduce(const op::Reduce& op, op::Inputs inputs, op::Outputs outputs) {
  const Tensor& x = inputs[0];
  Tensor& output = outputs[0];
  if (x.dtype() == DType::Bool) {
    return fold_all<std::uint8_t>(op, x, output, HWY_DYNAMIC_DISPATCH(fold_flags));
  }
  if (x.dtype() == DType::Int32) {
    return fold_all<std::uint32_t>(op, x, output, HWY_DYNAMIC_DISPATCH(fold_int32));
  }
  fold_all<float>(op, x, output, HWY_DYNAMIC_DISPATCH(fold_float));
  if (op.kind == op::ReduceKind::Mean) divide_by_count(op, x, output);
}

/// Over the steps of packed (batch, steps, ...).
Tensors reduce_steps(const op::Reduce& op, op::Inputs inputs) {
  const Tensor& x = inputs[0];
  const std::int64_t batch = x.size(0);
  const std::int64_t steps = x.size(1);
  Shape shape = op.keepdims ? x.shape().with(1, 1) : x.shape().without(1);
  Tensor output = pooled_tensor(std::move(shape), DType::Float32);
  const reference::Fold fold{batch, steps, output.elements() / batch};
  HWY_DYNAMIC_DISPATCH(fold_packed)
  (op.kind, numbers<float>(x.rows()), x.row_map()->row_of().data(), fold,
   output.mutable_data<float>().data());
  if (op.kind == op::ReduceKind::Mean) divide_by_count(op, x, output);
  return {output};
}

bool accepts_steps(const op::Reduce& op, op::Inputs inputs) {
  const Tensor& x = inputs[0];
  return x.mapped_axes() == 2 && x.dtype() == DType::Float32 && x.elements() > 0 &&
         op.axes == std::vector<int>{1} && op.kind != op::ReduceKind::Prod;
}

bool accepts_reduce(const op::Reduce& op, op::Inputs inputs) {
  switch (inputs[0].dtype()) {
    case DType::Float32:
      return op.kind != op::ReduceKind::Prod;
    case DType::Int32:
      return op.kind == op::ReduceKind::Sum;
    default:
      return inputs[0].dtype() == DType::Bool;  // any or all
  }
}

}  // namespace

void add_reduce(KernelTable& table) {
  table.add_packed<op::Reduce>(kOwner, reduce_steps, accepts_steps);
  table.add<op::Reduce>(kOwner, reduce, accepts_reduce);
}

}  // namespace domino::onednn
#endif
