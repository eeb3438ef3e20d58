#include "domino/backends/onednn/onednn.h"

#include "domino/backends/onednn/memory_pool.h"
#include "domino/backends/onednn/rows.h"
#include "domino/backends/reference/reference.h"

namespace domino::onednn {
namespace {

KernelTable make_kernels() {
  KernelTable table;
  add_unary(table);
  add_binary(table);
  add_where(table);
  add_cast(table);
  add_reduce(table);
  add_movement(table);
  add_embedding(table);
  add_matmul(table);
  add_dense(table);
  add_softmax(table);
  add_normalization(table);
  add_conv1d(table);
  add_rnn(table);
  add_attention(table);
  table.append(reference::kernels());
  return table;
}

class OneDnnBackend final : public Backend {
 public:
  std::string_view name() const override { return kOwner; }
  Device device() const override { return Device::Host; }
  Tensor allocate(Shape shape, DType dtype) const override {
    return pooled_tensor(std::move(shape), dtype);
  }
  Tensor upload(const Tensor& host) const override { return host; }
  Tensor download(const Tensor& tensor) const override { return tensor; }
  const KernelTable& kernels() const override {
    static const KernelTable table = make_kernels();
    return table;
  }
};

}  // namespace

const Backend& onednn_backend() {
  static const OneDnnBackend backend;
  return backend;
}

}  // namespace domino::onednn
