#include "domino/backends/cuda/operands.h"

#include <memory>

#include "domino/backends/cuda/kernel.h"
#include "domino/backends/cuda/memory.h"
#include "domino/backends/cuda/numbers.h"
#include "domino/backends/execution.h"
#include "domino/backends/reference/convert.h"

namespace domino::cuda {
namespace {

/// In which type numbers of `dtype` are multiplied.
DType type_of_operands(DType dtype) {
  if (dtype != DType::Float32) return dtype;
  switch (execution().products) {
    case Products::Float16:
      return DType::Float16;
    case Products::BFloat16:
      return DType::BFloat16;
    default:
      return dtype;
  }
}

template <class Half>
struct Round {
  const float* from;
  Half* to;
  DOMINO_HOST_DEVICE void operator()(std::int64_t i) const {
    to[i] = reference::convert<Half>(from[i]);
  }
};

/// The first `count` numbers of `to`, which is of a half type.
void round(const float* from, std::int64_t count, Tensor& to) {
  if (to.dtype() == DType::Float16) {
    for_each_index(count, Round<Float16>{from, written<Float16>(to)});
  } else {
    for_each_index(count, Round<BFloat16>{from, written<BFloat16>(to)});
  }
}

}  // namespace

bool multiplies_in_tf32() { return execution().products == Products::TF32; }

Operand operand(const Tensor& x) {
  const DType dtype = type_of_operands(x.dtype());
  if (dtype == x.dtype()) return {numbers<std::byte>(x), dtype};
  const auto rounded = x.storage()->attachment(fmt::format("rounded to {}", name_of(dtype)), [&] {
    auto made = std::make_shared<Tensor>(empty(x.shape(), dtype));
    round(numbers<float>(x), x.elements(), *made);
    finish(*made);
    return made;
  });
  return {numbers<std::byte>(*std::static_pointer_cast<Tensor>(rounded)), dtype};
}

ChangingOperand::ChangingOperand(DType dtype, std::int64_t most) : dtype_(type_of_operands(dtype)) {
  if (dtype_ != dtype) rounded_ = workspace({most}, dtype_);
}

Operand ChangingOperand::of(const void* numbers, std::int64_t count) {
  if (!rounded_.defined()) return {static_cast<const std::byte*>(numbers), dtype_};
  round(static_cast<const float*>(numbers), count, rounded_);
  return {cuda::numbers<std::byte>(rounded_), dtype_};
}

}  // namespace domino::cuda
