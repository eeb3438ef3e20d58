#pragma once

#include <cstddef>
#include <cstdint>

#include "domino/core/tensor.h"

/// The operands of products, in the type in which this thread's Execution has them multiplied.
namespace domino::cuda {

/// Whether products of float32 may round their operands themselves.
bool multiplies_in_tf32();

/// Numbers on the device, as a product reads them.
struct Operand {
  const std::byte* bytes = nullptr;
  DType dtype = DType::Float32;

  /// From number `index` on.
  Operand at(std::int64_t index) const {
    return {bytes + index * static_cast<std::int64_t>(size_of(dtype)), dtype};
  }
};

/// The numbers of a tensor that is not packed. Rounded ones are made once, and kept beside it: those of a
/// weight as long as the weight lives.
Operand operand(const Tensor& x);

/// An operand whose numbers change from product to product, such as the states of a recurrence.
class ChangingOperand {
 public:
  /// For at most `most` numbers of `dtype`.
  ChangingOperand(DType dtype, std::int64_t most);
  /// The `count` numbers at `numbers` as they are now, until it is called again.
  Operand of(const void* numbers, std::int64_t count);

 private:
  DType dtype_;
  Tensor rounded_;  ///< undefined if they are multiplied as they are
};

}  // namespace domino::cuda
