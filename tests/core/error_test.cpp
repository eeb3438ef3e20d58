#include "domino/core/error.h"

#include <gtest/gtest.h>

#include "domino/core/check.h"

namespace domino {
namespace {

TEST(ErrorTest, PutsLayersInFrontOfTheMessage) {
  ShapeError error("needs rank 3");
  EXPECT_STREQ(error.what(), "needs rank 3");
  error.add_context("Dense 'dense' on (2, 3)");
  EXPECT_STREQ(error.what(), "Dense 'dense' on (2, 3): needs rank 3");
  error.add_context("Sequential 'model'");
  EXPECT_STREQ(error.what(), "Sequential 'model': Dense 'dense' on (2, 3): needs rank 3");
  EXPECT_EQ(error.message(), "needs rank 3");
}

TEST(ErrorTest, KeepsItsTypeWhileContextIsAdded) {
  try {
    try {
      throw MaskError("lost");
    } catch (Error& error) {
      error.add_context("Add");
      throw;
    }
  } catch (const MaskError& error) {
    EXPECT_STREQ(error.what(), "Add: lost");
  }
}

TEST(ErrorTest, CopiesKeepTheirText) {
  ValueError error("id 7");
  error.add_context("Embedding");
  const std::runtime_error& base = ValueError(error);
  EXPECT_STREQ(base.what(), "Embedding: id 7");
}

TEST(ErrorTest, PutsAWordForNumbersThatDifferFromAnother) {
  const auto error_for = [](int rows, const std::string& text) {
    ShapeError error(text);
    error.add_context("Dense 'dense_2' on (" + std::to_string(rows) + ", 12)");
    return error;
  };
  ShapeError error = error_for(7, "3 of 12 do not fit into 12");
  error.replace_unlike_numbers(error_for(9, "24 of 12 do not fit into 1"), "None");
  EXPECT_STREQ(error.what(), "Dense 'dense_2' on (None, 12): None of 12 do not fit into None");
  ShapeError other = error_for(7, "3 of 12 do not fit");
  other.replace_unlike_numbers(error_for(7, "24 of 12 fit"), "None");
  EXPECT_STREQ(other.what(), "Dense 'dense_2' on (7, 12): 3 of 12 do not fit");
}

TEST(CheckTest, ThrowsTheFormattedTextOnlyIfTheConditionFails) {
  EXPECT_NO_THROW(check(true, "never {}", 1));
  try {
    check(false, "needs {} in {}, got {}", DType::Float16, Shape{kAny, 3}, Shape{2});
    FAIL();
  } catch (const ShapeError& error) {
    EXPECT_STREQ(error.what(), "needs float16 in (None, 3), got (2,)");
  }
}

TEST(CheckTest, ThrowsTheErrorAskedFor) {
  EXPECT_THROW(check<IoError>(false, "no file"), IoError);
  EXPECT_THROW(fail<BuildError>("no {}", "layer"), BuildError);
  EXPECT_EQ(fmt::format("{:>8}|", Shape{1, 2}), "  (1, 2)|");
}

}  // namespace
}  // namespace domino
