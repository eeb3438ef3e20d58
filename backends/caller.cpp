#include "domino/backends/caller.h"

#include <utility>

namespace domino {
namespace {

thread_local CallerScope* innermost_caller = nullptr;

}  // namespace

CallerScope::CallerScope(Title title)
    : title_(std::move(title)), outer_(std::exchange(innermost_caller, this)) {}
CallerScope::~CallerScope() { innermost_caller = outer_; }

std::vector<std::string> CallerScope::titles() {
  std::vector<std::string> titles;
  for (const CallerScope* caller = innermost_caller; caller != nullptr; caller = caller->outer_) {
    titles.push_back(caller->title_());
  }
  return titles;
}

}  // namespace domino
