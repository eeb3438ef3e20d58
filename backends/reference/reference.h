#pragma once

#include "domino/backends/backend.h"

/// Plain loops on the host: the meaning of every op, and the oracle of the tests.
///
/// Sums and products of floats are kept in double and rounded once, so that the oracle is more exact
/// than what it judges. Half types are moved here and computed nowhere: `run` widens them first.
namespace domino::reference {

/// A kernel for every op, taking every call that infer has accepted.
const KernelTable& kernels();

/// The backend "reference".
const Backend& reference_backend();

}  // namespace domino::reference
