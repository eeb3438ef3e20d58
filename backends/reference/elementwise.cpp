#include <algorithm>
#include <span>
#include <type_traits>

#include "domino/backends/reference/activation.h"
#include "domino/backends/reference/arithmetic.h"
#include "domino/backends/reference/kernels.h"
#include "domino/backends/reference/numbers.h"
#include "domino/backends/reference/walk.h"

namespace domino::reference {
namespace {

template <class T>
void check_second(op::BinaryKind kind, T b) {
  if (!refuses(kind, b)) return;
  check<ValueError>(kind != op::BinaryKind::Power,
                    "power: an integer is raised to {}; integers take no negative exponents, so "
                    "cast to float first",
                    b);
  fail<ValueError>("{}: an integer is divided by zero; change the divisor or cast to float first",
                   op::name_of(kind));
}

template <class T, class R, class F>
void each_pair(op::Inputs inputs, Tensor& output, F f) {
  const auto a = inputs[0].data<T>().data();
  const auto b = inputs[1].data<T>().data();
  R* next = output.mutable_data<R>().data();
  const Shape& shape = output.shape();
  walk<2>(
      shape,
      {broadcast_strides(inputs[0].shape(), shape), broadcast_strides(inputs[1].shape(), shape)},
      [&](const Offsets<2>& at) { *next++ = f(a[at[0]], b[at[1]]); });
}

template <class T>
void divide(op::Inputs inputs, Tensor& output) {
  visit_computed(output.dtype(), [&]<class R>(TypeTag<R>) {
    if constexpr (std::is_floating_point_v<R>) {
      each_pair<T, R>(inputs, output,
                      [](T a, T b) { return static_cast<R>(a) / static_cast<R>(b); });
    } else {
      fail<DTypeError>("divide gives floats, not {}", kDTypeOf<R>);
    }
  });
}

}  // namespace

void unary(const op::Unary& op, op::Inputs inputs, op::Outputs outputs) {
  visit_computed(inputs[0].dtype(), [&]<class T>(TypeTag<T>) {
    const std::span<const T> x = inputs[0].data<T>();
    if (outputs[0].dtype() == DType::Bool) {
      std::ranges::transform(x, outputs[0].mutable_data<bool>().begin(),
                             [&](T number) { return is(op.kind, number); });
    } else if constexpr (std::is_integral_v<T>) {
      std::ranges::transform(x, outputs[0].mutable_data<T>().begin(),
                             [&](T number) { return activate_integer(op.kind, number); });
    } else {
      std::ranges::transform(x, outputs[0].mutable_data<T>().begin(), [&](T number) {
        return static_cast<T>(activate(op.kind, static_cast<double>(number)));
      });
    }
  });
}

void binary(const op::Binary& op, op::Inputs inputs, op::Outputs outputs) {
  visit_computed(inputs[0].dtype(), [&]<class T>(TypeTag<T>) {
    const auto compare = [&](T a, T b) { return holds(op.kind, a, b); };
    const auto combine = [&](T a, T b) {
      check_second(op.kind, b);
      return compute(op.kind, a, b);
    };
    if (op.kind == op::BinaryKind::Divide) return divide<T>(inputs, outputs[0]);
    if (outputs[0].dtype() == DType::Bool) return each_pair<T, bool>(inputs, outputs[0], compare);
    each_pair<T, T>(inputs, outputs[0], combine);
  });
}

void where(const op::Where&, op::Inputs inputs, op::Outputs outputs) {
  const bool* condition = inputs[0].data<bool>().data();
  const Shape& shape = outputs[0].shape();
  visit_number(outputs[0].dtype(), [&]<class T>(TypeTag<T>) {
    const T* a = inputs[1].data<T>().data();
    const T* b = inputs[2].data<T>().data();
    T* next = outputs[0].mutable_data<T>().data();
    walk<3>(
        shape,
        {broadcast_strides(inputs[0].shape(), shape), broadcast_strides(inputs[1].shape(), shape),
         broadcast_strides(inputs[2].shape(), shape)},
        [&](const Offsets<3>& at) { *next++ = condition[at[0]] ? a[at[1]] : b[at[2]]; });
  });
}

}  // namespace domino::reference
