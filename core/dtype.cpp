#include "domino/core/dtype.h"

#include <algorithm>
#include <array>
#include <ostream>
#include <utility>

#include "domino/core/check.h"

namespace domino {
namespace {

constexpr std::array<std::pair<DType, std::string_view>, 14> kNames = {{
    {DType::Float32, "float32"},
    {DType::Float64, "float64"},
    {DType::Float16, "float16"},
    {DType::BFloat16, "bfloat16"},
    {DType::Int8, "int8"},
    {DType::Int16, "int16"},
    {DType::Int32, "int32"},
    {DType::Int64, "int64"},
    {DType::UInt8, "uint8"},
    {DType::UInt16, "uint16"},
    {DType::UInt32, "uint32"},
    {DType::UInt64, "uint64"},
    {DType::Bool, "bool"},
    {DType::String, "string"},
}};

bool is_unsigned(DType dtype) {
  return dtype == DType::UInt8 || dtype == DType::UInt16 || dtype == DType::UInt32 ||
         dtype == DType::UInt64;
}

DType signed_of_size(std::size_t bytes) {
  switch (bytes) {
    case 1:
      return DType::Int8;
    case 2:
      return DType::Int16;
    case 4:
      return DType::Int32;
    default:
      return DType::Int64;
  }
}

DType promote_integers(DType a, DType b) {
  if (is_unsigned(a) == is_unsigned(b)) return size_of(a) >= size_of(b) ? a : b;
  const DType u = is_unsigned(a) ? a : b;
  const DType s = is_unsigned(a) ? b : a;
  // No integer holds both uint64 and a signed type; Keras' lattice then meets at float32.
  if (u == DType::UInt64) return DType::Float32;
  return size_of(s) > size_of(u) ? s : signed_of_size(2 * size_of(u));
}

DType promote_floats(DType a, DType b) {
  // Neither half type holds the other.
  if (is_storage_only(a) && is_storage_only(b)) return DType::Float32;
  return size_of(a) >= size_of(b) ? a : b;
}

DType least_upper_bound(DType a, DType b) {
  if (a == b) return a;
  check<DTypeError>(a != DType::String && b != DType::String,
                    "{} and {} have no common type: strings do not mix with numbers", a, b);
  if (a == DType::Bool) return b;
  if (b == DType::Bool) return a;
  if (is_floating(a) && is_floating(b)) return promote_floats(a, b);
  if (is_floating(a)) return a;
  if (is_floating(b)) return b;
  return promote_integers(a, b);
}

}  // namespace

std::string_view name_of(DType dtype) { return kNames[static_cast<std::size_t>(dtype)].second; }

std::ostream& operator<<(std::ostream& out, DType dtype) { return out << name_of(dtype); }

DType dtype_from_name(std::string_view name) {
  for (const auto& [dtype, known] : kNames) {
    if (known == name) return dtype;
  }
  fail<DTypeError>(
      "no dtype is called '{}'; use one of float32, float64, float16, bfloat16, "
      "int8 ... int64, uint8 ... uint64, bool, string",
      name);
}

std::size_t size_of(DType dtype) {
  switch (dtype) {
    case DType::Int8:
    case DType::UInt8:
    case DType::Bool:
      return 1;
    case DType::Float16:
    case DType::BFloat16:
    case DType::Int16:
    case DType::UInt16:
      return 2;
    case DType::Float32:
    case DType::Int32:
    case DType::UInt32:
      return 4;
    case DType::Float64:
    case DType::Int64:
    case DType::UInt64:
      return 8;
    case DType::String:
      break;
  }
  fail<DTypeError>("strings have no fixed size");
}

bool is_floating(DType dtype) {
  return dtype == DType::Float32 || dtype == DType::Float64 || is_storage_only(dtype);
}

bool is_integer(DType dtype) {
  return !is_floating(dtype) && dtype != DType::Bool && dtype != DType::String;
}

bool is_storage_only(DType dtype) { return dtype == DType::Float16 || dtype == DType::BFloat16; }

DType promote(DType a, DType b) {
  const DType result = least_upper_bound(a, b);
  // Keras gives up 64 unsigned bits even where both are uint64: JAX, whose rules these are, lacks it.
  return result == DType::UInt64 ? DType::UInt32 : result;
}

DType to_floating(DType dtype) { return is_floating(dtype) ? dtype : DType::Float32; }

}  // namespace domino
