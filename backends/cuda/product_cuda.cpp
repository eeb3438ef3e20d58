// The products of backends/cuda on a GPU: cuBLASLt.

#include <cublasLt.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <map>
#include <mutex>
#include <optional>

#include "domino/backends/cuda/ladder.h"
#include "domino/backends/cuda/runtime.h"
#include "domino/backends/cuda/streams.h"
#include "domino/core/check.h"

namespace domino::cuda {
namespace {

constexpr std::size_t kMostWorkspace = std::size_t{32} << 20;
constexpr std::size_t kMostRemembered = 4096;
/// cuBLASLt has kernels that count the matrices of a batch in 16 bits.
constexpr std::int64_t kMostMatrices = (1 << 16) - 1;

void check_product(cublasStatus_t status) {
  check<DeviceError>(status == CUBLAS_STATUS_SUCCESS, "cuda: a product failed: {}",
                     cublasLtGetStatusString(status));
}

/// A handle works on the device on which it was made.
cublasLtHandle_t handle() {
  static std::mutex mutex;
  static std::map<int, cublasLtHandle_t> handles;
  const std::lock_guard lock(mutex);
  cublasLtHandle_t& handle = handles[this_device()];
  if (handle == nullptr) check_product(cublasLtCreate(&handle));
  return handle;
}

/// As far as cuBLASLt distinguishes.
std::uint32_t alignment_of(const void* memory) {
  const auto address = reinterpret_cast<std::uintptr_t>(memory);
  return static_cast<std::uint32_t>(std::min<std::uintptr_t>(address & -address, 256));
}

/// The most that holds for all that is written by, or read with, a row of c. PyTorch found that the
/// pointer of a bias counts, too.
std::uint32_t alignment_of_rows(const Product& p) {
  const std::uint32_t c = alignment_of(p.c);
  return p.bias == nullptr ? c : std::min(c, alignment_of(p.bias));
}

cudaDataType_t type_of(DType operands) {
  switch (operands) {
    case DType::Float64:
      return CUDA_R_64F;
    case DType::Float16:
      return CUDA_R_16F;
    case DType::BFloat16:
      return CUDA_R_16BF;
    default:
      return CUDA_R_32F;
  }
}

cublasComputeType_t compute_type(const Product& p) {
  if (p.dtype == DType::Float64) return CUBLAS_COMPUTE_64F;
  const bool tf32 = p.tf32 && p.dtype == DType::Float32;
  return tf32 ? CUBLAS_COMPUTE_32F_FAST_TF32 : CUBLAS_COMPUTE_32F;
}

using Algorithm = cublasLtMatmulHeuristicResult_t;

/// What cuBLASLt calls a product. It counts column by column: a matrix row by row is its transpose, so that
/// the transpose of c is asked for, of b by a.
class Description {
 public:
  explicit Description(const Product& p)
      : type_(p.dtype == DType::Float64 ? CUDA_R_64F : CUDA_R_32F) {
    check_product(cublasLtMatmulDescInit(&operation_, compute_type(p), type_));
    set(CUBLASLT_MATMUL_DESC_TRANSA, p.b.transposed ? CUBLAS_OP_T : CUBLAS_OP_N);
    set(CUBLASLT_MATMUL_DESC_TRANSB, p.a.transposed ? CUBLAS_OP_T : CUBLAS_OP_N);
    set(CUBLASLT_MATMUL_DESC_EPILOGUE, epilogue_of(p));
    if (p.bias != nullptr) set(CUBLASLT_MATMUL_DESC_BIAS_POINTER, p.bias);
    lay_out(b_, type_of(p.dtype), p.b, p.k, p.n, p.batch);
    lay_out(a_, type_of(p.dtype), p.a, p.m, p.k, p.batch);
    lay_out(c_, type_, {.row_stride = p.c_row_stride, .batch_stride = p.c_batch_stride}, p.m, p.n,
            p.batch);
  }

  Algorithm ask_for_algorithm(const Product& p);
  /// An algorithm found for another number of rows, with the workspace that it takes here; none if it cannot
  /// be taken.
  std::optional<Algorithm> take_over(const Algorithm& found);
  void run(const Product& p, const Algorithm& with);

 private:
  static cublasLtEpilogue_t epilogue_of(const Product& p) {
    if (p.relu) return p.bias != nullptr ? CUBLASLT_EPILOGUE_RELU_BIAS : CUBLASLT_EPILOGUE_RELU;
    return p.bias != nullptr ? CUBLASLT_EPILOGUE_BIAS : CUBLASLT_EPILOGUE_DEFAULT;
  }

  template <class T>
  void set(cublasLtMatmulDescAttributes_t attribute, const T& value) {
    check_product(cublasLtMatmulDescSetAttribute(&operation_, attribute, &value, sizeof value));
  }

  /// `rows` and `columns` as the product reads them.
  static void lay_out(cublasLtMatrixLayoutOpaque_t& layout, cudaDataType_t type,
                      const Matrices& matrices, std::int64_t rows, std::int64_t columns,
                      std::int64_t batch) {
    if (matrices.transposed) std::swap(rows, columns);
    check_product(cublasLtMatrixLayoutInit(&layout, type, static_cast<std::uint64_t>(columns),
                                           static_cast<std::uint64_t>(rows), matrices.row_stride));
    const auto count = static_cast<std::int32_t>(batch);
    check_product(cublasLtMatrixLayoutSetAttribute(&layout, CUBLASLT_MATRIX_LAYOUT_BATCH_COUNT,
                                                   &count, sizeof count));
    check_product(
        cublasLtMatrixLayoutSetAttribute(&layout, CUBLASLT_MATRIX_LAYOUT_STRIDED_BATCH_OFFSET,
                                         &matrices.batch_stride, sizeof matrices.batch_stride));
  }

  cudaDataType_t type_;  ///< of c, and of a bias
  cublasLtMatmulDescOpaque_t operation_;
  cublasLtMatrixLayoutOpaque_t a_;
  cublasLtMatrixLayoutOpaque_t b_;
  cublasLtMatrixLayoutOpaque_t c_;
};

Algorithm Description::ask_for_algorithm(const Product& p) {
  cublasLtMatmulPreferenceOpaque_t preference;
  check_product(cublasLtMatmulPreferenceInit(&preference));
  const auto set = [&](cublasLtMatmulPreferenceAttributes_t attribute, const auto& value) {
    check_product(
        cublasLtMatmulPreferenceSetAttribute(&preference, attribute, &value, sizeof value));
  };
  set(CUBLASLT_MATMUL_PREF_MAX_WORKSPACE_BYTES, kMostWorkspace);
  set(CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_A_BYTES, alignment_of(p.b.numbers));
  set(CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_B_BYTES, alignment_of(p.a.numbers));
  set(CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_C_BYTES, alignment_of_rows(p));
  set(CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_D_BYTES, alignment_of_rows(p));
  Algorithm result;
  int found = 0;
  check_product(cublasLtMatmulAlgoGetHeuristic(handle(), &operation_, &b_, &a_, &c_, &c_,
                                               &preference, 1, &result, &found));
  check<DeviceError>(found > 0, "cuda: no product of ({}, {}) by ({}, {})", p.m, p.k, p.k, p.n);
  return result;
}

std::optional<Algorithm> Description::take_over(const Algorithm& found) {
  Algorithm here;
  const cublasStatus_t status =
      cublasLtMatmulAlgoCheck(handle(), &operation_, &b_, &a_, &c_, &c_, &found.algo, &here);
  if (status != CUBLAS_STATUS_SUCCESS || here.workspaceSize > kMostWorkspace) return std::nullopt;
  here.algo = found.algo;
  return here;
}

void Description::run(const Product& p, const Algorithm& with) {
  const double one = 1;
  const double carried = p.accumulate ? 1 : 0;
  const float one_float = 1;
  const auto carried_float = static_cast<float>(carried);
  const bool wide = type_ == CUDA_R_64F;
  std::byte* workspace = with.workspaceSize == 0 ? nullptr : allocate(with.workspaceSize);
  const cublasStatus_t status = cublasLtMatmul(
      handle(), &operation_, wide ? static_cast<const void*>(&one) : &one_float, p.b.numbers, &b_,
      p.a.numbers, &a_, wide ? static_cast<const void*>(&carried) : &carried_float, p.c, &c_, p.c,
      &c_, &with.algo, workspace, with.workspaceSize, stream());
  if (workspace != nullptr) release(workspace, stream());
  check_product(status);
}

/// All that an algorithm is chosen by.
using Key = std::array<std::int64_t, 19>;

Key key_of(const Product& p) {
  return {this_device(),
          static_cast<std::int64_t>(p.dtype),
          p.tf32,
          p.batch,
          p.m,
          p.n,
          p.k,
          p.a.row_stride,
          p.a.batch_stride,
          p.a.transposed,
          alignment_of(p.a.numbers),
          p.b.row_stride,
          p.b.batch_stride,
          p.b.transposed,
          alignment_of(p.b.numbers),
          p.c_row_stride,
          p.c_batch_stride,
          alignment_of_rows(p),
          (p.bias != nullptr ? 1 : 0) + (p.relu ? 2 : 0) + (p.accumulate ? 4 : 0)};
}

/// With as many rows as those of nearly its size have, where that changes nothing else.
Product on_rung(Product p) {
  constexpr std::int64_t kRungs = 4;
  if (p.batch == 1 && !p.a.transposed) p.m = rung_of(p.m, kRungs);
  return p;
}

/// Asking takes longer than a small product, and the rows of packed batches are ever others.
class Algorithms {
 public:
  Algorithm find(const Product& p, Description& description) {
    const std::lock_guard lock(mutex_);
    return find_or_choose(p, description);
  }

 private:
  Algorithm find_or_choose(const Product& p, Description& description) {
    const Key key = key_of(p);
    if (const auto found = remembered_.find(key); found != remembered_.end()) return found->second;
    const Algorithm chosen = choose(p, description);
    if (remembered_.size() >= kMostRemembered) remembered_.clear();
    return remembered_.emplace(key, chosen).first->second;
  }

  Algorithm choose(const Product& p, Description& description) {
    const Product near = on_rung(p);
    if (near.m == p.m) return description.ask_for_algorithm(p);
    Description of_near(near);
    const auto taken = description.take_over(find_or_choose(near, of_near));
    return taken ? *taken : description.ask_for_algorithm(p);
  }

  std::mutex mutex_;
  std::map<Key, Algorithm> remembered_;
};

/// From matrix `begin` on, as many as are multiplied at once.
Product some_matrices(Product p, std::int64_t begin) {
  const auto bytes = static_cast<std::int64_t>(size_of(p.dtype));
  const auto bytes_of_c =
      static_cast<std::int64_t>(p.dtype == DType::Float64 ? sizeof(double) : sizeof(float));
  p.batch = std::min(p.batch - begin, kMostMatrices);
  p.a.numbers = static_cast<const std::byte*>(p.a.numbers) + begin * p.a.batch_stride * bytes;
  p.b.numbers = static_cast<const std::byte*>(p.b.numbers) + begin * p.b.batch_stride * bytes;
  p.c = static_cast<std::byte*>(p.c) + begin * p.c_batch_stride * bytes_of_c;
  return p;
}

/// Where there is one matrix of each, their distances say nothing, but differ.
Product without_distances(Product p) {
  if (p.batch == 1) p.a.batch_stride = p.b.batch_stride = p.c_batch_stride = 0;
  return p;
}

}  // namespace

void multiply(const Product& product) {
  static Algorithms algorithms;
  for (std::int64_t begin = 0; begin < product.batch; begin += kMostMatrices) {
    const Product p = without_distances(some_matrices(product, begin));
    Description description(p);
    description.run(p, algorithms.find(p, description));
  }
}

}  // namespace domino::cuda
