#include "domino/backends/cuda/kernel.h"
#include "domino/backends/cuda/kernels.h"
#include "domino/backends/cuda/numbers.h"
#include "domino/backends/cuda/refusal.h"
#include "domino/backends/cuda/strided.h"
#include "domino/backends/reference/activation.h"
#include "domino/backends/reference/arithmetic.h"

namespace domino::cuda {
namespace {

template <class T>
struct Apply {
  op::UnaryKind kind;
  const T* x;
  T* y;

  DOMINO_HOST_DEVICE void operator()(std::int64_t i) const {
    if constexpr (std::is_floating_point_v<T>) {
      y[i] = reference::activate(kind, x[i]);
    } else {
      y[i] = reference::activate_integer(kind, x[i]);
    }
  }
};

template <class T>
struct Test {
  op::UnaryKind kind;
  const T* x;
  bool* y;

  DOMINO_HOST_DEVICE void operator()(std::int64_t i) const { y[i] = reference::is(kind, x[i]); }
};

template <class T>
struct Combine {
  op::BinaryKind kind;
  Strided<2> space;
  const T* a;
  const T* b;
  T* y;
  Refusal refusal;

  DOMINO_HOST_DEVICE void operator()(std::int64_t i) const {
    const auto at = space.offsets(i);
    const T second = b[at.of[1]];
    if (reference::refuses(kind, second)) return refusal.note();
    y[i] = reference::compute(kind, a[at.of[0]], second);
  }
};

template <class T>
struct DividePair {
  Strided<2> space;
  const T* a;
  const T* b;
  T* y;

  DOMINO_HOST_DEVICE void operator()(std::int64_t i) const {
    const auto at = space.offsets(i);
    y[i] = a[at.of[0]] / b[at.of[1]];
  }
};

template <class T>
struct Compare {
  op::BinaryKind kind;
  Strided<2> space;
  const T* a;
  const T* b;
  bool* y;

  DOMINO_HOST_DEVICE void operator()(std::int64_t i) const {
    const auto at = space.offsets(i);
    y[i] = reference::holds(kind, a[at.of[0]], b[at.of[1]]);
  }
};

bool may_refuse(const op::Binary& op, DType dtype) {
  return !is_floating(dtype) &&
         (op.kind == op::BinaryKind::Power || op.kind == op::BinaryKind::Mod ||
          op.kind == op::BinaryKind::FloorDivide);
}

/// The elements of a type as large as theirs.
template <class T>
struct Choose {
  Strided<3> space;
  const bool* condition;
  const T* a;
  const T* b;
  T* y;

  DOMINO_HOST_DEVICE void operator()(std::int64_t i) const {
    const auto at = space.offsets(i);
    y[i] = condition[at.of[0]] ? a[at.of[1]] : b[at.of[2]];
  }
};

}  // namespace

void unary(const op::Unary& op, op::Inputs inputs, op::Outputs outputs) {
  visit_computed(inputs[0].dtype(), [&]<class T>(TypeTag<T>) {
    const T* x = numbers<T>(inputs[0]);
    const std::int64_t count = inputs[0].elements();
    if (outputs[0].dtype() == DType::Bool) {
      for_each_index(count, Test<T>{op.kind, x, written<bool>(outputs[0])});
    } else {
      for_each_index(count, Apply<T>{op.kind, x, written<T>(outputs[0])});
    }
  });
}

void binary(const op::Binary& op, op::Inputs inputs, op::Outputs outputs) {
  Tensor& y = outputs[0];
  if (y.elements() == 0) return;
  const Strided<2> space = broadcast<2>(y.shape(), {inputs[0].shape(), inputs[1].shape()});
  visit_computed(inputs[0].dtype(), [&]<class T>(TypeTag<T>) {
    const T* a = numbers<T>(inputs[0]);
    const T* b = numbers<T>(inputs[1]);
    if (y.dtype() == DType::Bool) {
      return for_each_index(space.count, Compare<T>{op.kind, space, a, b, written<bool>(y)});
    }
    if constexpr (std::is_floating_point_v<T>) {
      if (op.kind == op::BinaryKind::Divide) {
        return for_each_index(space.count, DividePair<T>{space, a, b, written<T>(y)});
      }
    }
    const Refusal refusal = may_refuse(op, y.dtype()) ? watch(op, inputs) : Refusal{};
    for_each_index(space.count, Combine<T>{op.kind, space, a, b, written<T>(y), refusal});
  });
}

void where(const op::Where&, op::Inputs inputs, op::Outputs outputs) {
  Tensor& y = outputs[0];
  const Strided<3> space =
      broadcast<3>(y.shape(), {inputs[0].shape(), inputs[1].shape(), inputs[2].shape()});
  visit_size(y.dtype(), [&]<class T>(TypeTag<T>) {
    for_each_index(space.count, Choose<T>{space, numbers<bool>(inputs[0]), numbers<T>(inputs[1]),
                                          numbers<T>(inputs[2]), written<T>(y)});
  });
}

}  // namespace domino::cuda
