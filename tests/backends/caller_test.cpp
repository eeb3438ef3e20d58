#include "domino/backends/caller.h"

#include <gmock/gmock.h>

namespace domino {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST(CallerScope, NamesTheInnermostFirst) {
  const CallerScope outer([] { return "Sequential"; });
  {
    const CallerScope inner([] { return "Dense"; });
    EXPECT_THAT(CallerScope::titles(), ElementsAre("Dense", "Sequential"));
  }
  EXPECT_THAT(CallerScope::titles(), ElementsAre("Sequential"));
}

TEST(CallerScope, IsGoneAtItsEnd) { EXPECT_THAT(CallerScope::titles(), IsEmpty()); }

}  // namespace
}  // namespace domino
