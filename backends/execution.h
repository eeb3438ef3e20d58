#pragma once

#include <cstdint>
#include <string_view>

namespace domino {

/// The type in which products of float32 matrices are multiplied. Sums, and all that is no product, stay
/// float32. Only "cuda" has others than Float32, for tensor cores.
enum class Products : std::uint8_t {
  Float32,   ///< each operand as it is
  TF32,      ///< operands are rounded to 10 bits of fraction
  Float16,   ///< to 10 bits, and beyond 65504 to infinity: the operands of Keras' mixed_float16
  BFloat16,  ///< to 7 bits: the operands of Keras' mixed_bfloat16
};
inline constexpr Products kAllProducts[] = {Products::Float32, Products::TF32, Products::Float16,
                                            Products::BFloat16};
/// "float32", "tf32", ...
std::string_view name_of(Products products);

/// How the ops that a thread calls are carried out.
struct Execution {
  bool packing = true;  ///< they may give packed tensors (backends/packing.h)
  /// Each row gets the same bits wherever it stands and whatever stands beside it: products are not left
  /// to a library that blocks them by their sizes.
  bool strict = false;
  /// Backends that have no others take it for Float32; `Backend::check_execution` asks.
  Products products = Products::Float32;
  bool cudnn = false;  ///< recurrences by cuDNN, where it has them (docs/cuda_options.md)
};

/// That of this thread.
const Execution& execution();

/// Says so, until the end of the scope.
class ExecutionScope {
 public:
  explicit ExecutionScope(const Execution& execution);
  ~ExecutionScope();
  ExecutionScope(const ExecutionScope&) = delete;
  ExecutionScope& operator=(const ExecutionScope&) = delete;

 private:
  Execution before_;
};

}  // namespace domino
