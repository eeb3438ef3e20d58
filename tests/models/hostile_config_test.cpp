// Configurations that Keras does not write: each is refused in one line that says where and what.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "tests/models/malformed_model.h"

namespace domino {
namespace {

using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

class HostileConfigTest : public domino::testing::MalformedModelTest {
 protected:
  using MalformedModelTest::MalformedModelTest;

  /// That replacing `part` gives an error that ends so.
  void expect_refused(const std::string& part, const std::string& by,
                      const std::string& error) const {
    SCOPED_TRACE(by);
    const std::string text = error_with_config(part, by);
    EXPECT_THAT(text, StartsWith("'" + path_.string() + "': "));
    EXPECT_THAT(text, EndsWith(error));
    EXPECT_THAT(text, Not(HasSubstr("\n")));
  }
  void expect_refused_units(const std::string& units, const std::string& error) const {
    expect_refused(R"("units": 3)", "\"units\": " + units, error);
  }
};

std::string place(const std::string& where) { return "\"keras_history\": [" + where + "]"; }

TEST_F(HostileConfigTest, NumbersThatAreNoSizes) {
  const std::string units = "layer 'lstm': LSTM: 'units': ";
  expect_refused_units("NaN", units + "expected an integer, got NaN");
  expect_refused_units("Infinity", units + "expected an integer, got Infinity");
  expect_refused_units("2.5", units + "expected an integer, got 2.5");
  expect_refused_units("[3]", units + "expected an integer, got [3]");
  expect_refused_units("1099511627776", units + "1099511627776 does not fit in 32 bits");
  expect_refused_units("9223372036854775808", "a whole number beyond 64 bits");
  expect_refused_units("1e999", "its config.json holds a number beyond a double at byte 1923");
  expect_refused_units("-3", "layer 'lstm': LSTM: units is -3; expected at least 1");
  expect_refused_units("0", "layer 'lstm': LSTM: units is 0; expected at least 1");
  expect_refused_units("3, \"units\": 4",
                       "its config.json holds the key 'units' twice in one object");
  expect_refused(R"("rate": 0.5)", R"("rate": NaN)",
                 "layer 'dropout': Dropout: rate is nan; expected a number from 0 to 1");
}

TEST_F(HostileConfigTest, ShapesThatAreNone) {
  const auto expect = [this](const std::string& shape, const std::string& error) {
    expect_refused(R"("batch_shape": [null, null])", "\"batch_shape\": " + shape, error);
  };
  expect("[null, -1]",
         "layer 'ids': InputLayer: 'batch_shape' has the size -1; expected sizes of at least 0, or "
         "null");
  expect("[4294967296, 4294967296]",
         "layer 'embedding': shape (4294967296, 4294967296) has more elements than 64 bits can "
         "count");
  expect(
      "[null, 1, 1, 1, 1, 1, 1, 1, 1]",
      "layer 'lstm': LSTM 'lstm': needs (batch, steps, features), got (None, 1, 1, 1, 1, 1, 1, 1, "
      "1, 4); give a single sequence a batch axis with shape (1, steps, features)");
  expect(
      "[null, 0]",
      "layer 'lstm': LSTM 'lstm' on (None, 0, 4): rnn: a sequence without steps, (None, 0, 4); a "
      "recurrent layer needs at least one");
}

TEST_F(HostileConfigTest, NothingIsImportedOrCalled) {
  const std::string lstm = R"("module": "keras.layers", "class_name": "LSTM")";
  expect_refused(lstm, R"("module": "os", "class_name": "system")",
                 "layer 'lstm': system: no layer class is called 'system'; a custom class must be "
                 "made known by register_layer<T>(\"system\")");
  // The module counts for nothing.
  EXPECT_EQ(error_with_config(lstm, R"("module": "os", "class_name": "LSTM")"), "");
  expect_refused(
      R"("activation": "tanh")",
      R"("activation": {"class_name": "function", "config": "system", "module": "os"})",
      "only functions of Keras, by their names, and layers can be read. Use \"linear\" here and a "
      "layer that computes it behind");
}

TEST_F(HostileConfigTest, WhatShouldBeAnObjectIsNone) {
  expect_refused(R"("layers": [)", R"("layers": 3, "x": [)", "expected an array, got 3");
  expect_refused(R"("class_name": "Functional")", R"("class_name": 4)", "expected a string, got 4");
  expect_refused(R"("class_name": "LSTM", "config": {)",
                 R"("class_name": "LSTM", "config": null, "x": {)",
                 "layer 'lstm': LSTM: expected an object, got null");
  expect_refused(R"("inbound_nodes": [])", R"("inbound_nodes": 3)",
                 "layer 'ids': expected an array, got 3");
}

TEST_F(HostileConfigTest, GraphsThatAreNone) {
  const std::string embedded = place(R"("embedding", 0, 0)");
  const std::string never = "call 0 of layer 'lstm' needs a tensor that is never made";
  expect_refused(embedded, place(R"("lstm", 0, 0)"), never);     // a circle of one
  expect_refused(embedded, place(R"("dropout", 0, 0)"), never);  // and of two
  expect_refused(embedded, place(R"("embedding", -1, 0)"), never);
  expect_refused(embedded, place(R"("embedding", 0, -1)"),
                 "layer 'lstm': layer 'embedding' has no call 0 with an output -1");
  expect_refused(R"("name": "dropout", "inbound)", R"("name": "lstm", "inbound)",
                 "two layers are called 'lstm'");
  expect_refused(R"("name": "dropout", "trainable)", R"("name": "lstm", "trainable)",
                 "two layers of this model are called 'lstm'; give each a name of its own");
  expect_refused(R"("output_layers": [["bidirectional")", R"("output_layers": [["nowhere")",
                 "there is no layer 'nowhere'");
  expect_refused(R"([["bidirectional", 0, 0], ["global_average_pooling1d", 0, 0]])", "[]",
                 "a model needs at least one output");
  expect_refused(R"("input_layers": ["ids", 0, 0])", R"("input_layers": [])",
                 "which is not among the model's inputs; add it to them");
}

TEST_F(HostileConfigTest, MasksThatAreNone) {
  const std::string mask =
      R"("mask": {"class_name": "__keras_tensor__", "config": {"shape": [null, null], "dtype": "bool", )";
  expect_refused(
      mask + place(R"("not_equal", 0, 0)"), mask + place(R"("embedding", 0, 0)"),
      "layer 'lstm': LSTM 'lstm' on (None, None, 4): a mask of shape (None, None, 4) for "
      "a sequence of shape (None, None, 4); expected (batch, steps), here (None, None)");
  expect_refused(mask + place(R"("not_equal", 0, 0)") + "}}", R"("mask": 5)",
                 "layer 'lstm': it is called on 5; expected a tensor of the model");
}

TEST_F(HostileConfigTest, ModelsInModelsWithoutEnd) {
  std::string config;
  for (int i = 0; i < 100'000; ++i) {
    config += R"({"class_name": "Sequential", "config": {"layers": [)";
  }
  EXPECT_THAT(error_with("config.json", config),
              EndsWith("its config.json nests deeper than 200 levels"));
}

TEST_F(HostileConfigTest, ATextOfManyMegabytes) {
  EXPECT_THAT(
      error_with("config.json", '"' + std::string(64U << 20U, 'x') + '"'),
      EndsWith("member 'config.json': it has 67108866 bytes; Domino reads at most 67108864"));
}

class HostileConvolutionTest : public HostileConfigTest {
 protected:
  HostileConvolutionTest() : HostileConfigTest("lost_at_convolution.keras") {}
};

TEST_F(HostileConvolutionTest, NumbersThatDivide) {
  expect_refused(R"("kernel_size": [2])", R"("kernel_size": [0])",
                 "layer 'conv1d': Conv1D: kernel_size is (0); expected one number of at least 1");
  expect_refused(R"("strides": [1])", R"("strides": [0])",
                 "layer 'conv1d': Conv1D: strides is (0); expected one number of at least 1");
  expect_refused(R"("dilation_rate": [1])", R"("dilation_rate": [0])",
                 "layer 'conv1d': Conv1D: dilation_rate is (0); expected one number of at least 1");
  expect_refused(R"("groups": 1)", R"("groups": 0)",
                 "layer 'conv1d': Conv1D: 3 filters do not divide into 0 groups");
}

}  // namespace
}  // namespace domino
