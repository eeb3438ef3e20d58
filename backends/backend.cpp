#include "domino/backends/backend.h"

#include <algorithm>
#include <charconv>
#include <optional>
#include <utility>

#include "domino/backends/cuda/cuda.h"
#include "domino/backends/guarded/guarded.h"
#include "domino/backends/meta/infer.h"
#include "domino/backends/meta/meta.h"
#include "domino/backends/meta/trace.h"
#include "domino/backends/onednn/onednn.h"
#include "domino/backends/packed_ops_internal.h"
#include "domino/backends/packing.h"
#include "domino/backends/reference/reference.h"
#include "domino/core/check.h"

namespace domino {
namespace {

thread_local const Backend* current = nullptr;
thread_local OpObserver* innermost_observer = nullptr;

std::vector<const Backend*> backends_on_host() {
  return {&onednn::onednn_backend(), &reference::reference_backend(), &guarded::guarded_backend()};
}

/// The device that "cuda" or "cuda:1" names.
std::optional<int> cuda_device(std::string_view name) {
  constexpr std::string_view kCuda = "cuda";
  if (name == kCuda) return 0;
  if (!name.starts_with("cuda:")) return std::nullopt;
  name.remove_prefix(kCuda.size() + 1);
  int device = 0;
  const auto [end, error] = std::from_chars(name.begin(), name.end(), device);
  return error == std::errc() && end == name.end() ? std::optional(device) : std::nullopt;
}

/// Ops that only move numbers take half types as they are; all others compute in float32.
bool moves_only(const op::Operation& operation) {
  return std::visit(
      []<class Op>(const Op&) {
        using namespace op;
        return std::is_same_v<Op, Cast> || std::is_same_v<Op, Transpose> ||
               std::is_same_v<Op, Slice> || std::is_same_v<Op, Concatenate> ||
               std::is_same_v<Op, Take> || std::is_same_v<Op, BroadcastTo> ||
               std::is_same_v<Op, Full> || std::is_same_v<Op, Embedding>;
      },
      operation);
}

bool has_half(const Tensors& inputs) {
  return std::ranges::any_of(
      inputs, [](const Tensor& x) { return x.defined() && is_storage_only(x.dtype()); });
}

bool has_meta(const Tensors& inputs) {
  return std::ranges::any_of(inputs, [](const Tensor& x) { return x.defined() && x.is_meta(); });
}

Tensor cast_to(const Tensor& x, DType dtype) { return run(op::Cast{.to = dtype}, {x}).front(); }

Tensors run_in_float32(const op::Operation& operation, Tensors inputs,
                       const std::vector<meta::TensorSpec>& specs) {
  for (Tensor& x : inputs) {
    if (x.defined() && is_storage_only(x.dtype())) x = cast_to(x, DType::Float32);
  }
  Tensors outputs = run(operation, inputs);
  for (std::size_t i = 0; i < outputs.size(); ++i) {
    if (outputs[i].dtype() != specs[i].dtype) outputs[i] = cast_to(outputs[i], specs[i].dtype);
  }
  return outputs;
}

Tensors run_on_meta(const op::Operation& operation, const Tensors& inputs,
                    const std::vector<meta::TensorSpec>& specs) {
  Tensors outputs;
  for (const auto& [shape, dtype] : specs) {
    const ValueNumber value = op::value_number(operation, inputs, static_cast<int>(outputs.size()));
    outputs.push_back(Tensor::meta(meta::with_unknown_sizes(shape), dtype, value));
    meta::Trace::note(outputs.back(), operation, inputs);
  }
  return outputs;
}

/// Whether an op is one on texts, even where they are numbers that it reads as decimal text.
bool is_on_texts(const op::Operation& operation) {
  return std::holds_alternative<op::Lookup>(operation) ||
         std::holds_alternative<op::Tokenize>(operation) ||
         std::holds_alternative<op::HashBucket>(operation) ||
         std::holds_alternative<op::HashCross>(operation);
}

bool has_strings(op::Inputs inputs) {
  return std::ranges::any_of(
      inputs, [](const Tensor& x) { return x.defined() && x.dtype() == DType::String; });
}

/// "cuda" or "cuda:1".
template <class Placed>
std::string place_of(const Placed& x) {
  const std::string_view kind = name_of(x.device());
  return x.device_index() == 0 ? std::string(kind) : fmt::format("{}:{}", kind, x.device_index());
}

void check_devices(const op::Operation& operation, const Tensors& inputs, const Backend& backend) {
  for (const Tensor& x : inputs) {
    if (!x.defined()) continue;
    const bool on_host = x.device() == Device::Host;
    check<DeviceError>(
        x.device() == backend.device() && x.device_index() == backend.device_index(),
        "{}: a tensor {} lies on '{}', but backend '{}' computes on '{}'; {}",
        op::name_of(operation), x.shape(), place_of(x), backend.name(), place_of(backend),
        on_host ? "upload it first, in a layer with domino::resident" : "download it first");
  }
}

bool any_packed(const Tensors& inputs) {
  return std::ranges::any_of(inputs, [](const Tensor& x) { return x.defined() && x.is_packed(); });
}

/// By a kernel that follows maps, or on the rows of what is packed; none if neither can be.
std::optional<Tensors> run_packed(const op::Operation& operation, const Tensors& inputs,
                                  const std::vector<meta::TensorSpec>& specs,
                                  const Backend& backend) {
  if (const auto* row = backend.kernels().find_packed(operation, inputs)) {
    check_devices(operation, inputs, backend);
    OpObserver::tell(operation, row->owner, inputs);
    return row->run(operation, inputs);
  }
  if (!any_packed(inputs) || specs.size() != 1) return std::nullopt;
  auto output = run_on_rows(operation, inputs, specs.front().shape);
  return output ? std::optional(Tensors{*std::move(output)}) : std::nullopt;
}

/// Carries the op out where its operands lie.
Tensors run_there(const op::Operation& operation, const Tensors& inputs,
                  const std::vector<meta::TensorSpec>& specs, const Backend& backend) {
  check_devices(operation, inputs, backend);
  const KernelTable::Row* row = backend.kernels().find(operation, inputs);
  check<DeviceError>(row != nullptr, "backend '{}' cannot carry out {}", backend.name(),
                     op::name_of(operation));
  Tensors outputs;
  for (const auto& [shape, dtype] : specs) {
    outputs.push_back(shape.known() ? backend.allocate(shape, dtype) : Tensor());
  }
  OpObserver::tell(operation, row->owner, inputs);
  row->run(operation, inputs, outputs);
  return outputs;
}

Tensors run_on_host(const op::Operation& operation, Tensors inputs,
                    const std::vector<meta::TensorSpec>& specs, const Backend& backend) {
  for (Tensor& x : inputs) {
    if (x.defined() && x.device() != Device::Host) x = backend.download(unpack(x));
  }
  Tensors outputs = run_there(operation, inputs, specs, reference::reference_backend());
  for (Tensor& output : outputs) output = backend.upload(output);
  return outputs;
}

}  // namespace

void Backend::check_execution(const Execution& execution) const {
  check<DeviceError>(execution.products == Products::Float32,
                     "'{}' multiplies in float32 alone; products in {} are computed on 'cuda'",
                     name(), name_of(execution.products));
  check<DeviceError>(!execution.cudnn, "'{}' does without cuDNN; 'cuda' can have it", name());
}

void KernelTable::append(const KernelTable& other) {
  for (std::size_t i = 0; i < rows_.size(); ++i) {
    rows_[i].insert(rows_[i].end(), other.rows_[i].begin(), other.rows_[i].end());
    packed_rows_[i].insert(packed_rows_[i].end(), other.packed_rows_[i].begin(),
                           other.packed_rows_[i].end());
  }
}

const KernelTable::Row* KernelTable::find(const op::Operation& operation, op::Inputs inputs) const {
  const auto& rows = rows_[operation.index()];
  const auto it =
      std::ranges::find_if(rows, [&](const Row& row) { return row.accepts(operation, inputs); });
  return it == rows.end() ? nullptr : &*it;
}

const KernelTable::PackedRow* KernelTable::find_packed(const op::Operation& operation,
                                                       op::Inputs inputs) const {
  const auto& rows = packed_rows_[operation.index()];
  const auto it = std::ranges::find_if(
      rows, [&](const PackedRow& row) { return row.accepts(operation, inputs); });
  return it == rows.end() ? nullptr : &*it;
}

std::vector<std::string_view> available_backends() {
  std::vector<std::string_view> names;
  for (const Backend* backend : backends_on_host()) names.push_back(backend->name());
  if (cuda::device_count() > 0) names.emplace_back("cuda");
  return names;
}

const Backend& backend(std::string_view name) {
  if (name == "cpu") return onednn::onednn_backend();
  if (name == "meta") return meta::meta_backend();
  if (const auto device = cuda_device(name)) return cuda::cuda_backend(*device);
  for (const Backend* backend : backends_on_host()) {
    if (backend->name() == name) return *backend;
  }
  fail<DeviceError>("this build has no backend '{}'; it has cpu, {}", name,
                    fmt::join(available_backends(), ", "));
}

const Backend& current_backend() {
  return current != nullptr ? *current : onednn::onednn_backend();
}

BackendScope::BackendScope(const Backend& backend)
    : entered_(backend.enter()), previous_(std::exchange(current, &backend)) {}
BackendScope::~BackendScope() { current = previous_; }

Tensor resident(const Tensor& host) {
  const Backend& backend = current_backend();
  const bool stays = host.dtype() == DType::String && backend.device() != Device::Meta;
  if (stays || backend.device() == host.device()) return host;
  if (backend.device() == Device::Meta) return backend.upload(host);
  const auto copy = host.storage()->attachment(fmt::format("copy on {}", backend.name()), [&] {
    return std::make_shared<Tensor>(backend.upload(host));
  });
  return *std::static_pointer_cast<Tensor>(copy);
}

OpObserver::OpObserver(Hear hear)
    : hear_(std::move(hear)), outer_(std::exchange(innermost_observer, this)) {}
OpObserver::~OpObserver() { innermost_observer = outer_; }

bool OpObserver::is_any() { return innermost_observer != nullptr; }

void OpObserver::tell(const op::Operation& operation, std::string_view owner, op::Inputs inputs) {
  for (OpObserver* observer = innermost_observer; observer != nullptr;
       observer = observer->outer_) {
    observer->hear_(operation, owner, inputs);
  }
}

bool runs_on_host(const op::Operation& operation, op::Inputs inputs) {
  return has_strings(inputs) || is_on_texts(operation);
}

Tensors run(const op::Operation& operation, const Tensors& inputs) {
  const std::vector<meta::TensorSpec> specs = meta::infer(operation, inputs);
  const Backend& backend = current_backend();
  if (backend.device() == Device::Meta || has_meta(inputs)) {
    return run_on_meta(operation, inputs, specs);
  }
  if (has_strings(inputs) || (is_on_texts(operation) && backend.device() != Device::Host)) {
    return run_on_host(operation, inputs, specs, backend);
  }
  if (has_half(inputs) && !moves_only(operation)) return run_in_float32(operation, inputs, specs);
  if (auto outputs = run_packed(operation, inputs, specs, backend)) return *std::move(outputs);
  Tensors whole;
  for (const Tensor& x : inputs) whole.push_back(unpack(x));
  return run_there(operation, whole, specs, backend);
}

}  // namespace domino
