#pragma once

#include <array>
#include <cstddef>
#include <functional>
#include <memory>
#include <string_view>
#include <vector>

#include "domino/backends/execution.h"
#include "domino/backends/op.h"
#include "domino/core/tensor.h"

namespace domino {

/// The kernels of a backend, op by op: each op has a list, the fastest first.
///
/// A kernel fills outputs that are already allocated with the shapes and dtypes of
/// backends/meta/infer.cpp, on inputs that infer has accepted.
class KernelTable {
 public:
  template <class Op>
  using Kernel = void (*)(const Op& op, op::Inputs inputs, op::Outputs outputs);
  template <class Op>
  using Accepts = bool (*)(const Op& op, op::Inputs inputs);

  /// Adds `kernel` behind those already there; without `accepts` it takes every call.
  template <class Op>
  void add(std::string_view owner, Kernel<Op> kernel, Accepts<Op> accepts = nullptr);

  /// A kernel that follows the maps of packed operands itself, and makes its outputs, which may be
  /// packed. Where one takes a call it goes before all others.
  template <class Op>
  using PackedKernel = Tensors (*)(const Op& op, op::Inputs inputs);
  template <class Op>
  void add_packed(std::string_view owner, PackedKernel<Op> kernel, Accepts<Op> accepts);

  /// Adds every kernel of `other` behind those already there.
  void append(const KernelTable& other);

  /// One kernel: who owns it, what it takes, what it does.
  struct Row {
    std::string_view owner;
    std::function<bool(const op::Operation&, op::Inputs)> accepts;
    std::function<void(const op::Operation&, op::Inputs, op::Outputs)> run;
  };
  /// The first kernel that takes this call, or null.
  const Row* find(const op::Operation& operation, op::Inputs inputs) const;

  struct PackedRow {
    std::string_view owner;
    std::function<bool(const op::Operation&, op::Inputs)> accepts;
    std::function<Tensors(const op::Operation&, op::Inputs)> run;
  };
  const PackedRow* find_packed(const op::Operation& operation, op::Inputs inputs) const;

 private:
  std::array<std::vector<Row>, std::variant_size_v<op::Operation>> rows_;
  std::array<std::vector<PackedRow>, std::variant_size_v<op::Operation>> packed_rows_;
};

/// Carries ops out somewhere: where tensors lie, and the kernels that work there. Strings lie on the
/// host, whatever the backend: upload and download give them back as they are.
class Backend {
 public:
  virtual ~Backend() = default;
  virtual std::string_view name() const = 0;
  virtual Device device() const = 0;
  /// Which of the devices of that kind.
  virtual int device_index() const { return 0; }
  virtual Tensor allocate(Shape shape, DType dtype) const = 0;
  /// A copy of a host tensor on this device, or the tensor itself where the device is the host.
  virtual Tensor upload(const Tensor& host) const = 0;
  virtual Tensor download(const Tensor& tensor) const = 0;
  /// Throws DeviceError if this backend cannot carry ops out so, saying which one can.
  virtual void check_execution(const Execution& execution) const;
  virtual const KernelTable& kernels() const = 0;

  /// While this is held, the thread computes here (BackendScope).
  virtual std::shared_ptr<void> enter() const { return nullptr; }
  /// While this is held, what the thread asks of the device is done beside what other threads ask, and
  /// behind what was asked before without a lane. What an error leaves there is forgotten at its end.
  virtual std::shared_ptr<void> open_lane() const { return nullptr; }
};

/// The backend called `name` ("reference", "onednn", "guarded", "cuda", "cuda:0", "cuda:1", and so on, where
/// "cuda" is the first; "cpu" is the best for the host, and "meta" computes sizes only).
/// Throws DeviceError listing the backends that this build has, or saying why "cuda" cannot be used.
const Backend& backend(std::string_view name);
/// Names of the backends with numbers that this build has; "cuda" only where there is a device.
std::vector<std::string_view> available_backends();

/// The backend that this thread's ops run on: "cpu", unless a BackendScope says otherwise.
const Backend& current_backend();

/// Makes `backend` this thread's current one until the end of the scope.
class BackendScope {
 public:
  explicit BackendScope(const Backend& backend);
  ~BackendScope();
  BackendScope(const BackendScope&) = delete;
  BackendScope& operator=(const BackendScope&) = delete;

 private:
  std::shared_ptr<void> entered_;
  const Backend* previous_;
};

/// The copy of a host tensor on the current backend, made once and kept beside it: for weights, and
/// for what a layer's options hold.
Tensor resident(const Tensor& host);

/// Hears of every kernel run by this thread until the end of the scope, and of what it reads; nested ones
/// all hear.
class OpObserver {
 public:
  using Hear = std::function<void(const op::Operation& operation, std::string_view owner,
                                  op::Inputs inputs)>;
  explicit OpObserver(Hear hear);
  ~OpObserver();
  OpObserver(const OpObserver&) = delete;
  OpObserver& operator=(const OpObserver&) = delete;

  /// Tells those of this thread.
  static void tell(const op::Operation& operation, std::string_view owner, op::Inputs inputs);
  /// Whether this thread has one.
  static bool is_any();

 private:
  Hear hear_;
  OpObserver* outer_;
};

/// Whether the reference carries an op out on the host, whatever the device: what reads strings, and
/// look-ups and hashes of numbers.
bool runs_on_host(const op::Operation& operation, op::Inputs inputs);

/// Carries out one op: infers its outputs; on meta operands returns meta tensors, else allocates the
/// outputs on the current backend and runs its kernel. Packed operands stay packed where that is
/// possible (backends/packing.h). Half types are computed in float32. What runs on the host reads
/// downloaded numbers, and gives uploaded ones; an output whose size depends on the strings is allocated
/// by the kernel.
///
/// Throws what infer and the kernel throw, and DeviceError if an operand lies elsewhere or the
/// backend has no kernel for the call.
Tensors run(const op::Operation& operation, const Tensors& inputs);

template <class Op>
void KernelTable::add(std::string_view owner, Kernel<Op> kernel, Accepts<Op> accepts) {
  const std::size_t index = op::Operation(Op{}).index();
  rows_[index].push_back(
      {owner,
       [accepts](const op::Operation& operation, op::Inputs inputs) {
         return accepts == nullptr || accepts(std::get<Op>(operation), inputs);
       },
       [kernel](const op::Operation& operation, op::Inputs inputs, op::Outputs outputs) {
         kernel(std::get<Op>(operation), inputs, outputs);
       }});
}

template <class Op>
void KernelTable::add_packed(std::string_view owner, PackedKernel<Op> kernel, Accepts<Op> accepts) {
  const std::size_t index = op::Operation(Op{}).index();
  packed_rows_[index].push_back({owner,
                                 [accepts](const op::Operation& operation, op::Inputs inputs) {
                                   return accepts(std::get<Op>(operation), inputs);
                                 },
                                 [kernel](const op::Operation& operation, op::Inputs inputs) {
                                   return kernel(std::get<Op>(operation), inputs);
                                 }});
}

}  // namespace domino
