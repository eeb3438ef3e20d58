#pragma once

#include <atomic>
#include <cstddef>
#include <optional>

#include "domino/backends/cuda/streams.h"
#include "domino/core/tensor.h"

namespace domino::cuda {

/// Memory of a tensor on this thread's device. It belongs to the stream in which it was made; another that asks
/// for it goes on behind what was begun there. Released behind all that use it.
class DeviceBytes final : public Storage {
 public:
  explicit DeviceBytes(std::size_t size);
  ~DeviceBytes() override;
  DeviceBytes(const DeviceBytes&) = delete;
  DeviceBytes& operator=(const DeviceBytes&) = delete;
  Device device() const override { return Device::Cuda; }
  int device_index() const override { return home_.device; }
  std::byte* bytes() override;

  /// Other streams need to wait for no more than what was begun until now.
  void finish();

 private:
  void wait_for_home(const Stream& stream);

  Stream home_;
  std::byte* bytes_;
  std::optional<Milestone> finished_;
  std::atomic<bool> is_there_ = false;  ///< finished_ is past
  std::atomic<bool> is_shared_ = false;
};

/// A tensor whose numbers are not set yet.
Tensor empty(Shape shape, DType dtype);
/// The same for streams that take turns: they wait for each other by themselves.
Tensor workspace(Shape shape, DType dtype);
/// All of its numbers are asked for: other streams need to wait for no more than that.
void finish(const Tensor& tensor);
void set_to_zero(Tensor& tensor);
/// A copy of a host tensor on the device, and back.
Tensor upload(const Tensor& host);
Tensor download(const Tensor& tensor);

}  // namespace domino::cuda
