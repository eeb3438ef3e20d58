#pragma once

#include <string>

#include "tests/error_of.h"

namespace domino::testing {

/// Does in Domino what tests/parity/record.py did in Keras, and expects the same values, masks,
/// warnings, errors, and results of consumers: case by case, on every backend of this build,
/// eagerly and in models, under Keras' rules and the intended ones.
void expect_parity(const std::string& file);

/// Expects that every layer of the file gives back the configuration that Keras wrote, but for what
/// only training reads.
void expect_config_round_trip(const std::string& file);

}  // namespace domino::testing
