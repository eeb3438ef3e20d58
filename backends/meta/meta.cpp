#include "domino/backends/meta/meta.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "domino/backends/meta/trace.h"
#include "domino/core/check.h"

namespace domino::meta {
namespace {

class MetaBackend final : public Backend {
 public:
  std::string_view name() const override { return "meta"; }
  Device device() const override { return Device::Meta; }
  Tensor allocate(Shape shape, DType) const override {
    fail<DeviceError>("meta tensors have no memory, so {} cannot be allocated", shape);
  }
  Tensor upload(const Tensor& host) const override {
    return constant(host.shape(), host.dtype(), host.value_number());
  }
  Tensor download(const Tensor& tensor) const override {
    fail<DeviceError>("a meta tensor {} has no numbers to download", tensor.shape());
  }
  const KernelTable& kernels() const override {
    static const KernelTable kNone;
    return kNone;
  }
};

thread_local UnknownSize* innermost_size = nullptr;

}  // namespace

UnknownSize::UnknownSize(std::int64_t size)
    : size_(size), outer_(std::exchange(innermost_size, this)) {}
UnknownSize::~UnknownSize() { innermost_size = outer_; }

std::optional<std::int64_t> unknown_size() {
  return innermost_size == nullptr ? std::nullopt : std::optional(innermost_size->size_);
}

Shape with_unknown_sizes(const Shape& shape) {
  if (shape.known()) return shape;
  check<DeviceError>(innermost_size != nullptr,
                     "a size of {} depends on the numbers, and a meta tensor has none; run this on "
                     "numbers, or in a model",
                     shape);
  innermost_size->used_ = true;
  std::vector<std::int64_t> sizes = shape.sizes();
  std::ranges::replace(sizes, kAny, innermost_size->size_);
  return Shape(std::move(sizes));
}

const Backend& meta_backend() {
  static const MetaBackend kBackend;
  return kBackend;
}

}  // namespace domino::meta
