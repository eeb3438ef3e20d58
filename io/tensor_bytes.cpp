#include <algorithm>
#include <limits>
#include <new>

#include "domino/core/check.h"
#include "domino/io/shown_name_internal.h"
#include "domino/io/tensor_bytes_internal.h"

namespace domino {
namespace {

/// A bool of another value than 0 and 1 is no bool to C++.
void check_bools(std::span<const std::byte> bytes) {
  const auto bad = std::ranges::find_if(bytes, [](std::byte b) { return b > std::byte{1}; });
  check<IoError>(bad == bytes.end(), "its element {} is neither 0 nor 1", bad - bytes.begin());
}

Tensor allocate(const Shape& shape, DType dtype, std::uint64_t bytes) {
  try {
    return Tensor::empty(shape, dtype);
  } catch (const std::bad_alloc&) {
    fail<IoError>("there is no memory for its {} bytes", bytes);
  }
}

}  // namespace

std::optional<std::uint64_t> tensor_bytes(const Shape& shape, DType dtype) {
  constexpr std::uint64_t kMost = std::numeric_limits<std::int64_t>::max();
  std::uint64_t bytes = size_of(dtype);
  bool empty = false;
  for (const std::int64_t size : shape) {
    empty = empty || size == 0;
    // Zeros are left out: elsewhere sizes are multiplied one by one, and must not overflow there.
    const std::int64_t factor = std::max<std::int64_t>(size, 1);
    if (__builtin_mul_overflow(bytes, factor, &bytes) || bytes > kMost) return std::nullopt;
  }
  return empty ? 0 : bytes;
}

Tensor read_tensor(const ByteSource& file, std::uint64_t begin, const Shape& shape, DType dtype) {
  const std::optional<std::uint64_t> bytes = tensor_bytes(shape, dtype);
  check<IoError>(bytes.has_value(), "shape {} of {} takes more bytes than 64 bits can count", shape,
                 dtype);
  const ByteSource region = file.region(begin, *bytes);
  Tensor tensor = allocate(shape, dtype, *bytes);
  const std::span to(tensor.storage()->bytes(), *bytes);
  region.read(0, to);
  if (dtype == DType::Bool) check_bools(to);
  return tensor;
}

std::span<const std::byte> writable_bytes(std::string_view name, const Tensor& tensor,
                                          std::string_view format) {
  check<ValueError>(tensor.defined(), "tensor {} was never given a value", shown_name(name));
  check<DTypeError>(tensor.dtype() != DType::String,
                    "tensor {} is string, which {} files cannot hold", shown_name(name), format);
  check<DeviceError>(tensor.device() == Device::Host,
                     "tensor {} is on '{}'; only host tensors can be written", shown_name(name),
                     name_of(tensor.device()));
  return {tensor.storage()->bytes(),
          static_cast<std::size_t>(tensor.elements()) * size_of(tensor.dtype())};
}

}  // namespace domino
