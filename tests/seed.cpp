// Every test starts from the same random weights, alone or among others.

#include <gtest/gtest.h>

#include "domino/core/random.h"

namespace domino {
namespace {

class SameSeed final : public ::testing::EmptyTestEventListener {
  void OnTestStart(const ::testing::TestInfo&) override { set_random_seed(1); }
};

const bool kListens = [] {
  ::testing::UnitTest::GetInstance()->listeners().Append(new SameSeed);  // gtest deletes it
  return true;
}();

}  // namespace
}  // namespace domino
