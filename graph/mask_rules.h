#pragma once

#include <cstdint>
#include <string_view>

namespace domino {

/// By which rules masks travel.
enum class MaskRules : std::uint8_t {
  Intended,  ///< the rules that Keras documents; the default for models built in C++
  Keras,     ///< Keras 3.15.1 as it is, accidents included (graph/accidents.h)
};
std::string_view name_of(MaskRules rules);

/// The rules of this thread's eager calls: Intended, unless a RulesScope or a running model says
/// otherwise.
MaskRules current_rules();

/// While it lives, this thread's eager calls follow `rules`: `RulesScope keras(MaskRules::Keras);`.
class RulesScope {
 public:
  explicit RulesScope(MaskRules rules);
  ~RulesScope();
  RulesScope(const RulesScope&) = delete;
  RulesScope& operator=(const RulesScope&) = delete;

 private:
  MaskRules previous_;
};

}  // namespace domino
