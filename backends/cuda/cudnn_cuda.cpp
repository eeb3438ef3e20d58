// The recurrences of cuDNN on a GPU.

#include <cudnn.h>

#include <array>
#include <map>
#include <mutex>

#include "domino/backends/cuda/cudnn.h"
#include "domino/backends/cuda/memory.h"
#include "domino/backends/cuda/runtime.h"
#include "domino/backends/cuda/streams.h"
#include "domino/core/check.h"

namespace domino::cuda {
namespace {

void check_cudnn(cudnnStatus_t status) {
  check<DeviceError>(status == CUDNN_STATUS_SUCCESS, "cuda: cuDNN: {}",
                     cudnnGetErrorString(status));
}

/// One of the objects by which cuDNN is told of something.
template <class T, cudnnStatus_t (*kCreate)(T*), cudnnStatus_t (*kDestroy)(T)>
class Descriptor {
 public:
  Descriptor() { check_cudnn(kCreate(&descriptor_)); }
  ~Descriptor() { kDestroy(descriptor_); }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  T get() const { return descriptor_; }

 private:
  T descriptor_ = nullptr;
};

using TensorDescriptor =
    Descriptor<cudnnTensorDescriptor_t, cudnnCreateTensorDescriptor, cudnnDestroyTensorDescriptor>;
using DataDescriptor = Descriptor<cudnnRNNDataDescriptor_t, cudnnCreateRNNDataDescriptor,
                                  cudnnDestroyRNNDataDescriptor>;
using DropoutDescriptor = Descriptor<cudnnDropoutDescriptor_t, cudnnCreateDropoutDescriptor,
                                     cudnnDestroyDropoutDescriptor>;
using RnnDescriptor =
    Descriptor<cudnnRNNDescriptor_t, cudnnCreateRNNDescriptor, cudnnDestroyRNNDescriptor>;

/// The handle of this thread's device, for one thread at a time.
class Handle {
 public:
  Handle() : lock_(mutex()), handle_(handles()[this_device()]) {
    if (handle_ == nullptr) check_cudnn(cudnnCreate(&handle_));
    check_cudnn(cudnnSetStream(handle_, stream()));
  }
  cudnnHandle_t get() const { return handle_; }

 private:
  static std::map<int, cudnnHandle_t>& handles() {
    static std::map<int, cudnnHandle_t> handles;
    return handles;
  }
  static std::mutex& mutex() {
    static std::mutex mutex;
    return mutex;
  }
  std::lock_guard<std::mutex> lock_;
  cudnnHandle_t& handle_;
};

Tensor workspace_of(std::size_t bytes) {
  return empty({static_cast<std::int64_t>(bytes)}, DType::UInt8);
}

cudnnRNNMode_t mode_of(const CudnnRnn& rnn) {
  switch (rnn.cell) {
    case op::CellKind::LSTM:
      return CUDNN_LSTM;
    case op::CellKind::GRU:
      return CUDNN_GRU;
    default:
      return rnn.relu ? CUDNN_RNN_RELU : CUDNN_RNN_TANH;
  }
}

cudnnRNNBiasMode_t bias_mode_of(const CudnnRnn& rnn) {
  if (rnn.biases == 2) return CUDNN_RNN_DOUBLE_BIAS;
  return rnn.biases == 1 ? CUDNN_RNN_SINGLE_INP_BIAS : CUDNN_RNN_NO_BIAS;
}

/// The gates of Keras by the numbers that cuDNN gives them: it begins with the reset gate of a GRU.
std::span<const int> numbers_of_gates(op::CellKind cell) {
  static constexpr std::array kInOrder = {0, 1, 2, 3};
  static constexpr std::array kOfGru = {1, 0, 2};
  if (cell == op::CellKind::GRU) return kOfGru;
  return std::span(kInOrder).first(static_cast<std::size_t>(op::gates_of(cell)));
}

/// One layer in one direction.
class Layer {
 public:
  Layer(const Handle& handle, const CudnnRnn& rnn) {
    check_cudnn(cudnnSetDropoutDescriptor(dropout_.get(), handle.get(), 0, nullptr, 0, 0));
    const auto units = static_cast<int>(rnn.units);
    check_cudnn(cudnnSetRNNDescriptor_v8(
        layer_.get(), CUDNN_RNN_ALGO_STANDARD, mode_of(rnn), bias_mode_of(rnn),
        CUDNN_UNIDIRECTIONAL, CUDNN_LINEAR_INPUT, CUDNN_DATA_FLOAT, CUDNN_DATA_FLOAT,
        rnn.tf32 ? CUDNN_DEFAULT_MATH : CUDNN_FMA_MATH, static_cast<int>(rnn.in), units, units, 1,
        dropout_.get(), CUDNN_RNN_PADDED_IO_DISABLED));
    check_cudnn(cudnnGetRNNWeightSpaceSize(handle.get(), layer_.get(), &weight_bytes_));
  }
  cudnnRNNDescriptor_t get() const { return layer_.get(); }
  std::size_t weight_bytes() const { return weight_bytes_; }

 private:
  DropoutDescriptor dropout_;
  RnnDescriptor layer_;
  std::size_t weight_bytes_ = 0;
};

/// Throws unless a matrix lies row by row, as those who fill it take for granted.
void check_rows(const TensorDescriptor& matrix, std::int64_t rows, std::int64_t columns) {
  cudnnDataType_t type = CUDNN_DATA_FLOAT;
  int axes = 0;
  std::array<int, 3> sizes = {};
  std::array<int, 3> strides = {};
  check_cudnn(
      cudnnGetTensorNdDescriptor(matrix.get(), 3, &type, &axes, sizes.data(), strides.data()));
  check<DeviceError>(
      sizes[1] == rows && sizes[2] == columns && strides[1] == columns && strides[2] == 1,
      "cuda: this version of cuDNN lays the weights of recurrences out otherwise");
}

/// Where the matrix and the bias number `number` lie in `weights`.
struct Place {
  std::int64_t matrix;
  std::int64_t bias;
};
Place place_of(const Handle& handle, const Layer& layer, const std::byte* weights, int number,
               std::int64_t rows, std::int64_t columns) {
  const TensorDescriptor matrix;
  const TensorDescriptor bias;
  void* matrix_at = nullptr;
  void* bias_at = nullptr;
  check_cudnn(cudnnGetRNNWeightParams(handle.get(), layer.get(), 0, layer.weight_bytes(), weights,
                                      number, matrix.get(), &matrix_at, bias.get(), &bias_at));
  check_rows(matrix, rows, columns);
  const auto index = [&](const void* at) -> std::int64_t {
    if (at == nullptr) return 0;
    return (static_cast<const std::byte*>(at) - weights) / static_cast<std::int64_t>(sizeof(float));
  };
  return {index(matrix_at), index(bias_at)};
}

void describe(const DataDescriptor& data, std::span<const int> lengths, std::int64_t width) {
  check_cudnn(cudnnSetRNNDataDescriptor(
      data.get(), CUDNN_DATA_FLOAT, CUDNN_RNN_DATA_LAYOUT_SEQ_MAJOR_PACKED, lengths.front(),
      static_cast<int>(lengths.size()), static_cast<int>(width), lengths.data(), nullptr));
}

void describe_states(const TensorDescriptor& states, std::size_t sequences, std::int64_t units) {
  const auto rows = static_cast<int>(sequences);
  const auto width = static_cast<int>(units);
  const std::array<int, 3> sizes = {1, rows, width};
  const std::array<int, 3> strides = {rows * width, width, 1};
  check_cudnn(
      cudnnSetTensorNdDescriptor(states.get(), CUDNN_DATA_FLOAT, 3, sizes.data(), strides.data()));
}

}  // namespace

bool has_cudnn() { return true; }

CudnnWeights weights_of(const CudnnRnn& rnn) {
  const Handle handle;
  const Layer layer(handle, rnn);
  const Tensor there = workspace_of(layer.weight_bytes());
  CudnnWeights weights{static_cast<std::int64_t>(layer.weight_bytes() / sizeof(float)), {}};
  const auto numbers = numbers_of_gates(rnn.cell);
  const auto gates = static_cast<int>(numbers.size());
  for (const int number : numbers) {
    const Place of_x = place_of(handle, layer, there.storage()->bytes(), number, rnn.units, rnn.in);
    const Place of_h =
        place_of(handle, layer, there.storage()->bytes(), gates + number, rnn.units, rnn.units);
    weights.gates.push_back({of_x.matrix, of_h.matrix, of_x.bias, of_h.bias});
  }
  return weights;
}

void run(const CudnnRnn& rnn, const CudnnCall& call) {
  const Handle handle;
  const Layer layer(handle, rnn);
  const DataDescriptor x;
  const DataDescriptor y;
  const TensorDescriptor states;
  describe(x, call.lengths, rnn.in);
  describe(y, call.lengths, rnn.units);
  describe_states(states, call.lengths.size(), rnn.units);
  std::size_t bytes = 0;
  std::size_t reserved = 0;
  check_cudnn(cudnnGetRNNTempSpaceSizes(handle.get(), layer.get(), CUDNN_FWD_MODE_INFERENCE,
                                        x.get(), &bytes, &reserved));
  const Tensor workspace = workspace_of(bytes);
  check_cudnn(cudnnRNNForward(handle.get(), layer.get(), CUDNN_FWD_MODE_INFERENCE, nullptr, x.get(),
                              call.x, y.get(), call.y, states.get(), call.first_h, call.last_h,
                              states.get(), call.first_c, call.last_c, layer.weight_bytes(),
                              call.weights, bytes, workspace.storage()->bytes(), 0, nullptr));
}

}  // namespace domino::cuda
