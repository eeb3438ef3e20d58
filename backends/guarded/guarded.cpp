#include "domino/backends/guarded/guarded.h"

#include <algorithm>
#include <cstdint>
#include <utility>

#include "domino/backends/reference/reference.h"
#include "domino/core/visit_dtype.h"

namespace domino::guarded {
namespace {

constexpr std::string_view kName = "guarded";

/// Host memory behind a Device that is not the host.
class GuardedBytes final : public Storage {
 public:
  explicit GuardedBytes(std::shared_ptr<Storage> host) : host_(std::move(host)) {}
  Device device() const override { return Device::Guarded; }
  const std::shared_ptr<Storage>& host() const { return host_; }

  /// As on a real device an address, and none of the host's: no program has memory at this bit.
  std::byte* bytes() override {
    constexpr std::uintptr_t kElsewhere = std::uintptr_t{1} << 55;
    return reinterpret_cast<std::byte*>(reinterpret_cast<std::uintptr_t>(host_->bytes()) ^
                                        kElsewhere);
  }

 private:
  std::shared_ptr<Storage> host_;
};

/// The same memory seen by the host.
Tensor opened(const Tensor& tensor) {
  if (!tensor.defined()) return tensor;
  const auto storage = std::dynamic_pointer_cast<GuardedBytes>(tensor.storage());
  check<DeviceError>(storage != nullptr, "a tensor {} on '{}' comes to backend 'guarded'",
                     tensor.shape(), name_of(tensor.device()));
  return Tensor::on(storage->host(), tensor.shape(), tensor.dtype());
}

Tensor closed(const Tensor& host) {
  return Tensor::on(std::make_shared<GuardedBytes>(host.storage()), host.shape(), host.dtype());
}

Tensor copied(const Tensor& host) {
  Tensor copy = Tensor::empty(host.shape(), host.dtype());
  visit_number(host.dtype(), [&]<class T>(TypeTag<T>) {
    std::ranges::copy(host.data<T>(), copy.mutable_data<T>().begin());
  });
  return copy;
}

/// Opens the operands, runs the reference kernel on them, and lets go of them.
template <class Op>
void run_opened(const Op& op, op::Inputs inputs, op::Outputs outputs) {
  Tensors in;
  for (const Tensor& tensor : inputs) in.push_back(opened(tensor));
  Tensors out;
  for (const Tensor& tensor : outputs) out.push_back(opened(tensor));
  reference::kernels().find(op, in)->run(op, in, out);
}

template <class... Ops>
KernelTable table_of(const std::variant<Ops...>&) {
  KernelTable table;
  (table.add<Ops>(kName, run_opened<Ops>), ...);
  return table;
}

class GuardedBackend final : public Backend {
 public:
  std::string_view name() const override { return kName; }
  Device device() const override { return Device::Guarded; }
  Tensor allocate(Shape shape, DType dtype) const override {
    return closed(Tensor::empty(std::move(shape), dtype));
  }
  Tensor upload(const Tensor& host) const override {
    return host.dtype() == DType::String ? host : closed(copied(host));
  }
  Tensor download(const Tensor& tensor) const override {
    if (tensor.dtype() == DType::String) return tensor;
    if (!tensor.is_packed()) return copied(opened(tensor));
    return Tensor::packed(copied(opened(tensor.rows())), tensor.row_map(), tensor.shape());
  }
  const KernelTable& kernels() const override {
    static const KernelTable table = table_of(op::Operation());
    return table;
  }
};

}  // namespace

const Backend& guarded_backend() {
  static const GuardedBackend backend;
  return backend;
}

}  // namespace domino::guarded
