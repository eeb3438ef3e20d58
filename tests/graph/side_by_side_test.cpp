#include "domino/graph/side_by_side_internal.h"

#include <gtest/gtest.h>

#include <array>
#include <stdexcept>
#include <thread>

#include "domino/backends/backend.h"
#include "domino/backends/execution.h"
#include "domino/core/threads.h"
#include "domino/graph/mask_rules.h"
#include "domino/graph/session.h"

namespace domino {
namespace {

TEST(SideBySide, WhatIsSetHoldsForBoth) {
  const ThreadScope threads(2);
  const BackendScope on(backend("reference"));
  const ExecutionScope as({.packing = false, .strict = true});
  const RulesScope by(MaskRules::Keras);
  std::array<bool, 2> holds{};
  const auto look = [&](std::size_t i) {
    holds[i] = &current_backend() == &backend("reference") && !execution().packing &&
               execution().strict && current_rules() == MaskRules::Keras;
  };
  side_by_side([&] { look(0); }, [&] { look(1); });
  EXPECT_TRUE(holds[0]);
  EXPECT_TRUE(holds[1]);
}

TEST(SideBySide, BothStayOnThisThreadIfSomebodyFollowsIt) {
  const ThreadScope threads(2);
  std::array<std::thread::id, 2> ids;
  const auto run = [&] {
    side_by_side([&] { ids[0] = std::this_thread::get_id(); },
                 [&] { ids[1] = std::this_thread::get_id(); });
  };
  const auto own = std::array{std::this_thread::get_id(), std::this_thread::get_id()};
  {
    const Session session;
    run();
    EXPECT_EQ(ids, own);
  }
  const OpObserver observer([](const op::Operation&, std::string_view, op::Inputs) {});
  ids = {};
  run();
  EXPECT_EQ(ids, own);
}

TEST(SideBySide, TheFirstOneToFailIsHeard) {
  const ThreadScope threads(2);
  try {
    side_by_side([] { throw std::runtime_error("first"); },
                 [] { throw std::runtime_error("second"); });
    FAIL();
  } catch (const std::runtime_error& error) {
    EXPECT_STREQ(error.what(), "first");
  }
}

TEST(SideBySide, WhatTheyThrowIsThrown) {
  for (const int count : {1, 2}) {
    const ThreadScope threads(count);
    EXPECT_THROW(side_by_side([] { throw std::runtime_error("first"); }, [] {}),
                 std::runtime_error);
    EXPECT_THROW(side_by_side([] {}, [] { throw std::runtime_error("second"); }),
                 std::runtime_error);
  }
}

}  // namespace
}  // namespace domino
