#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <string>

#include "domino/backends/ops.h"
#include "domino/graph/input_layer.h"
#include "domino/graph/session.h"
#include "tests/layers/parity.h"

/// What LSTM, GRU and SimpleRNN have in common:
/// `INSTANTIATE_TYPED_TEST_SUITE_P(LSTM, RecurrentTest, LSTM);`
namespace domino::layers {

/// (2, 4, 3)
inline Tensor four_steps() {
  std::vector<float> values;
  for (int i = 0; i < 24; ++i) values.push_back(std::sin(static_cast<float>(i)));
  return Tensor({2, 4, 3}, values);
}

inline Tensor steps(std::int64_t begin, std::int64_t end) {
  return ops::slice(four_steps(), {.axis = 1, .begin = begin, .end = end});
}

inline void expect_near(const Tensor& got, const Tensor& want) {
  ASSERT_EQ(got.shape(), want.shape());
  const auto a = got.data<float>();
  const auto b = want.data<float>();
  for (std::size_t i = 0; i < a.size(); ++i) EXPECT_NEAR(a[i], b[i], 1e-6) << i;
}

template <class L>
class RecurrentTest : public ::testing::Test {
 public:
  static constexpr std::size_t kStates = L::kType == "LSTM" ? 2 : 1;
  /// "LSTM (unnamed)" and `rest`.
  static std::string unnamed(const std::string& rest) {
    return std::string(L::kType) + " (unnamed)" + rest;
  }
};
TYPED_TEST_SUITE_P(RecurrentTest);

TYPED_TEST_P(RecurrentTest, SharesWeightsWithACopyMadeBeforeTheFirstCall) {
  const TypeParam layer(2);
  const TypeParam copy = layer;  // NOLINT(performance-unnecessary-copy-initialization)
  const Tensor y = layer(four_steps());
  EXPECT_TRUE(copy.built());
  EXPECT_TRUE(equal(copy(four_steps()), y));
  EXPECT_FALSE(equal(TypeParam(2)(four_steps()), y));
}

TYPED_TEST_P(RecurrentTest, GoesThroughItsConfiguration) {
  const TypeParam layer(2, {.activation = "relu",
                            .use_bias = false,
                            .recurrent_initializer = "zeros",
                            .return_sequences = true,
                            .go_backwards = true,
                            .zero_output_for_mask = true,
                            .name = "steps"});
  const TypeParam again = TypeParam::from_config(layer.config());
  EXPECT_EQ(again.config(), layer.config());
  EXPECT_EQ(again.name(), "steps");
  EXPECT_EQ(again.options().units, 2);
  EXPECT_EQ(again(four_steps()).shape(), (Shape{2, 4, 2}));
  EXPECT_EQ(again.weights().size(), 2U);
}

TYPED_TEST_P(RecurrentTest, GivesAllOutputsWithReturnState) {
  const TypeParam layer(2, {.return_sequences = true, .return_state = true});
  const Tensors outputs =
      layer.outputs(four_steps().with_mask(Mask({2, 4}, {1, 1, 0, 0, 1, 1, 1, 1})));
  ASSERT_EQ(outputs.size(), 1 + this->kStates);
  EXPECT_EQ(outputs[0].shape(), (Shape{2, 4, 2}));
  EXPECT_EQ(*outputs[0].mask(), Mask({2, 4}, {1, 1, 0, 0, 1, 1, 1, 1}));
  for (std::size_t i = 1; i < outputs.size(); ++i) {
    EXPECT_EQ(outputs[i].shape(), (Shape{2, 2}));
    EXPECT_FALSE(outputs[i].mask());
  }
  EXPECT_EQ(
      domino::testing::error_of([&] { return layer(four_steps()); }),
      this->unnamed(" gives several outputs because of return_state; call outputs(...), which "
                    "returns all of them"));
}

TYPED_TEST_P(RecurrentTest, IsWiredWithUnknownSizes) {
  const TypeParam layer(2, {.return_sequences = true, .return_state = true});
  const SymbolicTensor x = Input({.shape = {kAny, 3}});
  const SymbolicTensors outputs = layer.outputs(x);
  ASSERT_EQ(outputs.size(), 1 + this->kStates);
  EXPECT_EQ(outputs[0].shape(), (Shape{kAny, kAny, 2}));
  EXPECT_EQ(outputs[1].shape(), (Shape{kAny, 2}));
  const SymbolicTensors states(outputs.begin() + 1, outputs.end());
  const TypeParam next(2);
  EXPECT_EQ(next(x, {.initial_state = states}).shape(), (Shape{kAny, 2}));
}

TYPED_TEST_P(RecurrentTest, StartsFromTheInitialState) {
  const TypeParam layer(2, {.return_state = true});
  const Tensors whole = layer.outputs(four_steps());
  Tensors first = layer.outputs(steps(0, 3));
  first.erase(first.begin());
  const Tensors rest = layer.outputs(steps(3, 4), {.initial_state = first});
  for (std::size_t i = 0; i < whole.size(); ++i) expect_near(rest[i], whole[i]);
}

TYPED_TEST_P(RecurrentTest, HandsOnTheMaskInTheOrderOfItsOutputs) {
  const Tensor x = four_steps().with_mask(Mask({2, 4}, {1, 1, 0, 0, 1, 1, 1, 0}));
  EXPECT_FALSE(TypeParam(2)(x).mask());
  EXPECT_EQ(*TypeParam(2, {.return_sequences = true, .go_backwards = true})(x).mask(),
            Mask({2, 4}, {0, 0, 1, 1, 0, 1, 1, 1}));
  EXPECT_FALSE(TypeParam(2, {.return_sequences = true})(x, {.mask = kNoMask}).mask());
}

TYPED_TEST_P(RecurrentTest, GoesOnInASessionIfStateful) {
  const TypeParam layer(2, {.stateful = true});
  const Tensor whole = layer(four_steps());
  Session session;
  layer(steps(0, 2));
  expect_near(layer(steps(2, 4)), whole);
  session.reset();
  expect_near(layer(four_steps()), whole);
}

TYPED_TEST_P(RecurrentTest, StartsAfreshWithoutASessionOrIfNotStateful) {
  const TypeParam stateful(2, {.stateful = true});
  const Tensor y = stateful(four_steps());
  EXPECT_TRUE(equal(stateful(four_steps()), y));
  const Session session;
  const TypeParam plain(2);
  const Tensor z = plain(four_steps());
  EXPECT_TRUE(equal(plain(four_steps()), z));
}

TYPED_TEST_P(RecurrentTest, KeepsTheBatchSizeOfItsStates) {
  const TypeParam layer(2, {.stateful = true});
  const Session session;
  layer(four_steps());
  EXPECT_EQ(
      domino::testing::error_of([&] {
        return layer(Tensor({1, 1, 3}, {1, 2, 3}));
      }),
      this->unnamed(" on (1, 1, 3): is stateful and keeps the states of 2 sequences, got 1 "
                    "sequences in (1, 1, 3); give as many in every call, or forget the states "
                    "with Session::reset()"));
}

TYPED_TEST_P(RecurrentTest, SaysWhichInputItNeeds) {
  using domino::testing::error_of;
  EXPECT_EQ(error_of([] {
              return TypeParam(2)(Tensor({2, 3}, {1, 2, 3, 4, 5, 6}));
            }),
            this->unnamed(" on (2, 3): needs (batch, steps, features), got (2, 3); give a single "
                          "sequence a batch axis with shape (1, steps, features)"));
  EXPECT_EQ(error_of([] {
              return TypeParam(2)(ops::zeros({2, 0, 3}));
            }),
            this->unnamed(" on (2, 0, 3): rnn: a sequence without steps, (2, 0, 3); a recurrent "
                          "layer needs at least one"));
  const TypeParam layer(2);
  layer(four_steps());
  EXPECT_EQ(error_of([&] {
              return layer(ops::zeros({2, 4, 5}));
            }),
            this->unnamed(" on (2, 4, 5): was built for 3 features, got 5 in (2, 4, 5); a layer "
                          "keeps the features of its first call"));
}

TYPED_TEST_P(RecurrentTest, SaysWhichMaskAndStateItNeeds) {
  using domino::testing::error_of;
  const TypeParam layer(2);
  const Mask mask({2, 3}, {1, 1, 1, 1, 1, 1});
  EXPECT_EQ(
      error_of([&] { return layer(four_steps(), {.mask = mask}); }),
      this->unnamed(" on (2, 4, 3): a mask of shape (2, 3) for a sequence of shape (2, 4, 3); "
                    "expected (batch, steps), here (2, 4)"));
  const Tensors wide(this->kStates, ops::zeros({2, 5}));
  EXPECT_EQ(error_of([&] { return layer(four_steps(), {.initial_state = wide}); }),
            this->unnamed(this->kStates == 2 ? " on (2, 4, 3), (2, 5), (2, 5)"
                                             : " on (2, 4, 3), (2, 5)") +
                ": its initial_state h has shape (2, 5), expected (batch, units), here (2, 2)");
  const Tensors many(3, ops::zeros({2, 2}));
  EXPECT_EQ(error_of([&] { return layer(four_steps(), {.initial_state = many}); }),
            this->unnamed(" on (2, 4, 3), (2, 2), (2, 2), (2, 2): its initial_state has ") +
                (this->kStates == 2 ? "2 tensors, got 3: h, c" : "1 tensors, got 3: h"));
}

TYPED_TEST_P(RecurrentTest, RefusesOptionsThatMeanNothing) {
  using domino::testing::error_of;
  const std::string type(TypeParam::kType);
  EXPECT_EQ(error_of([] { return TypeParam(0); }), type + ": units is 0; expected at least 1");
  EXPECT_THAT(error_of([] { return TypeParam(2, {.activation = "rellu"}); }),
              ::testing::StartsWith(type + ": no activation is called 'rellu'; expected one of"));
}

REGISTER_TYPED_TEST_SUITE_P(RecurrentTest, SharesWeightsWithACopyMadeBeforeTheFirstCall,
                            GoesThroughItsConfiguration, GivesAllOutputsWithReturnState,
                            IsWiredWithUnknownSizes, StartsFromTheInitialState,
                            HandsOnTheMaskInTheOrderOfItsOutputs, GoesOnInASessionIfStateful,
                            StartsAfreshWithoutASessionOrIfNotStateful,
                            KeepsTheBatchSizeOfItsStates, SaysWhichInputItNeeds,
                            SaysWhichMaskAndStateItNeeds, RefusesOptionsThatMeanNothing);

}  // namespace domino::layers
