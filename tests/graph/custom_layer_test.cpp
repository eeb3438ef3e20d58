// What a user's own layer may do wrong, and what it is told.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "domino/core/error.h"
#include "domino/graph/model.h"
#include "domino/graph/sequential.h"
#include "tests/error_of.h"
#include "tests/graph/test_layers.h"

namespace domino {
namespace {

using testing::error_of;
using ::testing::HasSubstr;
using ::testing::Not;

class Misspelled final : public UnaryLayer<Misspelled> {
 public:
  static constexpr std::string_view kType = "Misspelled";
  void build(const Shape& input) const {
    add_weight("kernel", {input[-1]}, [](const Shape& s, DType d) { return ops::ones(s, d); });
  }
  Tensor call(const Tensor& x) const { return ops::multiply(x, weight("kernal")); }
};

TEST(CustomLayerTest, AWeightThatIsNotDeclaredIsNamed) {
  EXPECT_THAT(error_of([] {
                Misspelled()(Tensor({1, 2}, {1, 2}));
              }),
              HasSubstr("Misspelled (unnamed) has no weight 'kernal'; its build declared: kernel"));
}

TEST(CustomLayerTest, ATensorWithoutValueIsNoOperand) {
  EXPECT_THAT(error_of([] { ops::multiply(Tensor({1}, {1}), Tensor()); }),
              HasSubstr("was never given a value"));
  EXPECT_THAT(error_of([] { Scale(2)(Tensor()); }),
              HasSubstr("its argument 'inputs' holds no value"));
}

/// Adds a learned vector per step, for at most eight steps.
class Positions final : public UnaryLayer<Positions> {
 public:
  static constexpr std::string_view kType = "Positions";
  void build(const Shape& input) const {
    add_weight("table", {8, input[-1]}, [](const Shape& s, DType d) { return ops::ones(s, d); });
  }
  Tensor call(const Tensor& x) const {
    return ops::add(x, ops::slice(weight("table"), {.axis = 0, .end = x.size(1)}));
  }
};

TEST(CustomLayerTest, ALayerOfAtMostSomeStepsLeavesTheirNumberOpen) {
  const SymbolicTensor x = Input({.shape = {kAny, 4}});
  EXPECT_EQ(Positions()(x).shape(), (Shape{kAny, kAny, 4}));
}

class Undeclared final : public UnaryLayer<Undeclared> {
 public:
  static constexpr std::string_view kType = "Undeclared";
  Tensor call(const Tensor& x) const { return inner_(x); }

 private:
  const Affine inner_{2};
};

class Declared final : public UnaryLayer<Declared> {
 public:
  static constexpr std::string_view kType = "Declared";
  void build(const Shape&) const { add_layer("inner", inner_); }
  Tensor call(const Tensor& x) const { return inner_(x); }

 private:
  const Affine inner_{2};
};

TEST(CustomLayerTest, ALayerInsideMustBeDeclared) {
  const Tensor x({1, 2}, {1, 2});
  EXPECT_THAT(error_of([&] { Undeclared()(x); }),
              HasSubstr("it is called inside Undeclared (unnamed), which has not declared it, so "
                        "that its weights would never be saved"));
  const Declared layer;
  layer(x);
  EXPECT_EQ(layer.weights().front().path.substr(0, 6), "inner/");
}

class SurplusMasks final : public UnaryLayer<SurplusMasks> {
 public:
  static constexpr std::string_view kType = "SurplusMasks";
  Tensor call(const Tensor& x) const { return ops::add(x, 1); }
  OptionalMasks compute_mask(const Tensor&, const OptionalMask& mask) const { return {mask, mask}; }
};

/// Drops the last step, but not that of the mask.
class Shortened final : public UnaryLayer<Shortened> {
 public:
  static constexpr std::string_view kType = "Shortened";
  Tensor call(const Tensor& x) const { return ops::slice(x, {.axis = 1, .end = -1}); }
  OptionalMask compute_mask(const Tensor&, const OptionalMask& mask) const { return mask; }
};

TEST(CustomLayerTest, MasksFitTheOutputs) {
  const Tensor x = Tensor({1, 3, 1}, {1, 2, 4}).with_mask(Mask({1, 3}, {1, 1, 0}));
  EXPECT_THAT(error_of([&] { SurplusMasks()(x); }),
              HasSubstr("its compute_mask returns 2 masks for 1 outputs"));
  EXPECT_THAT(error_of([&] { Shortened()(x); }),
              HasSubstr("it hands on a mask of 3 steps with an output of 2"));
}

TEST(CustomLayerTest, WeightsKeepTheirType) {
  const Affine layer(2);
  layer(Tensor({1, 2}, {1, 2}));
  Tensors values = layer.get_weights();
  values[0] = ops::cast(values[0], DType::Int32);
  EXPECT_THAT(error_of([&] { layer.set_weights(values); }), HasSubstr("is float32, got int32"));
}

class Lookup final : public UnaryLayer<Lookup> {
 public:
  static constexpr std::string_view kType = "Lookup";
  Tensor call(const Tensor& ids) const { return ops::embedding(ids, ops::ones({5, 2})); }
};

TEST(CustomLayerTest, AnErrorInALaterBatchSaysWhichRows) {
  const SymbolicTensor ids = Input({.shape = {1}, .dtype = DType::Int32});
  const Model model(ids, Lookup()(ids));
  const Tensor bad({5, 1}, std::vector<int>{1, 2, 3, 9, 4});
  EXPECT_THAT(error_of([&] { model.predict(bad, {.batch_size = 2}); }), HasSubstr("rows 2 to 3: "));
  EXPECT_THAT(error_of([&] { model.predict(bad); }), Not(HasSubstr("rows")));
}

}  // namespace
}  // namespace domino
