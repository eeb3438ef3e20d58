#include "domino/layers/rnn/bidirectional.h"

#include <gtest/gtest.h>

#include "domino/core/threads.h"
#include "domino/graph/input_layer.h"
#include "domino/graph/model.h"
#include "domino/graph/session.h"
#include "domino/layers/core/dense.h"
#include "domino/layers/core/masking.h"
#include "domino/layers/rnn/gru.h"
#include "domino/layers/rnn/lstm.h"
#include "tests/layers/parity.h"
#include "tests/layers/rnn/own_cells.h"

namespace domino::layers {
namespace {

using domino::testing::error_of;

Tensor sequences() { return Tensor({2, 2, 2}, {1, 2, 3, 4, 5, 6, 7, 8}); }

TEST(BidirectionalTest, DoesAsKeras) {
  testing::register_own_cells();
  testing::expect_parity("bidirectional");
}

TEST(BidirectionalTest, GivesTheSameNumbersOnOneThreadAndOnTwo) {
  const Bidirectional layer(LSTM(3, {.return_sequences = true, .return_state = true}));
  const Mask mask({2, 2}, {1, 1, 1, 0});
  const auto on = [&](int threads) {
    const ThreadScope scope(threads);
    return layer.outputs(sequences().with_mask(mask));
  };
  const Tensors one = on(1);
  const Tensors two = on(2);
  ASSERT_EQ(one.size(), 5U);
  for (std::size_t i = 0; i < one.size(); ++i) EXPECT_TRUE(equal(one[i], two[i])) << i;
}

TEST(BidirectionalTest, HasKerasWeights) {
  const Bidirectional layer(GRU(3));
  layer(sequences());
  std::vector<std::string> paths;
  for (const Variable& variable : layer.weights()) paths.push_back(variable.path);
  EXPECT_EQ(paths, (std::vector<std::string>{
                       "forward_layer/cell/kernel", "forward_layer/cell/recurrent_kernel",
                       "forward_layer/cell/bias", "backward_layer/cell/kernel",
                       "backward_layer/cell/recurrent_kernel", "backward_layer/cell/bias"}));
  EXPECT_FALSE(equal(layer.weights()[0].value, layer.weights()[3].value));
}

TEST(BidirectionalTest, NamesItsCopies) {
  const Bidirectional named(LSTM(3, {.name = "words"}));
  EXPECT_EQ(named.forward_layer()->name(), "forward_words");
  EXPECT_EQ(named.backward_layer()->name(), "backward_words");
  EXPECT_EQ(Bidirectional(LSTM(3)).backward_layer()->name(), "backward_lstm");
  const Bidirectional again(*named.forward_layer());
  EXPECT_EQ(again.forward_layer()->name(), "forward_words");
}

TEST(BidirectionalTest, GoesThroughItsConfiguration) {
  const Bidirectional layer(
      LSTM(3, {.return_sequences = true, .name = "words"}),
      {.merge_mode = std::nullopt,
       .backward_layer = GRU(4, {.return_sequences = true, .go_backwards = true, .name = "others"}),
       .name = "both"});
  const Bidirectional again = Bidirectional::from_config(layer.config());
  EXPECT_EQ(again.config(), layer.config());
  EXPECT_EQ(again.name(), "both");
  EXPECT_EQ(again.backward_layer()->type(), "GRU");
  EXPECT_EQ(again.backward_layer()->name(), "others");
  EXPECT_EQ(again.outputs(sequences())[1].shape(), (Shape{2, 2, 4}));
}

TEST(BidirectionalTest, ForcesZerosAtMaskedStepsOfSequencesOnly) {
  const auto zeros = [](const Bidirectional& layer) {
    return layer.backward_layer()->config().at("zero_output_for_mask").as_bool();
  };
  EXPECT_TRUE(zeros(Bidirectional(LSTM(3, {.return_sequences = true}))));
  EXPECT_FALSE(zeros(Bidirectional(LSTM(3, {.zero_output_for_mask = true}))));
}

TEST(BidirectionalTest, SharesWeightsWithACopyMadeBeforeTheFirstCall) {
  const Bidirectional layer(LSTM(3));
  const Bidirectional copy = layer;  // NOLINT(performance-unnecessary-copy-initialization)
  const Tensor y = layer(sequences());
  EXPECT_EQ(y.shape(), (Shape{2, 6}));
  EXPECT_TRUE(equal(copy(sequences()), y));
}

TEST(BidirectionalTest, HasWeightsApartFromTheLayerItIsMadeFrom) {
  const LSTM inner(3);
  const Bidirectional layer(inner);
  layer(sequences());
  EXPECT_FALSE(inner.built());
}

TEST(BidirectionalTest, IsWiredWithUnknownSizes) {
  const SymbolicTensor x = Input({.shape = {kAny, 2}});
  const Bidirectional layer(LSTM(3, {.return_sequences = true, .return_state = true}));
  const SymbolicTensors outputs = layer.outputs(x);
  ASSERT_EQ(outputs.size(), 5U);
  EXPECT_EQ(outputs[0].shape(), (Shape{kAny, kAny, 6}));
  EXPECT_EQ(outputs[4].shape(), (Shape{kAny, 3}));
  EXPECT_EQ(Bidirectional(LSTM(3), {.merge_mode = "ave"})(x).shape(), (Shape{kAny, 3}));
}

TEST(BidirectionalTest, ReversesTheMaskOfAFrontLayerThatGoesBackwards) {
  const Bidirectional layer(LSTM(3, {.return_sequences = true, .go_backwards = true}),
                            {.backward_layer = LSTM(3, {.return_sequences = true})});
  const Mask mask({2, 2}, {1, 0, 1, 1});
  EXPECT_EQ(*layer(sequences().with_mask(mask)).mask(), Mask({2, 2}, {0, 1, 1, 1}));
  const RulesScope keras(MaskRules::Keras);
  EXPECT_EQ(*layer(sequences().with_mask(mask)).mask(), mask);
}

TEST(BidirectionalTest, GoesOnInASessionIfStateful) {
  const Bidirectional layer(LSTM(3, {.return_state = true, .stateful = true}));
  const Tensors first = layer.outputs(sequences());
  const Tensors start(first.begin() + 1, first.end());
  const Tensors expected = layer.outputs(sequences(), {.initial_state = start});
  const Session session;
  layer.outputs(sequences());
  const Tensors second = layer.outputs(sequences());
  for (std::size_t i = 0; i < expected.size(); ++i) EXPECT_TRUE(equal(second[i], expected[i])) << i;
}

TEST(BidirectionalTest, ZeroesOtherStepsWhereKerasUnrolls) {
  const SymbolicTensor x = Input({.shape = {4, 1}, .name = "x"});
  const LSTM unrolled(3, {.return_sequences = true, .unroll = true});
  const Model model(x, Bidirectional(unrolled)(Masking()(x)), {.rules = MaskRules::Keras});
  const std::string sentence =
      "Bidirectional 'bidirectional' reads unrolled steps from the end but zeroes its outputs by "
      "the unreversed mask, as Keras 3.15 does";
  EXPECT_NE(model.report().find(sentence), std::string::npos) << model.report();
  const Model intended = model.with_rules(MaskRules::Intended);
  EXPECT_EQ(intended.report().find("unrolled"), std::string::npos);
  const Tensor last_masked({1, 4, 1}, {1, 2, 3, 0});
  const auto backward_at = [&](const Model& of, std::int64_t step) {
    return of(last_masked).item({0, step, 3});
  };
  EXPECT_EQ(backward_at(intended, 3), 0);
  EXPECT_NE(backward_at(intended, 0), 0);
  EXPECT_EQ(backward_at(model, 0), 0);
}

TEST(BidirectionalTest, SaysWhyItGivesSeveralOutputs) {
  EXPECT_EQ(
      error_of([] { return Bidirectional(LSTM(3), {.merge_mode = std::nullopt})(sequences()); }),
      "Bidirectional (unnamed) gives several outputs because of its missing merge_mode; call "
      "outputs(...), which returns all of them");
  EXPECT_EQ(error_of([] { return Bidirectional(LSTM(3, {.return_state = true}))(sequences()); }),
            "Bidirectional (unnamed) gives several outputs because of return_state; call "
            "outputs(...), which returns all of them");
}

TEST(BidirectionalTest, RefusesLayersThatDoNotFitTogether) {
  EXPECT_EQ(error_of([] { return Bidirectional(LSTM(3), {.merge_mode = "max"}); }),
            "Bidirectional: merge_mode is 'max'; expected 'concat', 'sum', 'mul', 'ave' or "
            "std::nullopt");
  EXPECT_EQ(error_of([] { return Bidirectional(Dense(3)); }),
            "Bidirectional: Dense (unnamed) has no option 'return_sequences'; give a recurrent "
            "layer, such as LSTM, GRU or SimpleRNN");
  EXPECT_EQ(error_of([] { return Bidirectional(LayerHandle()); }),
            "Bidirectional: no layer is given; give a recurrent layer, as in "
            "Bidirectional(LSTM(32))");
  EXPECT_EQ(error_of([] { return Bidirectional(LSTM(3, {.go_backwards = true})); }),
            "Bidirectional: go_backwards is true in both layers, LSTM 'forward_lstm' and LSTM "
            "'backward_lstm'; one of them has to read the steps from the end");
  EXPECT_EQ(error_of([] {
              return Bidirectional(LSTM(3), {.backward_layer = LSTM(
                                                 3, {.return_state = true, .go_backwards = true})});
            }),
            "Bidirectional: return_state is false in LSTM 'forward_lstm' and true in LSTM "
            "(unnamed); it has to be the same in both");
  const LSTM built(3, {.go_backwards = true});
  built(sequences());
  EXPECT_EQ(
      error_of([&] { return Bidirectional(LSTM(3), {.backward_layer = built}); }),
      "Bidirectional: backward_layer, LSTM (unnamed), has weights already, and its copy would "
      "not have them; give a layer that was not called yet");
}

TEST(BidirectionalTest, NamesBothLayersInErrors) {
  const Bidirectional layer(LSTM(3));
  EXPECT_EQ(error_of([&] {
              return layer(Tensor({1, 2}, {1, 2}));
            }),
            "Bidirectional (unnamed) on (1, 2): needs (batch, steps, features), got (1, 2); give a "
            "single sequence a batch axis with shape (1, steps, features)");
  const Mask mask({2, 3}, {1, 1, 1, 1, 1, 1});
  EXPECT_EQ(error_of([&] { return layer(sequences(), {.mask = mask}); }),
            "Bidirectional (unnamed) on (2, 2, 2): LSTM 'forward_lstm' on (2, 2, 2): a mask of "
            "shape (2, 3) for a sequence of shape (2, 2, 2); expected (batch, steps), here (2, 2)");
  const Tensor state({2, 3}, {0, 0, 0, 0, 0, 0});
  EXPECT_EQ(error_of([&] {
              return layer(sequences(), {.initial_state = {state, state, state}});
            }),
            "Bidirectional (unnamed) on (2, 2, 2), (2, 3), (2, 3), (2, 3): its initial_state has 3 "
            "tensors; expected as many for the forward layer as for the backward one");
  EXPECT_EQ(
      error_of([&] {
        return layer(sequences(), {.initial_state = {state, state}});
      }),
      "Bidirectional (unnamed) on (2, 2, 2), (2, 3), (2, 3): LSTM 'forward_lstm' on (2, 2, 2), "
      "(2, 3): its initial_state has 2 tensors, got 1: h, c");
}

}  // namespace
}  // namespace domino::layers
