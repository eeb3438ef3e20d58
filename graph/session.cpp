#include "domino/graph/session.h"

namespace domino {
namespace {
thread_local Session* innermost = nullptr;
}  // namespace

Session::Session() : outer_(std::exchange(innermost, this)) {}
Session::~Session() { innermost = outer_; }

Session* Session::current() { return innermost; }

Tensor Session::get(const void* layer, const std::string& name) const {
  const auto it = states_.find({layer, name});
  return it == states_.end() ? Tensor() : it->second;
}

void Session::set(const void* layer, const std::string& name, Tensor value) {
  states_[{layer, name}] = std::move(value);
}

}  // namespace domino
