#include "domino/backends/meta/meta.h"

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
    return Tensor::meta(host.shape(), host.dtype(), host.value_number());
  }
  Tensor download(const Tensor& tensor) const override {
    fail<DeviceError>("a meta tensor {} has no numbers to download", tensor.shape());
  }
  const KernelTable& kernels() const override {
    static const KernelTable kNone;
    return kNone;
  }
};

}  // namespace

const Backend& meta_backend() {
  static const MetaBackend kBackend;
  return kBackend;
}

}  // namespace domino::meta
