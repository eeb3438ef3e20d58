#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "domino/graph/sequential.h"
#include "domino/io/hdf5_reader_internal.h"
#include "domino/io/keras_archive_internal.h"
#include "domino/io/load_weights.h"
#include "domino/io/save_weights.h"
#include "domino/layers.h"
#include "tests/error_of.h"
#include "tests/io/recorded.h"
#include "tests/io/temporary_folder.h"

namespace domino {
namespace {

using testing::error_of;
using testing::recorded;

/// Weights in HDF5 files, against those that tests/io/record.py had Keras write.
class Hdf5WeightsTest : public FolderTest {};

/// The model of sentiment.weights.h5.
Sequential sentiment() {
  return Sequential(
      {InputLayer({.shape = {kAny}, .dtype = DType::Int32}),
       layers::Embedding(5, 2, {.mask_zero = true}), layers::Bidirectional(layers::LSTM(1)),
       layers::BatchNormalization(), layers::Dropout(0.5), layers::Dense(2), layers::Dense(1)},
      {.name = "sentiment"});
}

Sequential one_dense() {
  return Sequential({InputLayer({.shape = {2}}), layers::Dense(2)}, {.name = "model"});
}

TEST_F(Hdf5WeightsTest, LoadsWhatKerasSaved) {
  const Sequential model = sentiment();
  load_weights(model, recorded("sentiment.weights.h5"));
  // Keras' script put the place of the weight in the model, times 100, into its first number.
  const std::vector<std::pair<std::string, double>> expected = {
      {"layers/embedding/embeddings", 0},
      {"layers/bidirectional/forward_layer/cell/kernel", 100},
      {"layers/bidirectional/forward_layer/cell/recurrent_kernel", 200},
      {"layers/bidirectional/forward_layer/cell/bias", 300},
      {"layers/bidirectional/backward_layer/cell/kernel", 400},
      {"layers/bidirectional/backward_layer/cell/recurrent_kernel", 500},
      {"layers/bidirectional/backward_layer/cell/bias", 600},
      {"layers/batch_normalization/gamma", 700},
      {"layers/batch_normalization/beta", 800},
      {"layers/batch_normalization/moving_mean", 900},
      {"layers/batch_normalization/moving_variance", 1000},
      {"layers/dense/kernel", 1100},
      {"layers/dense/bias", 1200},
      {"layers/dense_1/kernel", 1300},
      {"layers/dense_1/bias", 1400}};
  const std::vector<Variable> weights = model.weights();
  ASSERT_EQ(weights.size(), expected.size());
  for (std::size_t i = 0; i < weights.size(); ++i) {
    EXPECT_EQ(weights[i].path, expected[i].first);
    const std::int64_t count = weights[i].value.elements();
    const Tensor row = weights[i].value.viewed_as({count});
    for (std::int64_t k = 0; k < count; ++k) {
      EXPECT_EQ(row.item({k}), expected[i].second + static_cast<double>(k)) << weights[i].path;
    }
  }
}

/// All groups and datasets, with the names of the layers.
std::vector<std::string> outline(Hdf5Reader& file, const std::string& path = "") {
  std::vector<std::string> lines;
  for (const std::string& name : file.members(path)) {
    const std::string member = path.empty() ? name : fmt::format("{}/{}", path, name);
    lines.push_back(member + " " + file.attribute(member, "name").to_json());
    if (!file.is_group(member)) continue;
    for (std::string& line : outline(file, member)) lines.push_back(std::move(line));
  }
  return lines;
}

TEST_F(Hdf5WeightsTest, SavesAsKerasDoes) {
  const Sequential model = sentiment();
  load_weights(model, recorded("sentiment.weights.h5"));
  const auto path = in_folder("saved.weights.h5");
  save_weights(model, path);
  Hdf5Reader keras(ByteSource::file(recorded("sentiment.weights.h5")));
  Hdf5Reader saved(ByteSource::file(path));
  EXPECT_THAT(outline(saved), ::testing::ElementsAreArray(outline(keras)));
  for (const std::string& dataset : keras.datasets()) {
    EXPECT_TRUE(equal(saved.read(dataset), keras.read(dataset))) << dataset;
  }
  const Sequential other = sentiment();
  load_weights(other, path);
  const Tensors expected = model.get_weights();
  const Tensors values = other.get_weights();
  for (std::size_t i = 0; i < values.size(); ++i) EXPECT_TRUE(equal(values[i], expected[i])) << i;
}

TEST_F(Hdf5WeightsTest, SavesAndLoadsALoneLayer) {
  const layers::Dense dense(2, {.name = "dense"});
  dense(Tensor({1, 2}, {0, 0}));
  save_weights(dense, in_folder("dense.weights.h5"));
  Hdf5Reader saved(ByteSource::file(in_folder("dense.weights.h5")));
  EXPECT_THAT(outline(saved),
              ::testing::ElementsAre("vars \"dense\"", "vars/0 null", "vars/1 null"));
  const layers::Dense other(2);
  other(Tensor({1, 2}, {0, 0}));
  load_weights(other, in_folder("dense.weights.h5"));
  EXPECT_TRUE(equal(other.get_weights()[0], dense.get_weights()[0]));
}

TEST_F(Hdf5WeightsTest, LeavesTheOptimizerAlone) {
  const ByteSource bytes = KerasArchive(recorded("trained.keras")).bytes("model.weights.h5");
  const auto path = write("trained.h5", bytes.text(0, bytes.size()));
  EXPECT_TRUE(Hdf5Reader(bytes).contains("optimizer/vars/0"));
  const Sequential model = one_dense();
  load_weights(model, path);
  const Tensor y = model.predict(Tensor({1, 2}, {1, 1}));
  EXPECT_TRUE(equal(y, Tensor({1, 2}, {102, 105}))) << to_string(y);
}

TEST_F(Hdf5WeightsTest, ConvertsNarrowFloats) {
  for (const char* name : {"bfloat16.weights.h5", "float16.weights.h5"}) {
    const Sequential model = one_dense();
    load_weights(model, recorded(name));
    const Tensor y = model.predict(Tensor({1, 2}, {1, 1}));
    EXPECT_TRUE(equal(y, Tensor({1, 2}, {51, 52.5}))) << name << to_string(y);
  }
}

TEST_F(Hdf5WeightsTest, ListsAllThatDoesNotFit) {
  const auto path = recorded("sentiment.weights.h5");
  const Sequential model(
      {InputLayer({.shape = {kAny}, .dtype = DType::Int32}), layers::Embedding(5, 2),
       layers::Bidirectional(layers::LSTM(1)), layers::Dense(3), layers::PReLU()},
      {.name = "model"});
  EXPECT_EQ(error_of<IoError>([&] { load_weights(model, path); }),
            "'" + path.string() +
                "' does not hold the weights of Sequential 'model'; nothing was loaded:\n"
                "  'layers/dense/vars/0' (kernel) has shape (2, 2), expected (2, 3)\n"
                "  'layers/dense/vars/1' (bias) has shape (2,), expected (3,)\n"
                "  'layers/p_re_lu/vars/0' (alpha) is missing: (3,) of float32\n"
                "  'layers/batch_normalization/vars/0' is not a weight of this Sequential\n"
                "  'layers/batch_normalization/vars/1' is not a weight of this Sequential\n"
                "  'layers/batch_normalization/vars/2' is not a weight of this Sequential\n"
                "  'layers/batch_normalization/vars/3' is not a weight of this Sequential\n"
                "  'layers/dense_1/vars/0' is not a weight of this Sequential\n"
                "  'layers/dense_1/vars/1' is not a weight of this Sequential");
}

TEST_F(Hdf5WeightsTest, RefusesTheOlderLayout) {
  EXPECT_EQ(error_of<IoError>([&] { load_weights(one_dense(), recorded("legacy.h5")); }),
            "'" + recorded("legacy.h5").string() +
                "': its weights are laid out as in Keras 2; in Keras 3, save them by "
                "model.save_weights('name.weights.h5')");
}

}  // namespace
}  // namespace domino
