#include "domino/backends/cuda/memory.h"

#include <algorithm>
#include <memory>
#include <utility>

#include "domino/backends/cuda/quietly.h"
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
DeviceBytes::DeviceBytes(std::size_t size)
    : home_(stream_on(this_device())), bytes_(allocate(std::max<std::size_t>(size, 1))) {}

DeviceBytes::~DeviceBytes() {
  quietly(
      [this] { release(bytes_, (is_shared_ ? stream_behind_all(home_.device) : home_).handle); });
}

std::byte* DeviceBytes::bytes() {
  const Stream here = stream_on(home_.device);
  if (here != home_ && !is_capturing()) wait_for_home(here);
  return bytes_;
}

void DeviceBytes::finish() { finished_.emplace(home_); }

void DeviceBytes::wait_for_home(const Stream& stream) {
  is_shared_ = true;
  if (is_there_) return;
  if (!finished_) return Milestone(home_).hold_back(stream);
  finished_->hold_back(stream);
  is_there_ = finished_->is_past();
}

Tensor empty(Shape shape, DType dtype) {
  const std::size_t size = bytes_of(shape.elements(), dtype);
  return Tensor::on(std::make_shared<DeviceBytes>(size), std::move(shape), dtype);
}

void finish(const Tensor& tensor) { static_cast<DeviceBytes&>(*tensor.storage()).finish(); }

Tensor workspace(Shape shape, DType dtype) {
  Tensor made = empty(std::move(shape), dtype);
  finish(made);
  return made;
}

void set_to_zero(Tensor& tensor) {
  fill_with_zeros(tensor.storage()->bytes(), bytes_of(tensor.elements(), tensor.dtype()));
}

Tensor upload(const Tensor& host) {
  Tensor copy = empty(host.shape(), host.dtype());
  copy_to_device(copy.storage()->bytes(), host.storage()->bytes(),
                 bytes_of(host.elements(), host.dtype()));
  finish(copy);
  return copy;
}

Tensor download(const Tensor& tensor) {
  Tensor copy = Tensor::empty(tensor.shape(), tensor.dtype());
  copy_to_host(copy.storage()->bytes(), tensor.storage()->bytes(),
               bytes_of(tensor.elements(), tensor.dtype()));
  return copy;
}

}  // namespace domino::cuda
