#include <nlohmann/json.hpp>

#include "tests/cli/cli_test.h"

namespace domino::testing {
namespace {

using ::testing::HasSubstr;

class BenchCommand : public CliTest {
 protected:
  nlohmann::json measured(std::vector<std::string> words) const {
    words.insert(words.begin(), "bench");
    words.insert(words.end(), {"--repeat", "3", "--threads", "1", "--json"});
    return nlohmann::json::parse(output_of(words));
  }
};

TEST_F(BenchCommand, MeasuresAndCountsTheStepsOfTheFirstMask) {
  write_safetensors(in_folder("a.safetensors"), recorded_inputs("functional.keras", "right_4"));
  write_safetensors(in_folder("b.safetensors"), recorded_inputs("functional.keras", "left_6"));
  const auto result = measured({"functional.keras", "--inputs", "a.safetensors", "b.safetensors"});
  EXPECT_EQ(result["steps"], 4 * 4 + 4 * 6);
  EXPECT_EQ(result["valid_steps"], 2 * (4 + 3 + 1 + 2));
  for (const char* time : {"median_s", "min_s", "load_s", "first_pass_s"}) {
    EXPECT_GT(result[time], 0.0) << time;
  }
  EXPECT_LE(result["min_s"], result["median_s"]);
  EXPECT_EQ(result.size(), 6);
}

TEST_F(BenchCommand, CountsTheMasksThatInputsBringAndStepsWithoutMasks) {
  NamedTensors inputs = recorded_inputs("masked_floats.keras", "mixed");
  write_safetensors(in_folder("a.safetensors"), inputs);
  // The second step of the third row is all 0 in the data, and so are others: Masking finds them.
  const auto made = measured({"masked_floats.keras", "--inputs", "a.safetensors"});
  EXPECT_EQ(made["steps"], 15);
  EXPECT_EQ(made["valid_steps"], 3 + 3);
  std::vector<bool> kept(15, true);
  kept[0] = false;
  inputs.push_back({"x.mask", Tensor({3, 5}, kept)});
  write_safetensors(in_folder("a.safetensors"), inputs);
  EXPECT_EQ(measured({"masked_floats.keras", "--inputs", "a.safetensors"})["valid_steps"], 14);
}

TEST_F(BenchCommand, PrintsForPeopleToo) {
  write_recorded("encoder_decoder.keras", "right_left");
  EXPECT_THAT(output_of({"bench", "encoder_decoder.keras", "--inputs", "inputs.safetensors",
                         "--repeat", "2"}),
              ::testing::AllOf(HasSubstr("first pass"), HasSubstr("of 2 passes"),
                               HasSubstr("valid steps/s")));
}

TEST_F(BenchCommand, RefusesWhatItCannotMeasure) {
  EXPECT_THAT(complaint_of({"bench", "functional.keras", "--inputs", "missing.safetensors"}),
              HasSubstr("missing.safetensors"));
  EXPECT_THAT(complaint_of({"bench", "functional.keras"}, 2), HasSubstr("--inputs is required"));
  EXPECT_THAT(complaint_of({"bench", "functional.keras", "--inputs", "a", "--repeat", "0"}, 2),
              HasSubstr("--repeat"));
}

}  // namespace
}  // namespace domino::testing
