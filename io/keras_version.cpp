#include "domino/io/keras_version_internal.h"

#include <charconv>
#include <string>

#include "domino/core/check.h"
#include "domino/graph/warnings.h"

namespace domino {

void check_keras_version(std::string_view version) {
  constexpr int kFirstWithoutRecurrentMasks = 16;
  const char* const end = version.data() + version.size();
  int major = 0;
  int minor = 0;
  const auto dot = std::from_chars(version.data(), end, major);
  const bool reads = dot.ec == std::errc() && dot.ptr != end && *dot.ptr == '.' &&
                     std::from_chars(dot.ptr + 1, end, minor).ec == std::errc();
  check<IoError>(reads, "it says that Keras '{}' wrote it, which is no version", version);
  check<IoError>(
      major == 3,
      "it was written by Keras {}; Domino reads files of Keras 3: load it there and save "
      "it again",
      version);
  if (minor < kFirstWithoutRecurrentMasks) return;
  warn(fmt::format(
      "the model was saved by Keras {}; its masks travel by the rules of 3.15, in which "
      "recurrent layers hand masks on",
      version));
}

}  // namespace domino
