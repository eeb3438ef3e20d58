#pragma once

#include <string_view>

namespace domino {

/// Warns of files of Keras 3.16 and later, which Domino runs by the rules of 3.15. Throws IoError for
/// those of Keras 2 and for what is no version.
void check_keras_version(std::string_view version);

}  // namespace domino
