// Files of models that are damaged or hostile: each gives an error that says where and what, none
// brings the program down.

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <string>

#include "domino/core/random.h"
#include "domino/io/hdf5_writer_internal.h"
#include "tests/models/malformed_model.h"

namespace domino {
namespace {

using domino::testing::MalformedModelTest;
using ::testing::AllOf;
using ::testing::HasSubstr;

TEST_F(MalformedModelTest, SayWhatIsWrong) {
  auto members = members_;
  members.erase("model.weights.h5");
  EXPECT_THAT(error_for(members),
              AllOf(HasSubstr("model.keras'"), HasSubstr("'model.weights.h5' is missing")));
  EXPECT_THAT(error_with("config.json", "{"), HasSubstr("its config.json is not valid JSON"));
  EXPECT_THAT(error_with("config.json", "[]"), HasSubstr("model.keras'"));
  EXPECT_THAT(error_with("metadata.json", R"({"keras_version": "2.15.0"})"),
              HasSubstr("written by Keras 2.15.0"));
  EXPECT_THAT(error_with("metadata.json", R"({"keras_version": "new"})"), HasSubstr("no version"));
  EXPECT_THAT(error_with_config("\"units\": 3", "\"units\": 4"),
              AllOf(HasSubstr("layers/lstm/cell/vars/0"), HasSubstr("has shape (4, 12)"),
                    HasSubstr("expected (4, 16)")));
  EXPECT_THAT(error_with_config("\"units\": 3", "\"units\": \"three\""),
              AllOf(HasSubstr("model.keras'"), HasSubstr("layer 'lstm'"), HasSubstr("units")));
  EXPECT_THAT(error_with_config("\"units\": 3", "\"units\": 500000000"),
              AllOf(HasSubstr("layer 'lstm'"), HasSubstr("larger than what the file holds")));
  EXPECT_THAT(error_with_config("\"class_name\": \"LSTM\"", "\"class_name\": \"Unknown\""),
              HasSubstr("no layer class is called 'Unknown'"));
  EXPECT_THAT(error_with_config("[\"embedding\", 0, 0]", "[\"embedding\", 7, 0]"),
              HasSubstr("needs a tensor that is never made"));
  EXPECT_THAT(error_with_config("[\"embedding\", 0, 0]", "[\"embedding\", 0, 5]"),
              HasSubstr("layer 'embedding' has no call 0 with an output 5"));
  EXPECT_THAT(error_with_config("[\"embedding\", 0, 0]", "[\"elsewhere\", 0, 0]"),
              HasSubstr("there is no layer 'elsewhere'"));
}

TEST_F(MalformedModelTest, SayWhichArgumentStandsInTheWrongPlace) {
  const std::string before = R"(}}], "kwargs": {"training": false, "mask")";
  EXPECT_THAT(error_with_config(before, R"(}}, null, null], "kwargs": {"training": false, "mask")"),
              AllOf(HasSubstr("layer 'lstm'"), HasSubstr("None stands in the place of 'mask'"),
                    HasSubstr("save the model with mask=None")));
  const std::string more = R"({"class_name": "__keras_tensor__", "config": {"shape": [null, null],
      "dtype": "bool", "keras_history": ["not_equal", 0, 0]}})";
  EXPECT_THAT(error_with_config(before, "}}, null, " + more + ", " + more + before.substr(2)),
              HasSubstr("its argument 4 has no name; save the model with arguments given by name"));
}

TEST_F(MalformedModelTest, NameAMissingWeightAndAStrangeOne) {
  const auto weights = in_folder("weights.h5");
  Hdf5Writer writer(weights);
  writer.write("layers/embedding/vars/0", Tensor({10, 4}, std::vector<float>(40)));
  writer.write("layers/strange/vars/0", Tensor({1}, {1}));
  writer.commit();
  std::ifstream file(weights, std::ios::binary);
  const std::string error =
      error_with("model.weights.h5", {std::istreambuf_iterator<char>(file), {}});
  EXPECT_THAT(error,
              AllOf(HasSubstr("'layers/lstm/cell/vars/0' (kernel) is missing"),
                    HasSubstr("'layers/strange/vars/0' is not a weight of this Functional")));
}

TEST_F(MalformedModelTest, ReadNoOtherFile) {
  const auto links = std::filesystem::path(DOMINO_TESTS_DIR) / "io/data/refused.h5";
  std::ifstream file(links, std::ios::binary);
  EXPECT_THAT(error_with("model.weights.h5", {std::istreambuf_iterator<char>(file), {}}),
              AllOf(HasSubstr("model.keras'"), HasSubstr("external links")));
}

TEST_F(MalformedModelTest, KnowATruncatedFile) {
  ASSERT_EQ(error_for(members_), "");
  const auto size = std::filesystem::file_size(path_);
  for (const auto part : {size / 50, size / 3, size - 1}) {
    ASSERT_EQ(error_for(members_), "");
    std::filesystem::resize_file(path_, part);
    EXPECT_THAT(error_of(path_), HasSubstr("model.keras'")) << part;
  }
}

std::string flipped(std::string bytes, Random& random) {
  const auto at = static_cast<std::size_t>(random.uniform() * static_cast<double>(bytes.size()));
  bytes[at] = static_cast<char>(bytes[at] ^ (1 << static_cast<int>(random.uniform() * 8)));
  return bytes;
}

TEST_F(MalformedModelTest, SurviveFlippedBytes) {
  constexpr int kTimes = 2000;
  Random random(1);
  ASSERT_EQ(error_for(members_), "");
  std::ifstream file(path_, std::ios::binary);
  const std::string whole{std::istreambuf_iterator<char>(file), {}};
  int refused = 0;
  for (int i = 0; i < kTimes; ++i) {
    const auto path = write("flipped.keras", flipped(whole, random));
    refused += error_of(path).empty() ? 0 : 1;
  }
  // Every member has a checksum.
  EXPECT_GT(refused, kTimes * 9 / 10);
}

TEST_F(MalformedModelTest, SurviveFlippedBytesUnderARightChecksum) {
  constexpr int kTimes = 1000;
  Random random(2);
  int refused = 0;
  for (int i = 0; i < kTimes; ++i) {
    for (const std::string member : {"config.json", "model.weights.h5"}) {
      refused += error_with(member, flipped(members_.at(member), random)).empty() ? 0 : 1;
    }
  }
  EXPECT_GT(refused, 0);
}

}  // namespace
}  // namespace domino
