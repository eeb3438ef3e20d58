// What is told of lost masks, in words and in pictures.

#include "domino/graph/report.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>

#include "domino/backends/ops.h"
#include "domino/graph/layer_templates.h"
#include "domino/graph/mask_graph.h"
#include "domino/graph/sequential.h"
#include "domino/graph/warnings.h"
#include "tests/graph/test_layers.h"

namespace domino {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;

/// Sums masked steps; called in such a way that Keras writes no mask into the graph.
class SumNamed final : public NamedLayer<SumNamed> {
 public:
  static constexpr std::string_view kType = "SumNamed";
  static Signature arguments() { return {{.name = "x", .mask = "mask"}}; }
  Tensor call(const Arguments& in) const {
    return ops::reduce_steps(in.tensor("x"), in.mask("x"), ops::StepsReduce::Sum);
  }
  SymbolicTensor operator()(const SymbolicTensor& x,
                            const MaskArgument<SymbolicTensor>& mask = {}) const {
    return apply(Call<SymbolicTensor>{.arguments = {{x}}, .masks = {mask}})[0];
  }
};

class ReportTest : public ::testing::Test {
 protected:
  ReportTest()
      : before_(set_warning_sink([this](const std::string& text) { warnings_.push_back(text); })) {}
  ~ReportTest() override { set_warning_sink(before_); }

  /// The sum reads `h` after attention did, which runs deeper.
  Model behind_attention(MaskRules rules, const MaskArgument<SymbolicTensor>& mask = {}) const {
    const SymbolicTensor h = MarkZeros()(ids_);
    return {ids_, {SumNamed()(h, mask), Scale(1.0)(FakeAttention()(h))}, {.rules = rules}};
  }

  const SymbolicTensor ids_ = Input({.shape = {kAny}, .dtype = DType::Int32, .name = "ids"});
  std::vector<std::string> warnings_;

 private:
  WarningSink before_;
};

constexpr const char* kTakenOff =
    "MultiHeadAttention 'multi_head_attention' has taken the mask made by MarkZeros 'mark_zeros' "
    "off "
    "the input of SumNamed 'sum_named' from MarkZeros 'mark_zeros', as Keras 3.15 does; SumNamed "
    "'sum_named' would have used it and runs unmasked";

TEST_F(ReportTest, NamesWhoTookTheMaskOffAReader) {
  const Model model = behind_attention(MaskRules::Keras);
  EXPECT_THAT(warnings_, ElementsAre(kTakenOff));
  EXPECT_THAT(model.report(),
              AllOf(HasSubstr("SumNamed 'sum_named': taken off, unmasked"), HasSubstr(kTakenOff)));
  EXPECT_THAT(behind_attention(MaskRules::Intended).report(), Not(HasSubstr("unmasked")));
}

TEST_F(ReportTest, NobodyMissesAMaskThatWasRefusedByHand) {
  const std::vector<std::optional<SymbolicTensor>> none{std::nullopt};
  EXPECT_THAT(behind_attention(MaskRules::Keras, MaskArgument<SymbolicTensor>(none)).report(),
              Not(HasSubstr("unmasked")));
  EXPECT_THAT(behind_attention(MaskRules::Intended, kNoMask).report(), Not(HasSubstr("unmasked")));
  EXPECT_TRUE(warnings_.empty());
}

TEST_F(ReportTest, ShowsWhoRunsUnmaskedAndWhere) {
  const Model model(ids_, SumSteps()(Forgetful()(MarkZeros()(ids_))));
  EXPECT_THAT(model.report(),
              HasSubstr("  SumSteps 'sum_steps': unmasked\n    would have used the mask made by "
                        "MarkZeros 'mark_zeros', which is lost at Forgetful 'forgetful'\n"));
  EXPECT_THAT(model.summary(), HasSubstr("unmasked\n"));
}

/// Drops the steps.
class LastStep final : public UnaryLayer<LastStep> {
 public:
  static constexpr std::string_view kType = "LastStep";
  Tensor call(const Tensor& x) const { return ops::select(x, 1, -1); }
};

/// Takes a mask, as Softmax does, of tensors of any rank.
class Masked final : public UnaryLayer<Masked> {
 public:
  static constexpr std::string_view kType = "Masked";
  Tensor call(const Tensor& x, const OptionalMask&) const { return ops::add(x, 1); }
};

TEST_F(ReportTest, NobodyMissesAMaskWhoseStepsAreGone) {
  const Model model(ids_, Masked()(LastStep()(MarkZeros()(ids_))));
  EXPECT_THAT(model.report(), Not(HasSubstr("would have used")));
}

TEST_F(ReportTest, NamesTheMakerOnTheWayOfTwoEqualMasks) {
  const Model model(ids_, {SumSteps()(MarkZeros()(ids_)), SumSteps()(MarkZeros()(ids_))});
  EXPECT_THAT(model.report(), AllOf(HasSubstr("used (mask of MarkZeros 'mark_zeros')"),
                                    HasSubstr("used (mask of MarkZeros 'mark_zeros_1')")));
}

TEST_F(ReportTest, LooksIntoModels) {
  const SymbolicTensor x = Input({.shape = {kAny, 1}, .name = "x"});
  const Model inner(x, SumSteps()(Forgetful()(x)), {.name = "inner"});
  const Model outer(ids_, inner(MarkZeros()(ids_)), {.name = "outer"});
  EXPECT_THAT(outer.report(), HasSubstr("Inside Functional 'outer': Masks of Functional 'inner', "
                                        "rules: intended\n  InputLayer 'x': -> given\n"));
  const std::vector<NestedModel> nested = nested_models(outer, {});
  ASSERT_EQ(nested.size(), 1);
  EXPECT_THAT(nested[0].masked, ElementsAre(true));
}

using UnaryCall = std::function<SymbolicTensor(const SymbolicTensor&)>;

/// (batch, steps, 1) -> one layer, as a model.
Model around(const UnaryCall& layer) {
  const SymbolicTensor x = Input({.shape = {kAny, 1}, .name = "x"});
  return {x, layer(x), {.name = "inner"}};
}

TEST_F(ReportTest, AModelTakesAMaskIfALayerInsideUsesIt) {
  const Model sums = around([](const auto& x) { return SumSteps()(Shift()(x)); });
  const Model shifts = around([](const auto& x) { return Shift()(x); });
  const Model forgets = around([](const auto& x) { return SumSteps()(Forgetful()(x)); });
  const Model deep_sums = around(sums);
  const Model deep_shifts = around(shifts);
  for (const MaskRules rules : {MaskRules::Intended, MaskRules::Keras}) {
    const auto behind_loss = [&](const Model& inner) {
      return Model(ids_, inner(Forgetful()(MarkZeros()(ids_))), {.rules = rules}).report();
    };
    for (const Model& inner : {sums, deep_sums}) {
      EXPECT_THAT(behind_loss(inner), HasSubstr("Functional 'inner' would have used it"));
    }
    for (const Model& inner : {shifts, deep_shifts, forgets}) {
      EXPECT_THAT(behind_loss(inner), Not(HasSubstr("would have used")));
    }
  }
}

TEST_F(ReportTest, TellsWhatAModelDoesWithItsMask) {
  const Model shifts = around([](const auto& x) { return Shift()(x); });
  const Model forgets = around([](const auto& x) { return Forgetful()(x); });
  const Model passing(ids_, SumSteps()(shifts(MarkZeros()(ids_))));
  EXPECT_THAT(passing.report(), HasSubstr("Functional 'inner': carried -> passed"));
  const Model dropping(ids_, SumSteps()(forgets(MarkZeros()(ids_))));
  EXPECT_THAT(dropping.report(),
              HasSubstr("lost: Functional 'inner' drops the mask made by MarkZeros 'mark_zeros'; "
                        "SumSteps 'sum_steps' would have used it and runs unmasked"));
}

TEST_F(ReportTest, CallsLostOnlyWhatSomebodyMisses) {
  const Model model(ids_, Shift()(Forgetful()(MarkZeros()(ids_))));
  EXPECT_THAT(
      model.report(),
      AllOf(
          HasSubstr("  Forgetful 'forgetful': destroyed (mask of MarkZeros 'mark_zeros'), packed\n"
                    "    ends here: Forgetful 'forgetful' does not support masking and "
                    "ends the mask made by MarkZeros 'mark_zeros'; nobody behind misses "
                    "it\n"),
          Not(HasSubstr("lost"))));
  EXPECT_THAT(lost_masks(model.dag(), model.plan()), IsEmpty());
  EXPECT_THAT(ended_masks(model.dag(), model.plan()), SizeIs(1));
  EXPECT_THAT(warnings_, ElementsAre("Forgetful 'forgetful' does not support masking and ends the "
                                     "mask made by MarkZeros 'mark_zeros'"));
  EXPECT_THAT(mask_graph(model), AllOf(HasSubstr("ends a mask"), Not(HasSubstr("lost mask"))));
}

TEST_F(ReportTest, AMaskTakenOffIsNotLostIfNobodyMissesIt) {
  const SymbolicTensor h = MarkZeros()(ids_);
  const Model model(ids_, {Shift()(h), Scale(1.0)(FakeAttention()(h))},
                    {.rules = MaskRules::Keras});
  EXPECT_THAT(model.report(),
              AllOf(HasSubstr("  Shift 'shift': taken off"), Not(HasSubstr("lost"))));
  EXPECT_THAT(mask_graph(model), AllOf(HasSubstr("arrowhead=tee"), Not(HasSubstr("lost mask")),
                                       Not(HasSubstr("label=\" taken off\""))));
}

TEST_F(ReportTest, SaysThatThereIsNoMask) {
  EXPECT_EQ(around([](const auto& x) { return SumSteps()(x); }).report(),
            "Masks of Functional 'inner', rules: intended\n"
            "  no layer makes a mask, and no input brings one\n");
}

/// Hands all to the model that it holds.
class Around final : public UnaryLayer<Around> {
 public:
  static constexpr std::string_view kType = "Around";
  explicit Around(Model inner) : inner_(std::move(inner)) {}
  void build(const Shape&) const { add_layer("layer", inner_); }
  Tensor call(const Tensor& x, const OptionalMask& mask) const {
    return inner_(x.with_mask(mask)).without_mask();
  }
  OptionalMask compute_mask(const Tensor&, const OptionalMask&) const { return std::nullopt; }

 private:
  const Model inner_;
};

TEST_F(ReportTest, LooksIntoModelsThatLayersHold) {
  const Model inner = around([](const auto& x) { return SumSteps()(Forgetful()(x)); });
  const Model outer(ids_, Around(inner)(MarkZeros()(ids_)), {.name = "outer"});
  EXPECT_THAT(outer.report(), HasSubstr("Inside Functional 'outer': Masks of Functional 'inner', "
                                        "rules: intended\n  InputLayer 'x': -> given\n"));
}

/// Strings to the numbers of their words, behind which a mask hides the empty ones.
class Words final : public UnaryLayer<Words> {
 public:
  static constexpr std::string_view kType = "Words";
  Tensor call(const Tensor& x) const {
    const Tensor words = ops::tokenize(x, {.split = op::SplitKind::Whitespace});
    return ops::cast(ops::lookup(ops::concatenate({words, words}, 1), table()), DType::Float32);
  }
  OptionalMask compute_mask(const Tensor& x, const OptionalMask&) const {
    return ops::not_equal(ops::hash_bucket(x, {.buckets = 2}), 0);
  }

 private:
  static ops::Table table() {
    return {Tensor({1}, std::vector<std::string>{"a"}), Tensor({1}, std::vector<std::int64_t>{1}),
            Tensor({}, std::vector<std::int64_t>{0})};
  }
};

TEST_F(ReportTest, SaysWhatRunsOnTheHost) {
  const SymbolicTensor text = Input({.shape = {}, .dtype = DType::String, .name = "text"});
  const Words words;
  const Model model(text, {Shift()(words(text)), words(text)}, {.name = "outer"});
  // The second call makes the same mask, which is not computed again.
  EXPECT_THAT(model.report(),
              EndsWith("\nOn the host, whatever the device: "
                       "Words 'words' (tokenize, concatenate, lookup, hash_bucket), "
                       "Words 'words' (tokenize, concatenate, lookup)\n"));
}

TEST_F(ReportTest, SaysWhatRunsOnTheHostInsideAModel) {
  const SymbolicTensor text = Input({.shape = {}, .dtype = DType::String, .name = "text"});
  const Model inner(text, Words()(text), {.name = "inner"});
  const SymbolicTensor outer_text = Input({.shape = {}, .dtype = DType::String});
  const Model outer(outer_text, Shift()(inner(outer_text)), {.name = "outer"});
  const std::string ops = " (tokenize, concatenate, lookup, hash_bucket)\n";
  EXPECT_THAT(outer.report(),
              AllOf(HasSubstr("On the host, whatever the device: Functional 'inner'" + ops),
                    HasSubstr("On the host, whatever the device: Words 'words'" + ops)));
}

TEST_F(ReportTest, OfNumbersOnlySaysNothingOfTheHost) {
  const Model model(ids_, SumSteps()(MarkZeros()(ids_)));
  EXPECT_THAT(model.report(), Not(HasSubstr("host")));
}

TEST_F(ReportTest, DrawsTheGraph) {
  const SymbolicTensor ids = Input({.shape = {kAny}, .dtype = DType::Int32, .name = "a<b"});
  const Model model(ids, SumSteps()(Forgetful()(MarkZeros()(ids))));
  const std::string graph = mask_graph(model);
  EXPECT_THAT(graph, AllOf(HasSubstr("digraph"), HasSubstr("a&lt;b"), Not(HasSubstr("a<b")),
                           HasSubstr("label=\" destroyed\""), HasSubstr("loses a mask"),
                           HasSubstr("runs unmasked"), HasSubstr("mask of mark_zeros")));
}

}  // namespace
}  // namespace domino
