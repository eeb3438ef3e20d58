// The runtime of backends/cuda on the host, for tests of its kernels without a GPU; no user gets it.
// Each allocation is one of exactly the size asked for, so that AddressSanitizer sees who leaves it. There are
// two devices, and streams in which all is done at once; what would go wrong if they ran beside each other is
// found (stream_order.h).

#include "tests/backends/cuda_on_cpu/runtime_on_cpu.h"

#include <atomic>
#include <bit>
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <functional>
#include <stdexcept>
#include <utility>
#include <vector>

#include "domino/backends/cuda/cuda.h"
#include "domino/backends/cuda/kernel.h"
#include "domino/backends/cuda/runtime.h"
#include "domino/backends/cuda/streams.h"
#include "domino/backends/reference/activation.h"
#include "domino/core/half.h"
#include "tests/backends/cuda_on_cpu/pretended.h"
#include "tests/backends/cuda_on_cpu/stream_order.h"

namespace domino::cuda {
namespace {

double as_multiplied(double number, bool) { return number; }
double as_multiplied(Float16 number, bool) { return to_float(number); }
double as_multiplied(BFloat16 number, bool) { return to_float(number); }
double as_multiplied(float number, bool tf32) {
  auto bits = std::bit_cast<std::uint32_t>(number);
  if (!tf32 || !std::isfinite(number)) return number;
  bits += 0xFFFU + ((bits >> 13) & 1U);
  return std::bit_cast<float>(bits & ~0x1FFFU);
}

template <class T>
struct View {
  const T* numbers;
  std::int64_t row_stride;
  std::int64_t column_stride;
  bool tf32 = false;
  double at(std::int64_t row, std::int64_t column) const {
    return as_multiplied(numbers[row * row_stride + column * column_stride], tf32);
  }
};

template <class T>
View<T> view_of(const Matrices& matrices, std::int64_t index, bool tf32) {
  const T* numbers = static_cast<const T*>(matrices.numbers) + index * matrices.batch_stride;
  if (matrices.transposed) return {numbers, 1, matrices.row_stride, tf32};
  return {numbers, matrices.row_stride, 1, tf32};
}

template <class Operand, class T>
void multiply_one(const Product& p, std::int64_t index) {
  const View<Operand> a = view_of<Operand>(p.a, index, p.tf32);
  const View<Operand> b = view_of<Operand>(p.b, index, p.tf32);
  T* c = static_cast<T*>(p.c) + index * p.c_batch_stride;
  for (std::int64_t row = 0; row < p.m; ++row) {
    for (std::int64_t column = 0; column < p.n; ++column) {
      T& to = c[row * p.c_row_stride + column];
      double sum = p.accumulate ? static_cast<double>(to) : 0;
      if (p.bias != nullptr) sum += static_cast<double>(static_cast<const T*>(p.bias)[column]);
      for (std::int64_t i = 0; i < p.k; ++i) sum += a.at(row, i) * b.at(i, column);
      to = static_cast<T>(p.relu ? reference::activate(op::UnaryKind::Relu, sum) : sum);
    }
  }
}

thread_local int device = 0;

StreamOrder& order() { return StreamOrder::of_process(); }
std::atomic<std::int64_t> uploads = 0;
std::atomic<std::int64_t> captures = 0;
std::atomic<std::int64_t> replays = 0;
std::atomic<std::int64_t> graphs = 0;

using Work = std::function<void()>;
thread_local std::vector<Work>* captured = nullptr;

struct GraphOnCpu final : Graph {
  GraphOnCpu() { ++graphs; }
  ~GraphOnCpu() override { --graphs; }
  std::vector<Work> works;
};

void expect_no_capture() {
  if (captured != nullptr) throw std::logic_error("only kernels and products can be captured");
}

void note_product(const Product& p) {
  for (const void* read : {p.a.numbers, p.b.numbers, p.bias}) order().read(read, *stream());
  order().write(p.c, *stream());
}

}  // namespace

Pretended& pretended() {
  static Pretended pretended;
  return pretended;
}

std::int64_t upload_count() { return uploads; }
std::int64_t capture_count() { return captures; }
std::int64_t replay_count() { return replays; }
std::int64_t graph_count() { return graphs; }

int device_count() { return pretended().machine.devices; }
void check_device() { check_machine(pretended().machine); }
int exchange_device(int next) { return std::exchange(device, next); }

CUstream_st* make_stream() { return new CUstream_st{device, {}}; }
CUevent_st* make_event() { return new CUevent_st; }
void record(CUevent_st* event, CUstream_st* stream) {
  expect_no_capture();
  order().record(*event, *stream);
}
void follow(CUstream_st* stream, CUevent_st* event) {
  expect_no_capture();
  order().follow(*stream, *event);
}
bool has_happened(CUevent_st* event) { return order().has_happened(*event); }
void wait_for(CUevent_st* event) { order().wait(*event); }
void check_launch() {}

void note_kernel(const void* arguments, std::size_t bytes) {
  for (std::size_t i = 0; i + sizeof(void*) <= bytes; i += sizeof(void*)) {
    const void* word = nullptr;
    std::memcpy(&word, static_cast<const std::byte*>(arguments) + i, sizeof word);
    order().use(word, *stream());
  }
}

void carry_out(const Work& work) {
  if (captured != nullptr) return captured->push_back(work);
  work();
}

std::unique_ptr<Graph> capture(const Work& body) {
  ++captures;
  auto graph = std::make_unique<GraphOnCpu>();
  captured = &graph->works;
  body();
  captured = nullptr;
  return graph;
}

void replay(const Graph& graph) {
  ++replays;
  for (const Work& work : static_cast<const GraphOnCpu&>(graph).works) work();
}

std::byte* allocate(std::size_t bytes) {
  expect_no_capture();
  const std::size_t most = pretended().memory;
  void* memory = bytes <= most ? std::malloc(bytes) : nullptr;
  if (memory == nullptr) fail_for_memory(bytes, most, most);
  std::memset(memory, 0xFF, bytes);
  order().allocate(static_cast<const std::byte*>(memory), bytes, *stream());
  return static_cast<std::byte*>(memory);
}
void release(std::byte* memory, CUstream_st* stream) noexcept {
  order().release(memory, *stream);
  std::free(memory);
}

void fill_with_zeros(std::byte* memory, std::size_t bytes) {
  expect_no_capture();
  order().write(memory, *stream());
  std::memset(memory, 0, bytes);
}
void copy_to_device(std::byte* to, const std::byte* from, std::size_t bytes) {
  expect_no_capture();
  ++uploads;
  order().write(to, *stream());
  std::memcpy(to, from, bytes);
}
void copy_to_host(std::byte* to, const std::byte* from, std::size_t bytes) {
  order().read(from, *stream());
  order().wait(*stream());
  std::memcpy(to, from, bytes);
}
void copy_on_device(std::byte* to, const std::byte* from, std::size_t bytes) {
  order().read(from, *stream());
  order().write(to, *stream());
  std::memcpy(to, from, bytes);
}

namespace {

void multiply_now(const Product& product) {
  note_product(product);
  for (std::int64_t index = 0; index < product.batch; ++index) {
    if (product.dtype == DType::Float64) {
      multiply_one<double, double>(product, index);
    } else if (product.dtype == DType::Float16) {
      multiply_one<Float16, float>(product, index);
    } else if (product.dtype == DType::BFloat16) {
      multiply_one<BFloat16, float>(product, index);
    } else {
      multiply_one<float, float>(product, index);
    }
  }
}

}  // namespace

void multiply(const Product& product) {
  carry_out([product] { multiply_now(product); });
}

}  // namespace domino::cuda
