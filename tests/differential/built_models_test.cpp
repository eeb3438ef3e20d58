// Models built in C++ and saved: files of the form that Keras judged, which compute the same.

#include "tests/differential/built_models.h"

#include <gtest/gtest.h>

#include <fstream>
#include <nlohmann/json.hpp>

#include "domino/io/keras_archive_internal.h"
#include "domino/io/load_model.h"
#include "domino/io/save_model.h"
#include "tests/differential/compare_case.h"
#include "tests/io/temporary_folder.h"
#include "tests/quiet.h"

namespace domino {
namespace {

using domino::testing::built_models;
using domino::testing::BuiltModel;
using domino::testing::compare;
using domino::testing::Difference;
using nlohmann::json;

class BuiltModelsTest : public FolderTest {
 protected:
  std::filesystem::path saved(const Model& model, const std::string& name) const {
    std::filesystem::path file = in_folder(name + ".keras");
    save_model(model, file);
    return file;
  }

 private:
  const testing::Quiet quiet_;
};

/// What `back.py --built --commit` wrote once Keras had agreed.
json judged() {
  return json::parse(
      std::ifstream(std::filesystem::path(DOMINO_TESTS_DIR) / "differential/built_models.json"));
}

void expect_config(const std::filesystem::path& file, const json& expected) {
  SCOPED_TRACE(file.stem());
  const json config = json::parse(KerasArchive(file).text("config.json", 1 << 20));
  EXPECT_EQ(config, expected) << json::diff(expected, config).dump(1);
}

TEST_F(BuiltModelsTest, AreWrittenInTheFormThatKerasJudged) {
  const json expected = judged();
  std::size_t count = 0;
  for (const BuiltModel& built : built_models()) {
    expect_config(saved(built.model, built.name), expected.at(built.name));
    ++count;
    if (!built.runs_by_keras_rules) continue;
    const Model keras = built.model.with_rules(MaskRules::Keras);
    expect_config(saved(keras, built.name + "_keras"), expected.at(built.name + "_keras"));
    ++count;
  }
  EXPECT_EQ(expected.size(), count);
}

TEST_F(BuiltModelsTest, ComputeTheSameByKerasRulesWhenTheyAreReadAgain) {
  for (const BuiltModel& built : built_models()) {
    const Model again = load_model(saved(built.model, built.name));
    for (const Tensors& batch : built.batches) {
      const Tensors expected = built.model(batch);
      const Tensors actual = again(batch);
      ASSERT_EQ(actual.size(), expected.size());
      for (std::size_t i = 0; i < actual.size(); ++i) {
        for (const Difference& each : compare(actual[i], expected[i])) {
          ADD_FAILURE() << built.name << ", output " << i << ": " << each.text;
        }
      }
    }
  }
}

}  // namespace
}  // namespace domino
