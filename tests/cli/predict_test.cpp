#include <cmath>

#include "domino/backends/cuda/cuda.h"
#include "domino/backends/ops.h"
#include "domino/io/save_model.h"
#include "domino/layers.h"
#include "tests/cli/cli_test.h"

namespace domino::testing {
namespace {

using ::testing::AllOf;
using ::testing::AnyOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

class PredictCommand : public CliTest {
 protected:
  std::vector<std::string> predict(const std::string& model,
                                   const std::vector<std::string>& more = {}) const {
    std::vector<std::string> words{
        "predict", model, "--inputs", "inputs.safetensors", "--outputs", "out.safetensors"};
    words.insert(words.end(), more.begin(), more.end());
    return words;
  }
  NamedTensors written() const { return read_safetensors(in_folder("out.safetensors")); }
};

std::vector<std::string> names_of(const NamedTensors& tensors) {
  std::vector<std::string> names;
  for (const NamedTensor& each : tensors) names.push_back(each.name);
  return names;
}

void expect_close(const Tensor& actual, const Tensor& expected) {
  ASSERT_EQ(actual.shape(), expected.shape());
  if (actual.dtype() == DType::Bool) {
    EXPECT_TRUE(equal(actual, expected));
    return;
  }
  const auto a = actual.data<float>();
  const auto e = expected.data<float>();
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (std::isnan(a[i]) && std::isnan(e[i])) continue;
    EXPECT_NEAR(a[i], e[i], 1e-5);
  }
}

TEST_F(PredictCommand, RefusesFractionsWhereIntegersAreTaken) {
  const auto complaint = [&](const std::vector<float>& ids) {
    write_safetensors(in_folder("inputs.safetensors"), {{"numbers", Tensor({1, 3}, ids)}});
    return complaint_of(predict("functional.keras"));
  };
  EXPECT_EQ(complaint({1, 2.5F, 0.5F}),
            "domino: inputs.safetensors: input 'ids' takes int32, got 2.5 at [0, 1]; give whole "
            "numbers");
  EXPECT_THAT(complaint({1, 2, NAN}), HasSubstr("got nan at [0, 2]"));
  write_safetensors(in_folder("inputs.safetensors"), {{"ids", Tensor({1, 3}, {1, 2, 0})}});
  output_of(predict("functional.keras"));
}

TEST_F(PredictCommand, WritesWhatKerasComputesUnderItsNames) {
  for (const char* model : {"functional.keras", "encoder_blocks.keras", "legacy_functional.h5"}) {
    SCOPED_TRACE(model);
    write_recorded(model, "holes_10");
    for (const char* rows : {"1", "2", "32"}) {
      output_of(predict(model, {"--batch-size", rows}));
      NamedTensors expected = read_safetensors(in_folder("expected.safetensors"));
      const NamedTensors outputs = written();
      ASSERT_EQ(names_of(outputs), names_of(expected));
      for (std::size_t i = 0; i < outputs.size(); ++i) {
        expect_close(outputs[i].value, expected[i].value);
      }
    }
  }
}

TEST_F(PredictCommand, NumbersOutputsOfOneName) {
  write_recorded("encoder_decoder.keras", "right_left");
  output_of(predict("encoder_decoder.keras", {"--device", "reference", "--threads", "1"}));
  EXPECT_THAT(names_of(written()), ElementsAre("encoder", "encoder_1", "decoder", "words", "mean",
                                               "decoder.mask", "words.mask"));
}

TEST_F(PredictCommand, TakesTheOnlyInputUnderAnyNameAndMasksOfInputs) {
  NamedTensors inputs = recorded_inputs("functional.keras", "right_4");
  inputs[0].name = "whatever";
  write_safetensors(in_folder("inputs.safetensors"), inputs);
  output_of(predict("functional.keras"));

  inputs = recorded_inputs("masked_floats.keras", "mixed");
  inputs.push_back({"x.mask", Tensor({3, 5}, std::vector<bool>(15, true))});
  write_safetensors(in_folder("inputs.safetensors"), inputs);
  output_of(predict("masked_floats.keras"));
}

TEST_F(PredictCommand, SaysWhichTensorsItNeeds) {
  NamedTensors inputs = recorded_inputs("encoder_decoder.keras", "right_left");
  inputs[0].name = "sauce";
  write_safetensors(in_folder("inputs.safetensors"), inputs);
  EXPECT_EQ(
      complaint_of(predict("encoder_decoder.keras")),
      "domino: inputs.safetensors: there is no tensor 'source'; Functional 'functional' takes "
      "source, target");
  inputs[0].name = "source";
  inputs.push_back({"salt", inputs[0].value});
  write_safetensors(in_folder("inputs.safetensors"), inputs);
  EXPECT_THAT(complaint_of(predict("encoder_decoder.keras")),
              HasSubstr("inputs.safetensors: 'salt' is no input; Functional 'functional' takes "
                        "source, target, and NAME.mask"));
}

TEST_F(PredictCommand, TakesATextForAModelOfStringsOnly) {
  const SymbolicTensor text = Input({.shape = {1}, .dtype = DType::String, .name = "text"});
  const layers::TextVectorization words({.vocabulary = {"good", "bad", "film"}});
  save_model(Model(text, words(text), {.rules = MaskRules::Keras}), in_folder("words.keras"));
  write("in.txt", "A bad film!\ngood\n");
  output_of({"predict", "words.keras", "--inputs", "in.txt", "--outputs", "out.safetensors"});
  const Tensor ids = ops::cast(written().front().value, DType::Int32);
  EXPECT_TRUE(equal(ids, Tensor({2, 3}, std::vector<int>{1, 3, 4, 2, 0, 0})));

  write("in.txt", "good film\nbad\n");
  EXPECT_EQ(complaint_of({"predict", "functional.keras", "--inputs", "in.txt", "--outputs", "out"}),
            "domino: in.txt: a text is for a model whose only input is of strings; Functional "
            "'functional' takes ids");
}

TEST_F(PredictCommand, SaysWhichShapeItNeeds) {
  NamedTensors inputs = recorded_inputs("masked_floats.keras", "mixed");
  inputs[0].value = Tensor({1, 5, 2}, std::vector<float>(10));
  inputs[1].value = Tensor({1, 5}, std::vector<bool>(5));
  write_safetensors(in_folder("inputs.safetensors"), inputs);
  EXPECT_THAT(complaint_of(predict("masked_floats.keras")),
              AllOf(HasSubstr("input 'x' has shape (1, 5, 2), expected (None, 5, 3)")));
  EXPECT_FALSE(std::filesystem::exists(in_folder("out.safetensors")));
}

TEST_F(PredictCommand, SaysWhatFilesAndDevicesAreMissing) {
  EXPECT_THAT(complaint_of(predict("functional.keras")), HasSubstr("inputs.safetensors"));
  write_recorded("functional.keras", "right_4");
  EXPECT_THAT(complaint_of({"predict", "functional.keras", "--inputs", "inputs.safetensors",
                            "--outputs", "nowhere/out.safetensors"}),
              HasSubstr("nowhere/out.safetensors"));
  EXPECT_THAT(complaint_of(predict("functional.keras", {"--device", "tpu"}), 2),
              AllOf(HasSubstr("'tpu' is none of cpu, reference, cuda, cuda:N"),
                    HasSubstr("see domino predict --help")));
  EXPECT_THAT(complaint_of(predict("functional.keras", {"--batch-size", "0"}), 2),
              HasSubstr("--batch-size"));
  EXPECT_THAT(complaint_of(predict("functional.keras", {"--products", "float8"}), 2),
              HasSubstr("--products"));
  EXPECT_EQ(complaint_of(predict("functional.keras", {"--products", "bfloat16"})),
            "domino: 'onednn' multiplies in float32 alone; products in bfloat16 are computed on "
            "'cuda'");
}

/// Before the model is opened, which would warn of a lost mask on lines of their own.
TEST_F(PredictCommand, LooksForTheDeviceFirst) {
  if (cuda::device_count() > 0) GTEST_SKIP() << "skipped: there is a CUDA device";
  write_recorded("encoder_blocks.keras", "right_4");
  const auto no_cuda =
      AnyOf("domino: no CUDA backend is compiled in; configure with -DDOMINO_CUDA=ON, or take cpu",
            "domino: no CUDA device; take cpu");
  EXPECT_THAT(complaint_of(predict("encoder_blocks.keras", {"--device", "cuda"})), no_cuda);
  EXPECT_THAT(complaint_of(predict("encoder_blocks.keras", {"--device", "cuda:1"})), no_cuda);
  EXPECT_FALSE(std::filesystem::exists(in_folder("out.safetensors")));
  EXPECT_THAT(complaint_of({"verify", "encoder_blocks.keras", "--inputs", "inputs.safetensors",
                            "--expected", "expected.safetensors", "--device", "cuda"}),
              no_cuda);
  EXPECT_THAT(complaint_of({"bench", "encoder_blocks.keras", "--inputs", "inputs.safetensors",
                            "--device", "cuda"}),
              no_cuda);
}

}  // namespace
}  // namespace domino::testing
