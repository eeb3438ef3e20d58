#pragma once

#include <gtest/gtest.h>

#include "domino/backends/cuda/kernel.h"

namespace domino::cuda {

/// A test that runs twice: with the threads of each block in order, and from the last to the first.
class InEitherOrder : public ::testing::TestWithParam<bool> {
 protected:
  InEitherOrder() { threads_in_reverse = GetParam(); }
  ~InEitherOrder() override { threads_in_reverse = false; }
};

inline std::string name_of_order(bool reverse) { return reverse ? "reverse" : "forward"; }

}  // namespace domino::cuda
