#include "domino/backends/reference/reference.h"

#include "domino/backends/reference/kernels.h"

namespace domino::reference {
namespace {

constexpr std::string_view kName = "reference";

KernelTable make_kernels() {
  KernelTable table;
  table.add<op::Unary>(kName, unary);
  table.add<op::Binary>(kName, binary);
  table.add<op::Where>(kName, where);
  table.add<op::Cast>(kName, cast);
  table.add<op::Reduce>(kName, reduce);
  table.add<op::Transpose>(kName, transpose);
  table.add<op::Slice>(kName, slice);
  table.add<op::Concatenate>(kName, concatenate);
  table.add<op::Take>(kName, take);
  table.add<op::BroadcastTo>(kName, broadcast_to);
  table.add<op::Full>(kName, full);
  table.add<op::Arange>(kName, arange);
  table.add<op::MatMul>(kName, matmul);
  table.add<op::Dense>(kName, dense);
  table.add<op::Embedding>(kName, embedding);
  table.add<op::Softmax>(kName, softmax);
  table.add<op::LayerNorm>(kName, layer_norm);
  table.add<op::BatchNorm>(kName, batch_norm);
  table.add<op::Conv1D>(kName, conv1d);
  table.add<op::Rnn>(kName, rnn);
  table.add<op::Attention>(kName, attention);
  table.add<op::Lookup>(kName, lookup);
  table.add<op::Tokenize>(kName, tokenize);
  table.add<op::HashBucket>(kName, hash_bucket);
  table.add<op::HashCross>(kName, hash_cross);
  table.add<op::Bincount>(kName, bincount);
  return table;
}

class ReferenceBackend final : public Backend {
 public:
  std::string_view name() const override { return kName; }
  Device device() const override { return Device::Host; }
  Tensor allocate(Shape shape, DType dtype) const override {
    return Tensor::empty(std::move(shape), dtype);
  }
  Tensor upload(const Tensor& host) const override { return host; }
  Tensor download(const Tensor& tensor) const override { return tensor; }
  const KernelTable& kernels() const override { return reference::kernels(); }
};

}  // namespace

const KernelTable& kernels() {
  static const KernelTable table = make_kernels();
  return table;
}

const Backend& reference_backend() {
  static const ReferenceBackend backend;
  return backend;
}

}  // namespace domino::reference
