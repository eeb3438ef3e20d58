#include "domino/layers/rnn/time_distributed.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "domino/backends/ops.h"
#include "domino/graph/input_layer.h"
#include "domino/graph/sequential.h"
#include "domino/graph/session.h"
#include "domino/layers/activations/softmax.h"
#include "domino/layers/core/dense.h"
#include "domino/layers/core/lambda.h"
#include "domino/layers/core/masking.h"
#include "domino/layers/merging/add.h"
#include "domino/layers/normalization/rms_normalization.h"
#include "domino/layers/rnn/lstm.h"
#include "tests/layers/parity.h"
#include "tests/layers/rnn/own_cells.h"
#include "tests/quiet.h"

namespace domino::layers {
namespace {

using domino::testing::error_of;
using ::testing::HasSubstr;
using ::testing::Not;

Tensor two_sequences() { return Tensor({2, 3, 2}, {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12}); }

TEST(TimeDistributedTest, DoesAsKeras) {
  testing::register_own_cells();
  testing::expect_parity("time_distributed");
}

TEST(TimeDistributedTest, HasTheWeightsOfItsLayer) {
  const Dense dense(3);
  const TimeDistributed layer(dense);
  const TimeDistributed copy = layer;  // NOLINT(performance-unnecessary-copy-initialization)
  const Tensor y = layer(two_sequences());
  EXPECT_EQ(y.shape(), (Shape{2, 3, 3}));
  EXPECT_EQ(layer.weights()[0].path, "layer/kernel");
  EXPECT_TRUE(equal(layer.weights()[0].value, dense.weights()[0].value));
  EXPECT_TRUE(equal(copy(two_sequences()), y));
}

TEST(TimeDistributedTest, GoesThroughItsConfiguration) {
  const TimeDistributed layer(Dense(3, {.activation = "relu"}), {.name = "each"});
  const TimeDistributed again = TimeDistributed::from_config(layer.config());
  EXPECT_EQ(again.config(), layer.config());
  EXPECT_EQ(again.name(), "each");
}

TEST(TimeDistributedTest, IsWiredWithUnknownSizes) {
  const SymbolicTensor x = Input({.shape = {kAny, 5, 2}});
  EXPECT_EQ(TimeDistributed(LSTM(3))(x).shape(), (Shape{kAny, kAny, 3}));
  EXPECT_EQ(TimeDistributed(LSTM(3, {.return_sequences = true}))(x).shape(),
            (Shape{kAny, kAny, 5, 3}));
  EXPECT_EQ(TimeDistributed(TimeDistributed(Dense(3)), {})(x).shape(), (Shape{kAny, kAny, 5, 3}));
}

TEST(TimeDistributedTest, KeepsStepsApartWhereTheLayerMixesItsBatch) {
  const Tensor x = two_sequences();
  const Tensor softmax = TimeDistributed(Softmax({.axis = 0}))(x);
  const Lambda mean_of_batch([](const Tensor& step) {
    return ops::broadcast_to(ops::mean(step, {0}, true), step.shape());
  });
  const SymbolicTensor in = Input({.shape = {2}});
  const Tensor mean = TimeDistributed(mean_of_batch)(x);
  const Tensor mean_in_a_model = TimeDistributed(Model(in, mean_of_batch(in)))(x);
  EXPECT_TRUE(equal(mean_in_a_model, mean));
  for (std::int64_t t = 0; t < 3; ++t) {
    const Tensor step = ops::select(x, 1, t);
    EXPECT_TRUE(equal(ops::select(softmax, 1, t), ops::softmax(step, 0)));
    EXPECT_FLOAT_EQ(static_cast<float>(ops::select(mean, 1, t).item({0, 0})),
                    static_cast<float>((step.item({0, 0}) + step.item({1, 0})) / 2));
  }
}

/// A layer of the user's, which may call itself as it likes.
class BatchMean final : public UnaryLayer<BatchMean> {
 public:
  static constexpr std::string_view kType = "Dense";
  Tensor call(const Tensor& x) const {
    return ops::broadcast_to(ops::mean(x, {0}, true), x.shape());
  }
};

TEST(TimeDistributedTest, KnowsItsOwnLayersByTheirClass) {
  const Tensor y = TimeDistributed(BatchMean())(two_sequences());
  EXPECT_TRUE(equal(ops::select(y, 1, 0), Tensor({2, 2}, {4, 5, 4, 5})));
}

TEST(TimeDistributedTest, CarriesTheStateOfItsLayerFromStepToStep) {
  const LSTM lstm(2, {.stateful = true});
  const Tensor words({1, 2, 3, 1}, {1, 2, 3, 4, 5, 6});
  Tensor expected;
  {
    const Session session;
    lstm(Tensor({1, 3, 1}, {1, 2, 3}));
    expected = lstm(Tensor({1, 3, 1}, {4, 5, 6}));
  }
  const Session session;
  const Tensor y = TimeDistributed(lstm)(words);
  EXPECT_TRUE(equal(ops::select(y, 1, 1), expected));
}

TEST(TimeDistributedTest, HandsItsMaskOn) {
  const Mask mask({2, 3}, {1, 1, 0, 0, 1, 1});
  EXPECT_EQ(*TimeDistributed(Dense(3))(two_sequences().with_mask(mask)).mask(), mask);
}

TEST(TimeDistributedTest, SaysWhatItNeeds) {
  const TimeDistributed layer(Dense(3));
  EXPECT_EQ(error_of([&] {
              return layer(Tensor({2, 2}, {1, 2, 3, 4}));
            }),
            "TimeDistributed (unnamed) on (2, 2): needs at least (batch, steps, features), got (2, "
            "2); its layer sees the shape without the steps");
  EXPECT_EQ(
      error_of([&] {
        return layer(two_sequences(), {.mask = Mask({2}, {1, 1})});
      }),
      "TimeDistributed (unnamed) on (2, 3, 2): a mask of shape (2,); expected at least (batch, "
      "steps), here (2, 3)");
  EXPECT_EQ(
      error_of([&] {
        return layer(two_sequences(), {.mask = Mask({2, 2}, {1, 1, 1, 1})});
      }),
      "TimeDistributed (unnamed) on (2, 3, 2): a mask of shape (2, 2) for (2, 3, 2); its first "
      "two sizes must be those of the input, here (2, 3)");
}

TEST(TimeDistributedTest, CallsAModelOnEveryStep) {
  const SymbolicTensor q = Input({.shape = {kAny, 2}});
  const Model model(q, LSTM(3)(Masking()(q)));
  const TimeDistributed layer(model);
  const Tensor x({1, 2, 3, 2}, {1, 2, 0, 0, 0, 0, 3, 4, 5, 6, 0, 0});
  const Tensor y = layer(x.with_mask(Mask({1, 2}, {1, 0})));
  EXPECT_EQ(y.shape(), (Shape{1, 2, 3}));
  EXPECT_EQ(y.mask(), Mask({1, 2}, {1, 0}));
  for (std::int64_t t = 0; t < 2; ++t) {
    EXPECT_TRUE(equal(ops::select(y, 1, t), model(ops::select(x, 1, t))));
  }
  EXPECT_EQ(layer.weights()[0].path, "layer/layers/lstm/cell/kernel");
}

TEST(TimeDistributedTest, CallsASequentialOnBatchesAndStepsOfAnySize) {
  const TimeDistributed layer(Sequential({Masking(), LSTM(3)}));
  EXPECT_EQ(layer(ops::zeros({2, 3, 4, 5})).shape(), (Shape{2, 3, 3}));
  EXPECT_EQ(layer(ops::zeros({1, 2, 6, 5})).shape(), (Shape{1, 2, 3}));
  const SymbolicTensor x = Input({.shape = {kAny, kAny, 5}});
  EXPECT_EQ(layer(x).shape(), (Shape{kAny, kAny, 3}));
}

TEST(TimeDistributedTest, MissesAMaskOnlyIfItsLayerUsesOne) {
  const domino::testing::Quiet quiet;
  const auto report_behind_loss = [](const LayerHandle& inner) {
    const SymbolicTensor x = Input({.shape = {kAny, 6, 5}});
    const SymbolicTensor lost = RMSNormalization()(Masking()(x));
    return Model(x, TimeDistributed(inner)(lost)).report();
  };
  EXPECT_THAT(report_behind_loss(Dense(3)), Not(HasSubstr("unmasked")));
  EXPECT_THAT(report_behind_loss(Sequential({Dense(3), LSTM(2)})), HasSubstr("unmasked"));
}

TEST(TimeDistributedTest, RefusesModelsOfSeveralInputs) {
  const SymbolicTensor a = Input({.shape = {2}});
  const SymbolicTensor b = Input({.shape = {2}});
  const Model model({a, b}, Add()({a, b}), {.name = "sum"});
  EXPECT_EQ(error_of([&] { return TimeDistributed(model); }),
            "TimeDistributed: Functional 'sum' takes several tensors; give a layer of one tensor");
}

TEST(TimeDistributedTest, RefusesLayersThatItCannotCall) {
  EXPECT_EQ(error_of([] { return TimeDistributed(LayerHandle()); }),
            "TimeDistributed: no layer is given; give one, as in TimeDistributed(Dense(3))");
  EXPECT_EQ(error_of([] { return TimeDistributed(Add()); }),
            "TimeDistributed: Add (unnamed) takes several tensors; give a layer of one tensor");
  const TimeDistributed layer(LSTM(3, {.return_state = true}));
  EXPECT_EQ(
      error_of([&] {
        return layer(ops::zeros({2, 2, 3, 1}));
      }),
      "TimeDistributed (unnamed) on (2, 2, 3, 1): its layer, LSTM (unnamed), gives 3 outputs; "
      "it must give one");
  EXPECT_EQ(
      error_of([] {
        return TimeDistributed(Lambda([](const Tensor& x) { return x; }))(ops::zeros({2, 0, 3}));
      }),
      "TimeDistributed (unnamed) on (2, 0, 3): a sequence without steps, (2, 0, 3); its layer, "
      "Lambda (unnamed), needs at least one");
}

}  // namespace
}  // namespace domino::layers
