#include "domino/layers/core/einsum_dense.h"

#include <gtest/gtest.h>

#include <string>

#include "domino/backends/ops.h"
#include "domino/graph/input_layer.h"
#include "tests/layers/parity.h"

namespace domino::layers {
namespace {

using testing::error_of;
using testing::expect_config_round_trip;
using testing::expect_parity;

TEST(EinsumDense, MatchesKeras) { expect_parity("einsum_dense"); }

TEST(EinsumDense, KeepsItsConfig) { expect_config_round_trip("einsum_dense"); }

TEST(EinsumDense, NeedsAnEquationOfInputAndKernel) {
  for (const char* equation :
       {"", "ab", "ab,bc", "ab->ab", ",b->b", "ab,bc->", "a b,bc->ac", "...ab,bc->ac",
        "ab,bc->...ac", "...a...,ab->...b...", "ab,bc,cd->ad"}) {
    EXPECT_EQ(error_of([&] { return EinsumDense(equation, {3}); }),
              "EinsumDense: equation is '" + std::string(equation) +
                  "'; expected one of input and kernel, as in 'ab,bc->ac', '...b,bc->...c' or "
                  "'ab...,bc->ac...'");
  }
}

TEST(EinsumDense, NeedsEveryLetterTwice) {
  EXPECT_EQ(error_of([] { return EinsumDense("ab,bc->ad", {3}); }),
            "EinsumDense: neither input nor kernel has the letter 'd' of the output");
  EXPECT_EQ(error_of([] { return EinsumDense("ab,bcd->ac", {3}); }),
            "EinsumDense: neither input nor output has the letter 'd' of the kernel");
}

TEST(EinsumDense, NeedsBiasAxesOfTheOutput) {
  EXPECT_EQ(error_of([] { return EinsumDense("ab,bc->ac", {3}, {.bias_axes = "b"}); }),
            "EinsumDense: the output has no letter 'b' of bias_axes");
  EXPECT_EQ(error_of([] { return EinsumDense("ab,bc->ac", {3}, {.bias_axes = ""}); }),
            "EinsumDense: bias_axes is empty; expected letters of the output, or none");
}

TEST(EinsumDense, NeedsAnOutputShape) {
  EXPECT_EQ(error_of([] { return EinsumDense({.equation = "ab,bc->ac"}); }),
            "EinsumDense: output_shape is missing; expected the sizes behind the batch");
  EXPECT_EQ(error_of([] {
              return EinsumDense("abc,cd->abd", {3}, {.name = "e"})(ops::zeros({1, 2, 4}));
            }),
            "EinsumDense 'e' on (1, 2, 4): its output_shape is (3,); expected 2 sizes, for the "
            "letters 'bd' of the output");
  EXPECT_EQ(error_of([] {
              return EinsumDense("abc,cd->abd", {5, 3}, {.name = "e"})(ops::zeros({1, 2, 4}));
            }),
            "EinsumDense 'e' on (1, 2, 4): axis 'b' of its input has the size 2 and of its "
            "output_shape 5");
}

TEST(EinsumDense, NeedsTheSizesOfItsKernel) {
  const SymbolicTensor x = Input({.shape = {kAny, 4}, .name = "x"});
  const std::string error = error_of([&] {
    return EinsumDense("abc,bd->adc", {3, 4}, {.name = "e"})(x);
  });
  EXPECT_NE(error.find("EinsumDense 'e': the size of axis 'b' of its kernel is unknown; give it in "
                       "output_shape, or give the Input a size there"),
            std::string::npos)
      << error;
}

TEST(EinsumDense, NeedsAsManyAxesAsItNames) {
  EXPECT_EQ(error_of([] {
              return EinsumDense("abc,cd->abd", {kAny, 3}, {.name = "e"})(ops::zeros({1, 4}));
            }),
            "EinsumDense 'e' on (1, 4): its equation names 3 axes of the input, got (1, 4)");
}

}  // namespace
}  // namespace domino::layers
