#include "domino/graph/model.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>

#include "domino/backends/backend.h"
#include "domino/backends/ops.h"
#include "domino/core/error.h"
#include "domino/graph/call_observer.h"
#include "domino/graph/layer_templates.h"
#include "domino/graph/sequential.h"
#include "domino/graph/warnings.h"
#include "tests/error_of.h"
#include "tests/graph/test_layers.h"

namespace domino {
namespace {

using ::testing::ElementsAre;
using testing::error_of;
using ::testing::HasSubstr;

TEST(ModelTest, RunsAChainOnNumbers) {
  const SymbolicTensor x = Input({.shape = {2}});
  const Model model(x, Scale(3.0)(Scale(2.0)(x)));
  EXPECT_THAT(numbers(model.predict(Tensor({2, 2}, {1, 2, 3, 4}))), ElementsAre(6, 12, 18, 24));
}

TEST(ModelTest, KeepsUnknownSizesUnknown) {
  const SymbolicTensor x = Input({.shape = {kAny, 4}});
  EXPECT_EQ(x.shape(), (Shape{kAny, kAny, 4}));
  EXPECT_EQ(Scale(2.0)(x).shape(), (Shape{kAny, kAny, 4}));
  const std::array<SymbolicTensor, 2> halves = SplitSteps()(Input({.shape = {6, 4}}));
  EXPECT_EQ(halves[0].shape(), (Shape{kAny, 3, 4}));
  EXPECT_EQ(SplitSteps()(x)[1].shape(), (Shape{kAny, kAny, 4}));
}

TEST(ModelTest, AnUnknownSizeMayMeetAKnownOne) {
  const SymbolicTensor a = Input({.shape = {kAny, 8}});
  const SymbolicTensor b = Input({.shape = {5, 8}});
  EXPECT_EQ(Sum()({a, b}).shape(), (Shape{kAny, 5, 8}));
}

TEST(ModelTest, RefusesWrongShapesAtTheUsersLine) {
  const SymbolicTensor a = Input({.shape = {kAny, 8}});
  const SymbolicTensor b = Input({.shape = {kAny, 7}});
  const int line = __LINE__ + 1;
  const std::string text = error_of<ShapeError>([&] { Sum()({a, b}); });
  EXPECT_THAT(text, HasSubstr("model_test.cpp:" + std::to_string(line)));
  EXPECT_THAT(text,
              HasSubstr("Sum (unnamed) on (None, None, 8), (None, None, 7): shapes (None, None, "
                        "8) and (None, None, 7) do not broadcast"));
}

TEST(ModelTest, NamesWhatALayerMadeOfAnUnknownSizeNone) {
  const SymbolicTensor x = Input({.shape = {kAny, 4}});
  const Model halves(x, Sum()({x, SplitSteps()(x)[0]}), {.name = "halves"});
  EXPECT_THAT(error_of<ShapeError>([&] {
                halves(Input({.shape = {kAny, 4}}));
              }),
              HasSubstr("shapes (None, None, 4) and (None, None, 4) do not broadcast"));
}

TEST(ModelTest, RefusesAnInputThatIsNotGiven) {
  const SymbolicTensor a = Input({.shape = {8}, .name = "a"});
  const SymbolicTensor b = Input({.shape = {8}, .name = "b"});
  EXPECT_EQ(
      error_of<BuildError>([&] {
        Model(a, Sum()({a, b}));
      }),
      "an output depends on the input InputLayer 'b' (float32 (None, 8)), which is not among the "
      "model's inputs; add it to them");
}

TEST(ModelTest, CutsAModelFromIntermediateTensors) {
  const SymbolicTensor x = Input({.shape = {2}});
  const SymbolicTensor doubled = Scale(2.0)(x);
  const SymbolicTensor tripled = Scale(3.0)(doubled);
  const Model tail(doubled, tripled);
  EXPECT_THAT(numbers(tail.predict(Tensor({1, 2}, {1, 2}))), ElementsAre(3, 6));
}

TEST(ModelTest, SharesWeightsBetweenCopiesMadeBeforeTheFirstCall) {
  const Affine first(3);
  const Affine copy = first;  // NOLINT(performance-unnecessary-copy-initialization): the point
  const SymbolicTensor x = Input({.shape = {2}});
  const SymbolicTensor a = first(x);
  const SymbolicTensor b = copy(x);
  const Model model(x, {a, b});
  EXPECT_EQ(model.count_params(), 2 * 3);
  copy.set_weights({Tensor({2, 3}, {1, 2, 3, 4, 5, 6})});
  const Tensors y = model.predict(Tensors{Tensor({1, 2}, {1, 1})});
  EXPECT_THAT(numbers(y[0]), ElementsAre(5, 7, 9));
  EXPECT_TRUE(equal(y[0], y[1]));
}

TEST(ModelTest, ASharedLayerCalledTwiceIsOneLayer) {
  const Affine shared(2);
  const SymbolicTensor x = Input({.shape = {2}});
  const Model model(x, shared(shared(x)));
  EXPECT_EQ(model.layers().size(), 2U);
  EXPECT_EQ(model.count_params(), 4);
  EXPECT_EQ(model.weights()[0].path, "layers/affine/kernel");
}

TEST(ModelTest, NestedModelsRunAndListTheirWeights) {
  const SymbolicTensor x = Input({.shape = {2}});
  const Model inner(x, Affine(2)(x));
  const SymbolicTensor y = Input({.shape = {2}});
  const Model outer(y, Scale(2.0)(inner(y)));
  EXPECT_EQ(outer.weights()[0].path, "layers/functional/layers/affine/kernel");
  outer.set_weights({Tensor({2, 2}, {1, 0, 0, 1})});
  EXPECT_THAT(numbers(outer.predict(Tensor({1, 2}, {3, 4}))), ElementsAre(6, 8));
}

TEST(ModelTest, AChainOf100000CallsBuildsRunsAndFrees) {
  SymbolicTensor x = Input({.shape = {1}});
  const SymbolicTensor input = x;
  const AddOne step;
  for (int i = 0; i < 100'000; ++i) x = step(x);
  const Model model(input, x);
  EXPECT_THAT(numbers(model.predict(Tensor({1, 1}, {0}))), ElementsAre(100'000));
}

TEST(ModelTest, PredictJoinsBatches) {
  const SymbolicTensor x = Input({.shape = {1}});
  const Model model(x, Scale(2.0)(x));
  const Tensor y = model.predict(Tensor({5, 1}, {1, 2, 3, 4, 5}), {.batch_size = 2});
  EXPECT_THAT(numbers(y), ElementsAre(2, 4, 6, 8, 10));
}

TEST(ModelTest, PredictKeepsMasksIfAsked) {
  const SymbolicTensor ids = Input({.shape = {kAny}, .dtype = DType::Int32});
  const Model model(ids, MarkZeros()(ids));
  const Tensor x({3, 2}, std::vector<int>{1, 0, 2, 3, 0, 0});
  EXPECT_FALSE(model.predict(x).mask());
  for (const std::int64_t rows : {1, 2, 3}) {
    const OptionalMask mask = model.predict(x, {.batch_size = rows, .keep_masks = true}).mask();
    ASSERT_TRUE(mask);
    EXPECT_EQ(*mask, Mask({3, 2}, {1, 0, 1, 1, 0, 0}));
  }
}

TEST(ModelTest, PredictRepeatsAMaskThatCountsForAllRows) {
  const SymbolicTensor x = Input({.shape = {kAny, 1}});
  const Model model(x, Scale(1.0)(x));
  const Tensor given = Tensor({3, 2, 1}, {1, 2, 3, 4, 5, 6}).with_mask(Mask({1, 2}, {1, 0}));
  const Tensors y = model.predict(Tensors{given}, {.batch_size = 2, .keep_masks = true});
  ASSERT_TRUE(y[0].mask());
  EXPECT_EQ(*y[0].mask(), Mask({3, 2}, {1, 0, 1, 0, 1, 0}));
}

TEST(ModelTest, TellsObserversOfItsCallsAndOfThoseInside) {
  const SymbolicTensor x = Input({.shape = {1}});
  const Model inner(x, Scale(2.0)(x));
  const SymbolicTensor y = Input({.shape = {1}});
  const Model outer(y, AddOne()(inner(y)));
  std::vector<std::string> heard;
  {
    const CallObserver observer([&](const Dag& dag, int vertex, const Tensors& outputs) {
      heard.push_back((&dag == &outer.dag() ? "outer " : "inner ") + dag.layer(vertex).name());
      EXPECT_EQ(outputs.size(), 1);
    });
    static_cast<void>(outer.predict(Tensor({1, 1}, {3})));
  }
  static_cast<void>(outer.predict(Tensor({1, 1}, {3})));
  EXPECT_THAT(heard, ElementsAre("inner scale", "outer functional", "outer add_one"));
}

TEST(ModelTest, PredictPadsSequencesWrittenInPlace) {
  const SymbolicTensor ids = Input({.shape = {kAny}, .dtype = DType::Int32});
  const Model model(ids, MarkZeros()(ids));
  EXPECT_THAT(numbers(model.predict({{1}, {2, 3}})), ElementsAre(1, 0, 2, 3));
}

TEST(ModelTest, GetWeightsGivesWhatSetWeightsTakes) {
  const SymbolicTensor x = Input({.shape = {2}});
  const Model a(x, Affine(2)(x));
  const Model b(x, Affine(2)(x));
  a.set_weights({Tensor({2, 2}, {1, 2, 3, 4})});
  b.set_weights(a.get_weights());
  EXPECT_THAT(numbers(b.predict(Tensor({1, 2}, {1, 1}))), ElementsAre(4, 6));
}

TEST(ModelTest, NoRowsGiveNoRows) {
  const SymbolicTensor x = Input({.shape = {kAny, 3}});
  const Model model(x, Scale(2.0)(x));
  EXPECT_EQ(model.predict(Tensor({0, 4, 3}, {})).shape(), (Shape{0, 4, 3}));
}

TEST(ModelTest, SaysWhichInputDoesNotFit) {
  const SymbolicTensor x = Input({.shape = {kAny}, .dtype = DType::Int32, .name = "tokens"});
  const Model model(x, Scale(2.0)(x));
  EXPECT_EQ(error_of<ShapeError>([&] {
              model.predict(Tensor({1, 2, 3}, std::vector<int>(6)));
            }),
            "input 'tokens' has shape (1, 2, 3), expected (None, None); None may be any size");
  EXPECT_EQ(error_of<DTypeError>([&] {
              model.predict(Tensor({1, 2}, {1, 2}));
            }),
            "input 'tokens' is float32, expected int32; make it of integers, Tensor(shape, "
            "std::vector<int>{...}), or cast it");
}

TEST(ModelTest, NamesLayersInTheOrderOfTheLines) {
  const SymbolicTensor x = Input({.shape = {1}});
  const Scale first(1.0);
  const Scale second(2.0);
  const Model model(x, second(first(x)));
  EXPECT_EQ(first.name(), "scale");
  EXPECT_EQ(second.name(), "scale_1");
  EXPECT_EQ(model.get_layer("scale_1")->type(), "Scale");
  EXPECT_THAT(error_of<ValueError>([&] { static_cast<void>(model.get_layer("x")); }),
              HasSubstr("has no layer 'x'; it has: input_layer, scale, scale_1"));
}

TEST(SequentialTest, MakesItsGraphAtTheFirstCall) {
  const Sequential model({Affine(2), Scale(2.0)});
  EXPECT_THAT(error_of<BuildError>([&] { static_cast<void>(model.summary()); }),
              HasSubstr("has no graph yet"));
  EXPECT_EQ(model.predict(Tensor({1, 3}, {1, 2, 3})).shape(), (Shape{1, 2}));
  EXPECT_EQ(model.count_params(), 6);
  EXPECT_EQ(model.predict(Tensor({4, 3}, std::vector<float>(12))).shape(), (Shape{4, 2}));
}

TEST(SequentialTest, KnowsItsShapesWithAnInput) {
  const Sequential model({InputLayer({.shape = {3}}), Affine(2)});
  EXPECT_EQ(model.count_params(), 6);
}

}  // namespace
}  // namespace domino
