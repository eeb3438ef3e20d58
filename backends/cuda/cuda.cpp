#include "domino/backends/cuda/cuda.h"

#include <string>
#include <utility>
#include <vector>

#include "domino/backends/cuda/cudnn.h"
#include "domino/backends/cuda/kernels.h"
#include "domino/backends/cuda/memory.h"
#include "domino/backends/cuda/refusal.h"
#include "domino/backends/cuda/runtime.h"
#include "domino/backends/cuda/streams.h"
#include "domino/backends/late_errors_internal.h"
#include "domino/core/check.h"

namespace domino::cuda {
namespace {

constexpr std::string_view kName = "cuda";

/// A table without the ops on strings, which run on the host.
KernelTable make_kernels() {
  KernelTable table;
  table.add<op::Unary>(kName, unary);
  table.add<op::Binary>(kName, binary);
  table.add<op::Where>(kName, where);
  table.add<op::Cast>(kName, cast);
  table.add<op::Full>(kName, full);
  table.add<op::Arange>(kName, arange);
  table.add<op::Transpose>(kName, transpose);
  table.add<op::Slice>(kName, slice);
  table.add<op::Concatenate>(kName, concatenate);
  table.add<op::BroadcastTo>(kName, broadcast_to);
  table.add<op::Reduce>(kName, reduce);
  table.add<op::Softmax>(kName, softmax);
  table.add<op::LayerNorm>(kName, layer_norm);
  table.add<op::BatchNorm>(kName, batch_norm);
  table.add<op::Take>(kName, take);
  table.add<op::Embedding>(kName, embedding);
  table.add<op::Bincount>(kName, bincount);
  table.add<op::MatMul>(kName, matmul);
  table.add<op::Dense>(kName, dense);
  table.add<op::Conv1D>(kName, conv1d);
  table.add<op::Rnn>(kName, rnn);
  table.add<op::Attention>(kName, attention);
  table.add_packed<op::Reduce>(kName, packed_reduce, accepts_packed_reduce);
  table.add_packed<op::Rnn>(kName, packed_rnn, accepts_packed_rnn);
  table.add_packed<op::Attention>(kName, packed_attention, accepts_packed_attention);
  return table;
}

/// What a predict has for itself.
struct PredictScope {
  explicit PredictScope(int device) : lane(device) {}
  Lane lane;
  RefusalScope refusals;
};

class CudaBackend final : public Backend {
 public:
  explicit CudaBackend(int device)
      : index_(device), name_(device == 0 ? kName : fmt::format("{}:{}", kName, device)) {}
  std::string_view name() const override { return name_; }
  Device device() const override { return Device::Cuda; }
  int device_index() const override { return index_; }
  Tensor allocate(Shape shape, DType dtype) const override {
    const DeviceScope here(index_);
    return empty(std::move(shape), dtype);
  }
  Tensor upload(const Tensor& host) const override {
    const DeviceScope here(index_);
    return host.dtype() == DType::String ? host : cuda::upload(host);
  }
  Tensor download(const Tensor& tensor) const override {
    const DeviceScope here(index_);
    if (!TellLater::is_asked()) throw_refused();
    if (tensor.dtype() == DType::String) return tensor;
    check_is_here(tensor);
    if (!tensor.is_packed()) return cuda::download(tensor);
    return Tensor::packed(cuda::download(tensor.rows()), tensor.row_map(), tensor.shape());
  }
  std::shared_ptr<void> enter() const override { return std::make_shared<DeviceScope>(index_); }
  std::shared_ptr<void> open_lane() const override {
    return std::make_shared<PredictScope>(index_);
  }
  void check_execution(const Execution& execution) const override {
    check<DeviceError>(
        !execution.strict,
        "strict: on '{}' a sequence may get other last bits in another batch; take cpu", name_);
    check<DeviceError>(!execution.cudnn || has_cudnn(),
                       "no cuDNN is compiled in; configure with -DDOMINO_CUDNN=ON");
  }
  const KernelTable& kernels() const override {
    static const KernelTable table = make_kernels();
    return table;
  }

 private:
  void check_is_here(const Tensor& tensor) const {
    check<DeviceError>(tensor.device_index() == index_,
                       "a tensor {} of device cuda:{} is downloaded from cuda:{}", tensor.shape(),
                       tensor.device_index(), index_);
  }

  int index_;
  std::string name_;
};

std::vector<CudaBackend> make_backends() {
  std::vector<CudaBackend> backends;
  for (int device = 0; device < device_count(); ++device) backends.emplace_back(device);
  return backends;
}

}  // namespace

const Backend& cuda_backend(int device) {
  check_device();
  const int count = device_count();
  check<DeviceError>(
      device >= 0 && device < count, "no device cuda:{}; there {}", device,
      count == 1 ? "is cuda:0 alone" : fmt::format("are {}, cuda:0 to cuda:{}", count, count - 1));
  static const std::vector<CudaBackend> backends = make_backends();
  return backends[static_cast<std::size_t>(device)];
}

}  // namespace domino::cuda
