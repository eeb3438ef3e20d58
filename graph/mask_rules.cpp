#include "domino/graph/mask_rules.h"

#include <utility>

namespace domino {
namespace {
thread_local MaskRules current = MaskRules::Intended;
}  // namespace

std::string_view name_of(MaskRules rules) {
  return rules == MaskRules::Intended ? "intended" : "keras";
}

MaskRules current_rules() { return current; }

RulesScope::RulesScope(MaskRules rules) : previous_(std::exchange(current, rules)) {}
RulesScope::~RulesScope() { current = previous_; }

}  // namespace domino
