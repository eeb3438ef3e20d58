#include <utility>

#include "domino/backends/late_errors_internal.h"

namespace domino {
namespace {

thread_local bool tells_later = false;
thread_local bool are_of_map = false;
thread_local const WholeCall* whole_call = nullptr;

}  // namespace

TellLater::TellLater() : before_(std::exchange(tells_later, true)) {}
TellLater::~TellLater() { tells_later = before_; }
bool TellLater::is_asked() { return tells_later; }

IndicesOfMap::IndicesOfMap() : before_(std::exchange(are_of_map, true)) {}
IndicesOfMap::~IndicesOfMap() { are_of_map = before_; }
bool IndicesOfMap::are_given() { return are_of_map; }

WholeCall::WholeCall(const op::Operation& operation, const Tensors& inputs)
    : operation_(operation), inputs_(inputs), outer_(whole_call) {
  if (outer_ == nullptr) whole_call = this;
}
WholeCall::~WholeCall() { whole_call = outer_; }
const WholeCall* WholeCall::current() { return whole_call; }

}  // namespace domino
