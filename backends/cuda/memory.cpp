#include "domino/backends/cuda/memory.h"

#include <algorithm>

#include "domino/backends/cuda/runtime.h"
#include "domino/core/check.h"

namespace domino::cuda {
namespace {

std::size_t bytes_of(std::int64_t elements, DType dtype) {
  std::size_t bytes = 0;
  check(!__builtin_mul_overflow(static_cast<std::size_t>(elements), size_of(dtype), &bytes),
        "{} elements of {} are more than memory can hold", elements, dtype);
  return bytes;
}

}  // namespace

// A tensor without elements has an address too, as value numbers are made of addresses.
DeviceBytes::DeviceBytes(std::size_t size) : bytes_(allocate(std::max<std::size_t>(size, 1))) {}
DeviceBytes::~DeviceBytes() { release(bytes_); }

Tensor empty(Shape shape, DType dtype) {
  const std::size_t size = bytes_of(shape.elements(), dtype);
  return Tensor::on(std::make_shared<DeviceBytes>(size), std::move(shape), dtype);
}

void set_to_zero(Tensor& tensor) {
  fill_with_zeros(tensor.storage()->bytes(), bytes_of(tensor.elements(), tensor.dtype()));
}

Tensor upload(const Tensor& host) {
  Tensor copy = empty(host.shape(), host.dtype());
  copy_to_device(copy.storage()->bytes(), host.storage()->bytes(),
                 bytes_of(host.elements(), host.dtype()));
  return copy;
}

Tensor download(const Tensor& tensor) {
  Tensor copy = Tensor::empty(tensor.shape(), tensor.dtype());
  copy_to_host(copy.storage()->bytes(), tensor.storage()->bytes(),
               bytes_of(tensor.elements(), tensor.dtype()));
  return copy;
}

}  // namespace domino::cuda
