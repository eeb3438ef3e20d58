#include <limits>

#include "domino/backends/cuda/cuda.h"
#include "domino/backends/ops.h"
#include "domino/io/load_model.h"
#include "tests/cli/cli_test.h"

namespace domino::testing {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

class VerifyCommand : public CliTest {
 protected:
  std::vector<std::string> verify(const std::string& model,
                                  const std::vector<std::string>& more = {}) const {
    std::vector<std::string> words{
        "verify", model, "--inputs", "inputs.safetensors", "--expected", "expected.safetensors"};
    words.insert(words.end(), more.begin(), more.end());
    return words;
  }
  NamedTensors expected() const { return read_safetensors(in_folder("expected.safetensors")); }
  void expect(const NamedTensors& tensors) const {
    write_safetensors(in_folder("expected.safetensors"), tensors);
  }
};

TEST_F(VerifyCommand, FindsKerasValuesAndMasksAgain) {
  for (const char* model : {"functional.keras", "encoder_blocks.keras", "sequential.keras"}) {
    write_recorded(model, "one_row_empty");
    EXPECT_THAT(output_of(verify(model)), Not(HasSubstr("DIFFERS")));
  }
  write_recorded("encoder_decoder.keras", "left_holes");
  EXPECT_THAT(output_of(verify("encoder_decoder.keras", {"--batch-size", "1"})),
              AllOf(HasSubstr("output 'encoder_1': equal, largest error"),
                    HasSubstr("mask of output 'words': equal\n"), Not(HasSubstr("DIFFERS"))));
}

TEST_F(VerifyCommand, FindsThemOnTheGpuToo) {
  if (cuda::device_count() == 0) GTEST_SKIP() << "no CUDA device";
  for (const char* model : {"functional.keras", "encoder_blocks.keras", "sequential.keras"}) {
    write_recorded(model, "one_row_empty");
    EXPECT_THAT(output_of(verify(model, {"--device", "cuda"})), Not(HasSubstr("DIFFERS")));
  }
}

TEST_F(VerifyCommand, ShowsWhichOutputsTheIntendedRulesChange) {
  write_recorded("encoder_blocks.keras", "right_4");
  const Ended blocks = domino(verify("encoder_blocks.keras", {"--rules", "intended"}));
  EXPECT_EQ(blocks.status, 1);
  EXPECT_THAT(blocks.out,
              AllOf(HasSubstr("output 'block_1_normalize': equal"),
                    HasSubstr("mask of output 'block_1_normalize': DIFFERS: there is one, expected "
                              "none"),
                    HasSubstr("output 'mean': DIFFERS in ")));
  write_recorded("encoder_decoder.keras", "right_left");
  EXPECT_THAT(domino(verify("encoder_decoder.keras", {"--rules", "intended"})).out,
              AllOf(HasSubstr("output 'encoder': equal"), HasSubstr("output 'decoder': DIFFERS")));
}

TEST_F(VerifyCommand, NamesTheFirstLayerThatDeparts) {
  write_recorded("encoder_decoder.keras", "right_left");
  const Model model = load_model(in_folder("encoder_decoder.keras"));
  NamedTensors tensors = expected();
  for (const NamedTensor& each : expected()) {
    if (each.name == "encoder") tensors.push_back({"encoder:1", each.value});
    if (each.name == "encoder_1") tensors.push_back({"encoder:2", each.value});
    if (each.name == "decoder") tensors.push_back({"source_embedding", each.value});
  }
  expect(tensors);
  const Ended ended = domino(verify("encoder_decoder.keras"));
  EXPECT_THAT(ended.out, AllOf(HasSubstr("layer LSTM 'encoder:1': equal"),
                               HasSubstr("layer LSTM 'encoder:2': equal"),
                               HasSubstr("layer Embedding 'source_embedding': DIFFERS: shape")));
  EXPECT_THAT(ended.err, HasSubstr("encoder_decoder.keras: 1 of 10 tensors differ from "
                                   "expected.safetensors, first layer Embedding "
                                   "'source_embedding'"));
  EXPECT_EQ(ended.status, 1);
}

TEST_F(VerifyCommand, HasTolerances) {
  write_recorded("encoder_blocks.keras", "right_4");
  NamedTensors tensors = expected();
  for (NamedTensor& each : tensors) {
    if (each.name == "mean") each.value = ops::add(each.value, 0.01);
  }
  expect(tensors);
  EXPECT_THAT(domino(verify("encoder_blocks.keras")).out,
              HasSubstr("output 'mean': DIFFERS in 16 of 16 numbers, largest error 0.01 at ["));
  output_of(verify("encoder_blocks.keras", {"--atol", "0.02"}));
  output_of(verify("encoder_blocks.keras", {"--rtol", "1000"}));
  EXPECT_THAT(complaint_of(verify("encoder_blocks.keras", {"--atol", "-1"}), 2),
              HasSubstr("--atol"));
}

TEST_F(VerifyCommand, NaNEqualsOnlyNaN) {
  write_recorded("functional.keras", "one_row_empty");
  NamedTensors tensors = expected();
  EXPECT_THAT(output_of(verify("functional.keras")),
              HasSubstr("output 'global_average_pooling1d': equal"));
  for (NamedTensor& each : tensors) {
    if (each.name == "global_average_pooling1d") {
      each.value = Tensor({2, 4}, std::vector<float>(8, 0.0F));
    }
  }
  expect(tensors);
  EXPECT_THAT(domino(verify("functional.keras")).out, HasSubstr("largest error inf"));
}

TEST_F(VerifyCommand, ComparesMasksBitByBit) {
  write_recorded("functional.keras", "right_4");
  NamedTensors tensors = expected();
  std::erase_if(tensors, [](const NamedTensor& each) { return each.name.ends_with(".mask"); });
  expect(tensors);
  EXPECT_THAT(domino(verify("functional.keras")).out,
              HasSubstr("mask of output 'bidirectional': DIFFERS: there is one, expected none"));
  tensors.push_back({"bidirectional.mask", Tensor({4, 4}, std::vector<bool>(16, true))});
  tensors.push_back({"global_average_pooling1d.mask", Tensor({4}, std::vector<bool>(4, true))});
  expect(tensors);
  EXPECT_THAT(
      domino(verify("functional.keras")).out,
      AllOf(HasSubstr("mask of output 'bidirectional': DIFFERS in 6 of 16 entries"),
            HasSubstr("mask of output 'global_average_pooling1d': DIFFERS: there is none")));
}

TEST_F(VerifyCommand, SaysWhatIsNotCompared) {
  write_recorded("encoder_blocks.keras", "right_4");
  NamedTensors tensors = expected();
  std::erase_if(tensors, [](const NamedTensor& each) { return each.name == "mean"; });
  expect(tensors);
  EXPECT_THAT(output_of(verify("encoder_blocks.keras")),
              HasSubstr("output 'mean': not in the expected tensors\n"));
  expect({});
  EXPECT_THAT(domino(verify("encoder_blocks.keras")).err, HasSubstr("holds no tensor"));
}

TEST_F(VerifyCommand, RefusesNamesThatItDoesNotKnow) {
  write_recorded("functional.keras", "right_4");
  const Tensor any({1}, {0});
  for (const char* name : {"nobody", "nobody:1", "lstm:x", "ids"}) {
    expect({{name, any}});
    EXPECT_THAT(complaint_of(verify("functional.keras")),
                HasSubstr("'" + std::string(name) + "' is no output of Functional 'functional'"));
  }
  expect({{"lstm:1", any}});
  EXPECT_THAT(complaint_of(verify("functional.keras")),
              HasSubstr("'lstm:1': LSTM 'lstm' has 1 outputs, counted from 0"));
}

}  // namespace
}  // namespace domino::testing
