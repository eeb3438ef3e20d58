#include "domino/backends/onednn/simd_targets.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "domino/backends/onednn/binary.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include <array>
#include <cmath>
#include <utility>

#include "domino/backends/onednn/broadcast.h"
#include "domino/backends/onednn/rows.h"

// Plain loops, which the compiler turns into vectors of each target.
HWY_BEFORE_NAMESPACE();
namespace domino::onednn::HWY_NAMESPACE {
namespace {

template <op::BinaryKind kKind>
constexpr bool kCompares = kKind >= op::BinaryKind::Equal;

template <op::BinaryKind kKind, class T>
using Result = std::conditional_t<kCompares<kKind>, bool, T>;

/// Integers wrap around; signed ones may not overflow in C++.
template <class T>
struct Ring {
  using type = std::make_unsigned_t<T>;
};
template <>
struct Ring<float> {
  using type = float;
};
template <>
struct Ring<bool> {
  using type = unsigned;
};

template <op::BinaryKind kKind, class T>
HWY_INLINE Result<kKind, T> combine(T a, T b) {
  using op::BinaryKind;
  using R = typename Ring<T>::type;
  if constexpr (kKind == BinaryKind::Add) return static_cast<T>(R(a) + R(b));
  if constexpr (kKind == BinaryKind::Subtract) return static_cast<T>(R(a) - R(b));
  if constexpr (kKind == BinaryKind::Multiply) return static_cast<T>(R(a) * R(b));
  if constexpr (kKind == BinaryKind::Maximum) return a < b || b != b ? b : a;
  if constexpr (kKind == BinaryKind::Minimum) return b < a || b != b ? b : a;
  if constexpr (kKind == BinaryKind::Equal) return a == b;
  if constexpr (kKind == BinaryKind::NotEqual) return a != b;
  if constexpr (kKind == BinaryKind::Less) return a < b;
  if constexpr (kKind == BinaryKind::LessEqual) return a <= b;
  if constexpr (kKind == BinaryKind::Greater) return a > b;
  if constexpr (kKind == BinaryKind::GreaterEqual) return a >= b;
  if constexpr (kKind == BinaryKind::LogicalAnd) return (a != T{}) & (b != T{});
  if constexpr (kKind == BinaryKind::LogicalOr) return (a != T{}) | (b != T{});
  if constexpr (std::is_same_v<T, float>) {
    if constexpr (kKind == BinaryKind::Divide) return a / b;
    if constexpr (kKind == BinaryKind::FloorDivide) return std::floor(a / b);
  }
  return {};  // not accepted below
}

/// `count` results; an operand whose step is 0 stays at its first element.
template <op::BinaryKind kKind, class T>
void pairs(const void* left, bool left_steps, const void* right, bool right_steps, void* result,
           std::int64_t count) {
  const T* a = static_cast<const T*>(left);
  const T* b = static_cast<const T*>(right);
  auto* HWY_RESTRICT to = static_cast<Result<kKind, T>*>(result);
  if (left_steps && right_steps) {
    for (std::int64_t i = 0; i < count; ++i) to[i] = combine<kKind>(a[i], b[i]);
  } else if (left_steps) {
    const T fixed = *b;
    for (std::int64_t i = 0; i < count; ++i) to[i] = combine<kKind>(a[i], fixed);
  } else {
    const T fixed = *a;
    for (std::int64_t i = 0; i < count; ++i) to[i] = combine<kKind>(fixed, b[i]);
  }
}

using Pairs = void (*)(const void*, bool, const void*, bool, void*, std::int64_t);
constexpr std::size_t kKinds = static_cast<std::size_t>(op::BinaryKind::LogicalOr) + 1;

template <class T, std::size_t... kIndices>
Pairs pairs_of(op::BinaryKind kind, std::index_sequence<kIndices...>) {
  static constexpr std::array<Pairs, kKinds> kPairs = {
      pairs<static_cast<op::BinaryKind>(kIndices), T>...};
  return kPairs[static_cast<std::size_t>(kind)];
}

Pairs pairs_kernel(op::BinaryKind kind, DType dtype) {
  constexpr auto kAll = std::make_index_sequence<kKinds>();
  switch (dtype) {
    case DType::Float32:
      return pairs_of<float>(kind, kAll);
    case DType::Int32:
      return pairs_of<std::int32_t>(kind, kAll);
    case DType::Int64:
      return pairs_of<std::int64_t>(kind, kAll);
    default:
      return pairs_of<bool>(kind, kAll);
  }
}

}  // namespace
}  // namespace domino::onednn::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace domino::onednn {
namespace {

HWY_EXPORT(pairs_kernel);

void binary(const op::Binary& op, op::Inputs inputs, op::Outputs outputs) {
  const DType dtype = inputs[0].dtype();
  const auto kernel = HWY_DYNAMIC_DISPATCH(pairs_kernel)(op.kind, dtype);
  const Broadcast<2> broadcast(outputs[0].shape(), {inputs[0].shape(), inputs[1].shape()});
  const auto size = static_cast<std::int64_t>(size_of(dtype));
  const auto result_size = static_cast<std::int64_t>(size_of(outputs[0].dtype()));
  const std::byte* a = inputs[0].storage()->bytes();
  const std::byte* b = inputs[1].storage()->bytes();
  std::byte* to = outputs[0].storage()->bytes();
  const auto steps = broadcast.steps();
  broadcast.each_run([&](std::int64_t begin, const auto& from, std::int64_t count) {
    kernel(a + from[0] * size, steps[0] != 0, b + from[1] * size, steps[1] != 0,
           to + begin * result_size, count);
  });
}

bool accepts_binary(const op::Binary& op, op::Inputs inputs) {
  switch (inputs[0].dtype()) {
    case DType::Float32:
      return op.kind != op::BinaryKind::Mod && op.kind != op::BinaryKind::Power;
    case DType::Int32:
    case DType::Int64:
      return op.kind < op::BinaryKind::Divide || op.kind >= op::BinaryKind::Maximum;
    case DType::Bool:
      return op.kind >= op::BinaryKind::Maximum;
    default:
      return false;
  }
}

}  // namespace

void add_binary(KernelTable& table) { table.add<op::Binary>(kOwner, binary, accepts_binary); }

}  // namespace domino::onednn
#endif
