#include "domino/graph/warnings.h"

#include <cstdio>
#include <mutex>
#include <utility>

namespace domino {
namespace {

std::mutex sink_mutex;
WarningSink& sink() {
  static WarningSink current;
  return current;
}

}  // namespace

WarningSink set_warning_sink(WarningSink replacement) {
  const std::lock_guard lock(sink_mutex);
  return std::exchange(sink(), std::move(replacement));
}

void warn(const std::string& text) {
  WarningSink current;
  {
    const std::lock_guard lock(sink_mutex);
    current = sink();
  }
  if (current) return current(text);
  std::fprintf(stderr, "domino: warning: %s\n", text.c_str());
}

}  // namespace domino
