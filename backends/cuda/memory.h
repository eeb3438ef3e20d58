#pragma once

#include <cstddef>
#include <memory>

#include "domino/core/tensor.h"

namespace domino::cuda {

/// Memory of a tensor on the device, released in the order of the kernels that use it.
class DeviceBytes final : public Storage {
 public:
  explicit DeviceBytes(std::size_t size);
  ~DeviceBytes() override;
  DeviceBytes(const DeviceBytes&) = delete;
  DeviceBytes& operator=(const DeviceBytes&) = delete;
  Device device() const override { return Device::Cuda; }
  std::byte* bytes() override { return bytes_; }

 private:
  std::byte* bytes_;
};

/// A tensor whose numbers are not set yet.
Tensor empty(Shape shape, DType dtype);
void set_to_zero(Tensor& tensor);
/// A copy of a host tensor on the device, and back.
Tensor upload(const Tensor& host);
Tensor download(const Tensor& tensor);

}  // namespace domino::cuda
