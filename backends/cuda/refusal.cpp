#include "domino/backends/cuda/refusal.h"

#include <algorithm>
#include <array>
#include <string>
#include <utility>
#include <vector>

#include "domino/backends/caller.h"
#include "domino/backends/cuda/memory.h"
#include "domino/backends/cuda/runtime.h"
#include "domino/backends/reference/reference.h"
#include "domino/core/check.h"

namespace domino::cuda {
namespace {

constexpr std::size_t kMostWatched = 64;

struct Call {
  op::Operation operation;
  Tensors inputs;
  std::vector<std::string> callers;
};

/// The calls that are watched, and a flag on the device for each.
struct Watched {
  std::vector<Call> calls;
  Tensor flags;
};

thread_local Watched watched;

std::byte* flags() {
  if (!watched.flags.defined()) {
    watched.flags = empty({static_cast<std::int64_t>(kMostWatched)}, DType::Bool);
  }
  return watched.flags.storage()->bytes();
}

/// Says why as the reference does, which meets the same numbers.
[[noreturn]] void explain(const Call& call) {
  Tensors inputs;
  for (const Tensor& input : call.inputs) {
    inputs.push_back(input.defined() ? download(input) : input);
  }
  const BackendScope reference(reference::reference_backend());
  try {
    run(call.operation, inputs);
  } catch (Error& error) {
    for (const std::string& caller : call.callers) error.add_context(caller);
    throw;
  }
  fail<ValueError>("{}: a number is refused on the GPU but not by the reference",
                   op::name_of(call.operation));
}

}  // namespace

Refusal watch(const op::Operation& operation, op::Inputs inputs) {
  if (watched.calls.size() == kMostWatched) throw_refused();
  std::byte* flag = flags() + watched.calls.size();
  fill_with_zeros(flag, 1);
  watched.calls.push_back(
      {operation, Tensors(inputs.begin(), inputs.end()), CallerScope::titles()});
  return {reinterpret_cast<bool*>(flag)};
}

void throw_refused() {
  if (watched.calls.empty()) return;
  std::array<std::byte, kMostWatched> raised;
  copy_to_host(raised.data(), flags(), watched.calls.size());
  const std::vector<Call> calls = std::exchange(watched.calls, {});
  for (std::size_t i = 0; i < calls.size(); ++i) {
    if (raised[i] != std::byte{}) explain(calls[i]);
  }
}

}  // namespace domino::cuda
