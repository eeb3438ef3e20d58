#pragma once

#include "domino/backends/backend.h"

namespace domino::meta {

/// The backend that computes nothing: while it is current, every op gives a meta tensor.
const Backend& meta_backend();

}  // namespace domino::meta
