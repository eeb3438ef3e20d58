#pragma once

#include <string>

#include "domino/graph/warnings.h"

namespace domino::testing {

/// While it lives, nobody hears of masks that are lost.
class Quiet {
 public:
  Quiet() : before_(set_warning_sink([](const std::string&) {})) {}
  ~Quiet() { set_warning_sink(before_); }
  Quiet(const Quiet&) = delete;
  Quiet& operator=(const Quiet&) = delete;

 private:
  WarningSink before_;
};

}  // namespace domino::testing
