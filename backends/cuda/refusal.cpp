#include "domino/backends/cuda/refusal.h"

#include <algorithm>
#include <array>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "domino/backends/caller.h"
#include "domino/backends/cuda/cuda.h"
#include "domino/backends/cuda/memory.h"
#include "domino/backends/cuda/runtime.h"
#include "domino/backends/cuda/streams.h"
#include "domino/backends/late_errors_internal.h"
#include "domino/backends/packing.h"
#include "domino/backends/reference/reference.h"
#include "domino/core/check.h"

namespace domino::cuda {
namespace {

constexpr std::int64_t kMostWatched = 64;

struct Call {
  op::Operation operation;
  Tensors inputs;
  std::vector<std::string> callers;
};

/// The calls that are watched, a flag on the device for each, and those before that refused something.
struct Watched {
  std::vector<Call> calls;
  Tensor flags;
  std::vector<Call> refused;
};

Watched& watched_here() {
  thread_local std::map<int, Watched> by_device;
  return by_device[this_device()];
}

/// Sets aside what is watched, until its end.
class Before {
 public:
  explicit Before(Watched& here) : here_(here), watched_(std::exchange(here, {})) {}
  ~Before() { here_ = std::move(watched_); }
  Before(const Before&) = delete;
  Before& operator=(const Before&) = delete;

 private:
  Watched& here_;
  Watched watched_;
};

/// Looks which calls refused something, and forgets the others.
void look_back(Watched& watched) {
  if (watched.calls.empty()) return;
  std::array<std::byte, kMostWatched> raised;
  copy_to_host(raised.data(), watched.flags.storage()->bytes(), watched.calls.size());
  for (std::size_t i = 0; i < watched.calls.size(); ++i) {
    if (raised[i] != std::byte{}) watched.refused.push_back(std::move(watched.calls[i]));
  }
  watched.calls.clear();
}

bool is_packed(const Tensor& x) { return x.defined() && x.is_packed(); }

Tensors downloaded(const Tensors& tensors) {
  const BackendScope here(cuda_backend(this_device()));
  Tensors copies;
  for (const Tensor& x : tensors) copies.push_back(x.defined() ? download(unpack(x)) : x);
  return copies;
}

/// Says why as the reference does, which meets the same numbers.
void explain(const Call& call) {
  const Tensors inputs = downloaded(call.inputs);
  const BackendScope reference(reference::reference_backend());
  try {
    run(call.operation, inputs);
  } catch (Error& error) {
    for (const std::string& caller : call.callers) error.add_context(caller);
    throw;
  }
  check<ValueError>(std::ranges::any_of(call.inputs, is_packed),
                    "{}: a number is refused on the GPU but not by the reference",
                    op::name_of(call.operation));
}

}  // namespace

Refusal watch(const op::Operation& operation, op::Inputs inputs) {
  Watched& watched = watched_here();
  if (std::ssize(watched.calls) == kMostWatched) look_back(watched);
  // Flags of the stream in which the calls are.
  if (watched.calls.empty()) watched.flags = empty({kMostWatched}, DType::Bool);
  std::byte* flag = watched.flags.storage()->bytes() + watched.calls.size();
  fill_with_zeros(flag, 1);
  const WholeCall* whole = WholeCall::current();
  watched.calls.push_back(
      {whole != nullptr ? whole->operation() : operation,
       whole != nullptr ? whole->inputs() : Tensors(inputs.begin(), inputs.end()),
       CallerScope::titles()});
  return {reinterpret_cast<bool*>(flag)};
}

void throw_refused() {
  Watched& watched = watched_here();
  look_back(watched);
  for (const Call& call : std::exchange(watched.refused, {})) explain(call);
}

RefusalScope::RefusalScope() : before_(std::make_shared<Before>(watched_here())) {}

}  // namespace domino::cuda
