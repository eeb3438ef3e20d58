#pragma once

#include <cstddef>
#include <cstdint>
#include <iosfwd>
#include <string>
#include <string_view>

#include "domino/core/half.h"

namespace domino {

/// Element types, with the names that Keras gives them.
enum class DType : std::uint8_t {
  Float32,
  Float64,
  Float16,
  BFloat16,
  Int8,
  Int16,
  Int32,
  Int64,
  UInt8,
  UInt16,
  UInt32,
  UInt64,
  Bool,
  String,
};

/// "float32", "bool", ... as in `keras.config.floatx()` and weight files.
std::string_view name_of(DType dtype);
std::ostream& operator<<(std::ostream& out, DType dtype);

/// The inverse of `name_of`. Throws DTypeError for a name that is not one of the above.
DType dtype_from_name(std::string_view name);

/// Bytes per element; String has none and throws DTypeError.
std::size_t size_of(DType dtype);

bool is_floating(DType dtype);
bool is_integer(DType dtype);
/// Float16 and BFloat16: stored, never computed in.
bool is_storage_only(DType dtype);

/// The type in which `a` and `b` meet, as `keras.backend.result_type(a, b)`
/// (keras/src/backend/common/dtypes.py). Throws DTypeError if one of them is String.
DType promote(DType a, DType b);

/// The type of Keras' `mean`, `exp`, ...: `dtype` if it is floating, else float32.
DType to_floating(DType dtype);

namespace detail {
template <class T>
struct DTypeOf;
// clang-format off
template <> struct DTypeOf<float> { static constexpr DType value = DType::Float32; };
template <> struct DTypeOf<double> { static constexpr DType value = DType::Float64; };
template <> struct DTypeOf<Float16> { static constexpr DType value = DType::Float16; };
template <> struct DTypeOf<BFloat16> { static constexpr DType value = DType::BFloat16; };
template <> struct DTypeOf<std::int8_t> { static constexpr DType value = DType::Int8; };
template <> struct DTypeOf<std::int16_t> { static constexpr DType value = DType::Int16; };
template <> struct DTypeOf<std::int32_t> { static constexpr DType value = DType::Int32; };
template <> struct DTypeOf<std::int64_t> { static constexpr DType value = DType::Int64; };
template <> struct DTypeOf<std::uint8_t> { static constexpr DType value = DType::UInt8; };
template <> struct DTypeOf<std::uint16_t> { static constexpr DType value = DType::UInt16; };
template <> struct DTypeOf<std::uint32_t> { static constexpr DType value = DType::UInt32; };
template <> struct DTypeOf<std::uint64_t> { static constexpr DType value = DType::UInt64; };
template <> struct DTypeOf<bool> { static constexpr DType value = DType::Bool; };
template <> struct DTypeOf<std::string> { static constexpr DType value = DType::String; };
// clang-format on
}  // namespace detail

/// The DType that holds elements of C++ type `T`.
template <class T>
inline constexpr DType kDTypeOf = detail::DTypeOf<T>::value;

}  // namespace domino
