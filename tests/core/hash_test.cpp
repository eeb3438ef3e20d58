#include "domino/core/hash.h"

#include <gtest/gtest.h>

#include <string_view>

namespace domino {
namespace {

TEST(HasherTest, TakesALiteralForItsText) {
  EXPECT_EQ(Hasher().add("input").value(), Hasher().add(std::string_view("input")).value());
  EXPECT_NE(Hasher().add("input").value(), Hasher().add("storage").value());
  EXPECT_NE(Hasher().add("input").value(), Hasher().add(true).value());
}

}  // namespace
}  // namespace domino
