#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>

#include "domino/core/dtype.h"

struct CUevent_st;
struct CUstream_st;

/// The calls of the CUDA runtime and of cuBLASLt that backends/cuda makes, and no others: in the tests
/// another file carries them out on the host.
namespace domino::cuda {

/// Throws DeviceError if there is no device that can be used, saying why.
void check_device();
/// Makes `device` the one of which this thread asks all that follows, and returns the one before.
int exchange_device(int device);

/// For backends/cuda/streams.h, which never ends them.
CUstream_st* make_stream();
CUevent_st* make_event();
/// The event is that `stream` has done what it was asked for until now.
void record(CUevent_st* event, CUstream_st* stream);
/// What `stream` is asked for from now on is done behind the event.
void follow(CUstream_st* stream, CUevent_st* event);
bool has_happened(CUevent_st* event);
void wait_for(CUevent_st* event);

// All that follows is done in the order of stream().

/// Throws DeviceError if the kernel before could not be started.
void check_launch();

/// Memory of the device, not null; throws DeviceError, naming the bytes asked for and free.
std::byte* allocate(std::size_t bytes);
/// Behind what `stream` was asked for until now.
void release(std::byte* memory, CUstream_st* stream) noexcept;
void fill_with_zeros(std::byte* memory, std::size_t bytes);
/// Returns when `from` may be changed.
void copy_to_device(std::byte* to, const std::byte* from, std::size_t bytes);
/// Returns when the numbers are there.
void copy_to_host(std::byte* to, const std::byte* from, std::size_t bytes);
void copy_on_device(std::byte* to, const std::byte* from, std::size_t bytes);

/// A matrix, or one per batch, whose rows lie `row_stride` numbers apart.
struct Matrices {
  const void* numbers = nullptr;
  std::int64_t row_stride = 0;
  std::int64_t batch_stride = 0;
  bool transposed = false;
};

/// c = relu(a b + bias), or c += a b, for each of `batch` matrices a (m, k), b (k, n) and c (m, n).
struct Product {
  /// Of a and b: Float32, Float16 or BFloat16, with a Float32 bias and c; or Float64, c too, without a bias
  /// or relu.
  DType dtype = DType::Float32;
  bool tf32 = false;  ///< Float32 operands may be rounded to 10 bits of fraction
  std::int64_t batch = 1;
  std::int64_t m = 1;
  std::int64_t n = 1;
  std::int64_t k = 1;
  Matrices a;
  Matrices b;
  void* c = nullptr;
  std::int64_t c_row_stride = 0;
  std::int64_t c_batch_stride = 0;
  const void* bias = nullptr;  ///< (n), or null
  bool relu = false;
  bool accumulate = false;
};
/// No size may be 0.
void multiply(const Product& product);

/// Kernels and products that are begun together, as often as one likes.
class Graph {
 public:
  virtual ~Graph() = default;
};
/// Those that `body` asks for, and nothing else, which are not done now. What they are given has to stay where it
/// is. The stream may not be that of anybody else.
std::unique_ptr<Graph> capture(const std::function<void()>& body);
void replay(const Graph& graph);

}  // namespace domino::cuda
