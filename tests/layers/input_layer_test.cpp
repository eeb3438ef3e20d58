#include "domino/layers/core/input_layer.h"

#include <gtest/gtest.h>

#include "tests/layers/parity.h"

namespace domino::layers {
namespace {

using testing::error_of;

TEST(InputLayer, IsALayerAsInKeras) {
  EXPECT_EQ(layers::Input({.shape = {kAny, 2}}).shape(), (Shape{kAny, kAny, 2}));
  EXPECT_EQ(layers::InputLayer({.shape = {2}, .batch_size = 3}).batch_shape(), (Shape{3, 2}));
}

TEST(InputLayer, RefusesSizesBelowZero) {
  EXPECT_EQ(error_of([] { return layers::Input({.shape = {-3}}); }),
            "InputLayer: the size -3 in (None, -3); expected sizes of at least 0, or kAny where a "
            "size may vary");
}

}  // namespace
}  // namespace domino::layers
