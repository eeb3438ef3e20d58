#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vector>

#include "domino/core/error.h"
#include "domino/graph/model.h"
#include "domino/graph/sequential.h"
#include "domino/graph/warnings.h"
#include "tests/graph/test_layers.h"

namespace domino {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

/// Collects warnings while it lives.
class Warnings {
 public:
  Warnings() : previous_(set_warning_sink([this](const std::string& t) { texts.push_back(t); })) {}
  ~Warnings() { set_warning_sink(previous_); }
  std::vector<std::string> texts;

 private:
  WarningSink previous_;
};

/// Adds two tensors; hands a mask on if both carry one, as Keras' Add does.
class Both final : public ListLayer<Both> {
 public:
  static constexpr std::string_view kType = "Both";
  Both() { set_supports_masking(true); }
  Tensor call(const Tensors& inputs) const { return ops::add(inputs[0], inputs[1]); }
  OptionalMask compute_mask(const Tensors&, const OptionalMasks& masks) const {
    return masks[0] && masks[1] ? masks[0] : std::nullopt;
  }
};

const Tensor kIds({2, 3}, std::vector<int>{5, 7, 0, 1, 0, 0});

Model pipeline(const SymbolicTensor& ids, MaskRules rules, const SymbolicTensor& x) {
  return Model(ids, SumSteps()(x), {.rules = rules});
}

TEST(MaskTest, TravelsEagerly) {
  const Tensor x = MarkZeros()(kIds);
  ASSERT_TRUE(x.mask());
  EXPECT_EQ(*x.mask(), Mask({2, 3}, {1, 1, 0, 1, 0, 0}));
  const Tensor y = Scale(2.0)(x);
  ASSERT_TRUE(y.mask());
  EXPECT_EQ(*y.mask(), *x.mask());
  EXPECT_THAT(numbers(SumSteps()(ops::add(y, 10).with_mask(y.mask()))), ElementsAre(44, 12));
}

TEST(MaskTest, ExplicitMaskBeatsTheCarriedOne) {
  const Tensor x = Tensor({1, 3, 1}, {1, 2, 4}).with_mask(Mask({1, 3}, {1, 0, 0}));
  EXPECT_THAT(numbers(SumSteps()(x)), ElementsAre(1));
  EXPECT_THAT(numbers(SumSteps()(x, {.mask = Mask({1, 3}, {0, 1, 1})})), ElementsAre(6));
  EXPECT_THAT(numbers(SumSteps()(x, {.mask = kNoMask})), ElementsAre(7));
  const RulesScope keras(MaskRules::Keras);
  EXPECT_THAT(numbers(SumSteps()(x, {.mask = kNoMask})), ElementsAre(1));
}

TEST(MaskTest, ALayerWithoutAMaskArgumentRefusesOne) {
  const Tensor x({1, 3, 1}, {1, 2, 4});
  try {
    static_cast<void>(Forgetful()(x, {.mask = Mask({1, 3}, {1, 0, 0})}));
    FAIL();
  } catch (const MaskError& error) {
    EXPECT_STREQ(
        error.what(),
        "Forgetful (unnamed) on (1, 3, 1): its call takes no mask for 'inputs'; hang the mask "
        "on the tensor instead, with with_mask()");
  }
}

TEST(MaskTest, SplitMasksReachTheirConsumers) {
  const Tensor ids({1, 4}, std::vector<int>{5, 7, 3, 0});
  const SymbolicTensor input = Input({.shape = {4}, .dtype = DType::Int32});
  const auto halves = SplitSteps()(MarkZeros()(input));
  ASSERT_TRUE(halves[0].mask());
  EXPECT_EQ(halves[0].mask()->shape(), (Shape{kAny, 2}));
  const Model model(input, {SumSteps()(halves[0]), SumSteps()(halves[1])});
  const Tensors y = model(Tensors{ids});
  EXPECT_THAT(numbers(y[0]), ElementsAre(12));
  EXPECT_THAT(numbers(y[1]), ElementsAre(3));
  EXPECT_FALSE(y[0].mask());
}

TEST(MaskTest, AMaskOnTheInputTravelsThroughTheModel) {
  const SymbolicTensor x = Input({.shape = {kAny, 1}});
  const Model model(x, {SumSteps()(Scale(2.0)(x)), Scale(3.0)(x)});
  const Tensor bare({1, 3, 1}, {1, 2, 4});
  EXPECT_THAT(numbers(model(Tensors{bare})[0]), ElementsAre(14));
  const Tensor masked = bare.with_mask(Mask({1, 3}, {0, 1, 0}));
  const Tensors y = model(Tensors{masked});
  EXPECT_THAT(numbers(y[0]), ElementsAre(4));
  ASSERT_TRUE(y[1].mask());
  EXPECT_EQ(*y[1].mask(), *masked.mask());
  EXPECT_THAT(numbers(model.predict(Tensors{masked})[0]), ElementsAre(4));
}

TEST(MaskTest, ATensorOfTheGraphCanBeAMask) {
  const SymbolicTensor x = Input({.shape = {kAny, 1}});
  const SymbolicTensor m = Input({.shape = {kAny}, .dtype = DType::Bool});
  for (const MaskRules rules : {MaskRules::Intended, MaskRules::Keras}) {
    const Model model({x, m}, SumSteps()(x, {.mask = m}), {.rules = rules});
    const Tensors y = model.predict(
        {Tensor({1, 3, 1}, {1, 2, 4}), Tensor({1, 3}, std::vector<bool>{true, false, true})});
    EXPECT_THAT(numbers(y[0]), ElementsAre(5));
  }
}

TEST(MaskTest, ADestroyerIsNamedWithThoseWhoMissTheMask) {
  const Warnings warnings;
  const SymbolicTensor ids = Input({.shape = {kAny}, .dtype = DType::Int32});
  const Model model = pipeline(ids, MaskRules::Intended, Forgetful()(MarkZeros()(ids)));
  EXPECT_THAT(
      warnings.texts,
      ElementsAre("Forgetful 'forgetful' does not support masking and ends the mask made by "
                  "MarkZeros 'mark_zeros'; SumSteps 'sum_steps' would have used it and runs "
                  "unmasked"));
  EXPECT_THAT(model.report(), HasSubstr("lost: Forgetful 'forgetful' does not support masking"));
  EXPECT_THAT(numbers(model.predict(kIds)), ElementsAre(12, 1));
}

TEST(MaskTest, KerasAttentionTakesTheMaskOffItsInputs) {
  for (const MaskRules rules : {MaskRules::Intended, MaskRules::Keras}) {
    const SymbolicTensor ids = Input({.shape = {kAny}, .dtype = DType::Int32});
    const SymbolicTensor h = MarkZeros()(ids);
    const SymbolicTensor attended = FakeAttention()(h);
    const Model model(ids, {Scale(1.0)(h), attended}, {.rules = rules});
    const Tensors y = model(Tensors{kIds});
    // The scale reads h after attention, deeper calls first: only then is the mask gone.
    EXPECT_EQ(model.report().find("takes the mask off its inputs") != std::string::npos,
              rules == MaskRules::Keras);
    EXPECT_TRUE(y[1].mask());
  }
}

TEST(MaskTest, KerasWritesTheMaskIntoTheGraphWhereTheLayerTakesOne) {
  // SumSteps was given the mask while it was wired, so it keeps it although attention took it off.
  const SymbolicTensor ids = Input({.shape = {kAny}, .dtype = DType::Int32});
  const SymbolicTensor h = MarkZeros()(ids);
  const SymbolicTensor both = Sum()({h, FakeAttention()(h)});
  const Model model(ids, {SumSteps()(h), both}, {.rules = MaskRules::Keras});
  EXPECT_THAT(numbers(model.predict(Tensors{ops::add(kIds, 0)})[0]), ElementsAre(12, 1));
}

/// Sums masked steps from a first value on: as LSTM with its initial_state.
class SumFrom final : public NamedLayer<SumFrom> {
 public:
  static constexpr std::string_view kType = "SumFrom";
  static Signature arguments() {
    return {{.name = "sequences", .mask = "mask"},
            {.name = "initial_state", .required = false, .list = true}};
  }
  Tensor call(const Arguments& in) const {
    return ops::reduce_steps(in.tensor("sequences"), in.mask("sequences"), ops::StepsReduce::Sum);
  }
  SymbolicTensor operator()(const SymbolicTensor& x) const {
    return apply(Call<SymbolicTensor>{.arguments = {{x}, {}}, .positional = true})[0];
  }
};

TEST(MaskTest, KerasWritesTheMaskForALayerWithFurtherArgumentsToo) {
  const SymbolicTensor ids = Input({.shape = {kAny}, .dtype = DType::Int32});
  const SymbolicTensor h = Shift()(MarkZeros()(ids));
  const SymbolicTensor attended = FakeAttention()(h);
  const Model model(ids, {SumFrom()(Both()({h, attended})), SumFrom()(h)},
                    {.rules = MaskRules::Keras});
  const Tensors y = model.predict(Tensors{kIds});
  EXPECT_THAT(numbers(y[0]), ElementsAre(28, 4));
  EXPECT_THAT(numbers(y[1]), ElementsAre(14, 2));
  EXPECT_THAT(model.report(), Not(HasSubstr("SumFrom 'sum_from' would have used it")));
}

TEST(MaskTest, AListOfNoMasksIsGiven) {
  const MaskArgument<SymbolicTensor> none(std::vector<std::optional<SymbolicTensor>>{std::nullopt});
  const SymbolicTensor ids = Input({.shape = {kAny}, .dtype = DType::Int32});
  for (const MaskRules rules : {MaskRules::Intended, MaskRules::Keras}) {
    const SymbolicTensor h = Shift()(MarkZeros()(ids));
    const Model model(ids, SumSteps()(h, {.mask = none}), {.rules = rules});
    EXPECT_THAT(numbers(model.predict(kIds)), ElementsAre(15, 4));
  }
}

TEST(MaskTest, AMaskOfAnInputKeepsItsType) {
  const SymbolicTensor x = Input({.shape = {kAny, 1}});
  const Model model(x, Scale(2.0)(x));
  const Tensor given = Tensor({1, 2, 1}, {1, 2}).with_mask(Tensor({1, 2}, std::vector<int>{7, 0}));
  const OptionalMask mask = model(Tensors{given})[0].mask();
  ASSERT_TRUE(mask);
  EXPECT_EQ(mask->dtype(), DType::Int32);
}

TEST(MaskTest, KerasAttentionInANestedModelTakesTheMaskOffOutside) {
  const SymbolicTensor q = Input({.shape = {kAny, 1}});
  const Model inner(q, FakeAttention()(q));
  const SymbolicTensor ids = Input({.shape = {kAny}, .dtype = DType::Int32});
  for (const MaskRules rules : {MaskRules::Intended, MaskRules::Keras}) {
    const SymbolicTensor h = MarkZeros()(ids);
    const Model model(ids, Both()({h, inner(h)}), {.rules = rules});
    EXPECT_EQ(model(Tensors{kIds})[0].mask().has_value(),
              rules == MaskRules::Intended && inner(MarkZeros()(kIds)).mask().has_value());
  }
}

TEST(MaskTest, KerasNestedModelHangsItsMaskOnTheCallersTensor) {
  const SymbolicTensor q = Input({.shape = {kAny, 1}});
  const Model inner(q, Scale(2.0)(q));
  const SymbolicTensor ids = Input({.shape = {kAny}, .dtype = DType::Int32});
  const SymbolicTensor h = MarkZeros()(ids);
  const SymbolicTensor attended = FakeAttention()(h);
  const auto mask_of_h = [&](const SymbolicTensors& outputs) {
    return Model(ids, outputs, {.rules = MaskRules::Keras})(Tensors{kIds})[0].mask();
  };
  EXPECT_FALSE(mask_of_h({h, Scale(1.0)(attended)}));
  EXPECT_TRUE(mask_of_h({h, Scale(1.0)(attended), inner(h)}));
}

/// Hands its input through, with a mask that keeps everything.
class KeepAll final : public UnaryLayer<KeepAll> {
 public:
  static constexpr std::string_view kType = "KeepAll";
  Tensor call(const Tensor& x) const { return x; }
  OptionalMask compute_mask(const Tensor& x, const OptionalMask&) const {
    return ops::equal(ops::select(x, -1, 0), ops::select(x, -1, 0));
  }
};

TEST(MaskTest, KerasKeepsTheMaskOfAnObjectButWritesTheOneFoundWhileWiring) {
  const SymbolicTensor ids = Input({.shape = {kAny}, .dtype = DType::Int32});
  const SymbolicTensor kept = KeepAll()(MarkZeros()(ids));
  const Model model(ids, {kept, SumSteps()(Shift()(kept))}, {.rules = MaskRules::Keras});
  const Tensors y = model(Tensors{kIds});
  EXPECT_EQ(*y[0].mask(), Mask({2, 3}, {1, 1, 0, 1, 0, 0}));
  EXPECT_THAT(numbers(y[1]), ElementsAre(15, 4));

  const SymbolicTensor q = Input({.shape = {kAny, 1}});
  const Model inner(q, Scale(2.0)(q));
  const Model nested(ids, {kept, inner(kept)}, {.rules = MaskRules::Keras});
  EXPECT_EQ(*nested(Tensors{kIds})[0].mask(), Mask({2, 3}, {1, 1, 1, 1, 1, 1}));
}

TEST(MaskTest, ANestedModelFollowsTheRulesOfTheOuterOne) {
  const SymbolicTensor q = Input({.shape = {kAny, 1}});
  const SymbolicTensor h = Scale(2.0)(q);
  const Model inner(q, SumSteps()(Both()({h, FakeAttention()(h)})), {.rules = MaskRules::Keras});
  const SymbolicTensor ids = Input({.shape = {kAny}, .dtype = DType::Int32});
  const SymbolicTensor outer = inner(Shift()(MarkZeros()(ids)));
  EXPECT_THAT(numbers(Model(ids, outer).predict(kIds)), ElementsAre(56, 8));
  EXPECT_THAT(numbers(Model(ids, outer, {.rules = MaskRules::Keras}).predict(kIds)),
              ElementsAre(60, 16));
}

TEST(MaskTest, NestedModelsPassMasksInAndOut) {
  const SymbolicTensor x = Input({.shape = {kAny, 1}});
  const Model inner(x, Scale(2.0)(x));
  for (const MaskRules rules : {MaskRules::Intended, MaskRules::Keras}) {
    const SymbolicTensor ids = Input({.shape = {kAny}, .dtype = DType::Int32});
    const Model outer(ids, SumSteps()(Shift()(inner(MarkZeros()(ids)))), {.rules = rules});
    // Padding counts as 1 after the shift, unless the mask hides it.
    EXPECT_THAT(numbers(outer.predict(kIds)), ElementsAre(26, 3));
  }
}

TEST(MaskTest, SummaryShowsTheMask) {
  const SymbolicTensor ids = Input({.shape = {kAny}, .dtype = DType::Int32, .name = "ids"});
  const Model model = pipeline(ids, MaskRules::Intended, Scale(2.0)(MarkZeros()(ids)));
  const std::string summary = model.summary();
  EXPECT_THAT(summary, HasSubstr("mark_zeros (MarkZeros)"));
  EXPECT_THAT(summary, HasSubstr("-> made"));
  EXPECT_THAT(summary, HasSubstr("carried -> passed"));
  EXPECT_THAT(summary, HasSubstr("used"));
  EXPECT_THAT(summary, Not(HasSubstr("-> given")));
}

TEST(MaskTest, SummaryAndReportShowMasksThatTheInputsBring) {
  const SymbolicTensor x = Input({.shape = {kAny, 1}, .name = "x"});
  const SymbolicTensor y = Input({.shape = {kAny, 1}, .name = "y"});
  const Model model({x, y}, SumSteps()(Both()({Scale(2.0)(x), y})));
  EXPECT_THAT(model.summary({true}), HasSubstr("-> given"));
  EXPECT_THAT(model.report({true, true}), Not(HasSubstr("lost")));
  EXPECT_THAT(model.report({true}),
              HasSubstr("lost: Both 'both' drops the mask made by InputLayer "
                        "'x' (its input from InputLayer 'y' carries none here); SumSteps "
                        "'sum_steps' would have used it and runs unmasked"));
}

}  // namespace
}  // namespace domino
