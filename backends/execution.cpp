#include "domino/backends/execution.h"

#include <utility>

namespace domino {
namespace {

thread_local Execution of_thread;

}  // namespace

std::string_view name_of(Products products) {
  switch (products) {
    case Products::TF32:
      return "tf32";
    case Products::Float16:
      return "float16";
    case Products::BFloat16:
      return "bfloat16";
    default:
      return "float32";
  }
}

const Execution& execution() { return of_thread; }
ExecutionScope::ExecutionScope(const Execution& execution)
    : before_(std::exchange(of_thread, execution)) {}
ExecutionScope::~ExecutionScope() { of_thread = before_; }

}  // namespace domino
