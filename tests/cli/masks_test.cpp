#include <nlohmann/json.hpp>

#include "domino/io/save_model.h"
#include "domino/layers.h"
#include "tests/cli/cli_test.h"
#include "tests/quiet.h"

namespace domino::testing {
namespace {

using ::testing::AllOf;
using ::testing::AnyOf;
using ::testing::ElementsAre;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

class MasksCommand : public CliTest {
 protected:
  /// A model in which a mask ends, and nobody would have used it.
  void save_with_end(const std::string& file) const {
    const Quiet quiet;
    const SymbolicTensor ids = Input({.shape = {kAny}, .dtype = DType::Int32});
    const SymbolicTensor words = layers::Embedding(10, 4, {.mask_zero = true})(ids);
    save_model(Model(ids, layers::Conv1D(3, 1)(words)), in_folder(file));
  }
};

TEST_F(MasksCommand, NamesTheDestroyerAndWhoWouldHaveUsedTheMask) {
  EXPECT_THAT(
      output_of({"masks", "lost_at_convolution.keras"}),
      AllOf(HasSubstr("Embedding 'embedding': -> made, packed\n"),
            HasSubstr("(mask of Embedding 'embedding'), dense: it sees what the mask hides\n"),
            HasSubstr("Sequences of different lengths: padded to the longest, since Conv1D "
                      "'conv1d' depends on that\n"),
            HasSubstr("lost: Conv1D 'conv1d' does not support masking and ends the mask made "
                      "by Embedding 'embedding'; LSTM 'lstm' would have used it"),
            HasSubstr("LSTM 'lstm': unmasked\n")));
}

TEST_F(MasksCommand, CountsTheStepsThatAreComputedForGivenInputs) {
  const Tensor ids({2, 4}, std::vector<std::int32_t>{1, 2, 3, 4, 5, 0, 0, 0});
  write_safetensors(in_folder("ids.safetensors"), {{"ids", ids}});
  const std::string shown = output_of({"masks", "encoder_blocks.keras", "--rules", "intended",
                                       "--inputs", in_folder("ids.safetensors").string()});
  EXPECT_THAT(shown, AllOf(HasSubstr("Computed for these inputs:\n"),
                           HasSubstr("  Dense 'block_2_widen': 6 steps, "), HasSubstr("MFLOP\n")));
  const auto facts = nlohmann::json::parse(
      output_of({"masks", "encoder_blocks.keras", "--rules", "intended", "--json", "--inputs",
                 in_folder("ids.safetensors").string()}));
  for (const auto& call : facts.at("calls")) {
    if (call.at("layer") != "block_2_widen") continue;
    EXPECT_EQ(call.at("computed").at("steps"), 6);
    EXPECT_GT(call.at("computed").at("flops"), 0);
  }
}

TEST_F(MasksCommand, SaysThatASecondAttentionBlockRunsUnmaskedAndWhy) {
  const std::string keras = output_of({"masks", "encoder_blocks.keras"});
  EXPECT_THAT(keras,
              AllOf(HasSubstr("MultiHeadAttention 'block_2_attention': unmasked\n"),
                    HasSubstr("MultiHeadAttention 'block_1_attention' takes the mask off its "
                              "inputs, as Keras 3.15 does"),
                    HasSubstr("which is lost at Add 'block_1_add_attention'\n")));
  EXPECT_THAT(output_of({"masks", "encoder_blocks.keras", "--rules", "intended"}),
              AllOf(HasSubstr("MultiHeadAttention 'block_2_attention': used -> passed"),
                    Not(HasSubstr("unmasked"))));
}

TEST_F(MasksCommand, SaysThatADecoderWithInitialStateIgnoresItsMask) {
  EXPECT_THAT(
      output_of({"masks", "encoder_decoder.keras"}),
      HasSubstr("LSTM 'decoder': ignored, unmasked -> passed (mask of Embedding "
                "'target_embedding'), dense: it sees what the mask hides\n"
                "    lost: LSTM 'decoder' ignores the mask that its input carries because it "
                "is given a second tensor (initial_state), as Keras 3.15 does (the mask made "
                "by Embedding 'target_embedding'); LSTM 'decoder' would have used it and "
                "runs unmasked; rules = intended does not\n  Global"));
  EXPECT_THAT(output_of({"masks", "encoder_decoder.keras", "--rules", "intended"}),
              HasSubstr("LSTM 'decoder': used -> passed"));
}

TEST_F(MasksCommand, ShowsModelsInsideModels) {
  EXPECT_THAT(output_of({"masks", "nested_and_shared.keras"}),
              AllOf(HasSubstr("Sequential 'head': used (mask of Functional 'encoder')"),
                    HasSubstr("Inside Functional 'functional_1': Masks of Sequential 'head'")));
}

TEST_F(MasksCommand, TakesInputsThatBringMasks) {
  EXPECT_THAT(output_of({"masks", "masked_floats.keras", "--masked", "x"}),
              HasSubstr("InputLayer 'x': -> given"));
  EXPECT_EQ(complaint_of({"masks", "masked_floats.keras", "--masked", "z"}),
            "domino: --masked z: Functional 'functional' has no such input; it has: x, m");
}

TEST_F(MasksCommand, SaysHowToNameInputsThatBringMasks) {
  const std::string none = "no layer makes a mask, and no input brings one\n";
  const std::string hint =
      "If an input will bring a mask of its own, say so with --masked NAME: text\n";
  EXPECT_THAT(output_of({"masks", "legacy_lookup.h5"}), AllOf(HasSubstr(none), EndsWith(hint)));
  EXPECT_THAT(output_of({"masks", "legacy_lookup.h5", "--masked", "text"}),
              Not(AnyOf(HasSubstr(none), HasSubstr(hint))));
}

TEST_F(MasksCommand, ShowsFunctionsThatDropMasksButNoneThatServesThem) {
  for (const char* command : {"masks", "summary"}) {
    EXPECT_THAT(output_of({command, "user_operations.keras"}), HasSubstr("dropped"));
    EXPECT_THAT(output_of({command, "encoder_blocks.keras"}), Not(HasSubstr("NotEqual")));
  }
}

TEST_F(MasksCommand, FailsOnLostMasksIfAsked) {
  EXPECT_THAT(complaint_of({"masks", "lost_at_convolution.keras", "--fail-on", "lost"}),
              AllOf(HasSubstr("lost_at_convolution.keras: a mask is lost: Conv1D 'conv1d'"),
                    HasSubstr("LSTM 'lstm' would have used it")));
  for (const char* model : {"encoder_blocks.keras", "encoder_decoder.keras"}) {
    EXPECT_THAT(complaint_of({"masks", model, "--fail-on", "lost"}), HasSubstr("a mask is lost"));
    output_of({"masks", model, "--fail-on", "lost", "--rules", "intended"});
  }
  output_of({"masks", "functional.keras", "--fail-on", "lost"});
}

TEST_F(MasksCommand, CallsNoMaskLostThatNobodyMisses) {
  save_with_end("ends.keras");
  EXPECT_THAT(
      output_of({"masks", "ends.keras", "--fail-on", "lost"}),
      AllOf(HasSubstr("ends here: Conv1D 'conv1d' does not support masking and ends the mask "
                      "made by Embedding 'embedding'; nobody behind misses it"),
            Not(HasSubstr("lost"))));
  const auto facts = nlohmann::json::parse(output_of({"masks", "ends.keras", "--json"}));
  EXPECT_THAT(facts["lost"], IsEmpty());
  ASSERT_EQ(facts["ended"].size(), 1);
  EXPECT_EQ(facts["ended"][0]["at"]["layer"], "conv1d");
  EXPECT_EQ(facts["ended"][0]["how"], "destroyed");
}

TEST_F(MasksCommand, WarnsOfWhatTheReportDoesNotSay) {
  EXPECT_EQ(domino({"masks", "lost_at_convolution.keras"}).err, "");
  EXPECT_THAT(domino({"masks", "reduced_precision.keras"}).err,
              HasSubstr("domino: warning: LSTM 'lstm' has dtype mixed_bfloat16"));
}

TEST_F(MasksCommand, WritesTheFactsAsJson) {
  const auto facts =
      nlohmann::json::parse(output_of({"masks", "lost_at_convolution.keras", "--json"}));
  EXPECT_EQ(facts["rules"], "keras");
  const auto& destroyed = facts["edges"][1];
  EXPECT_EQ(destroyed["from"]["layer"], "embedding");
  EXPECT_EQ(destroyed["to"]["layer"], "conv1d");
  EXPECT_EQ(destroyed["made_by"], "embedding");
  EXPECT_EQ(destroyed["fate"], "destroyed");
  ASSERT_EQ(facts["lost"].size(), 1);
  EXPECT_EQ(facts["lost"][0]["at"]["layer"], "conv1d");
  EXPECT_THAT(facts["lost"][0]["missed_by"], ElementsAre("lstm"));
}

TEST_F(MasksCommand, TellsInJsonWhoTookAMaskOffAndWhoIgnoresOne) {
  const auto blocks = nlohmann::json::parse(output_of({"masks", "encoder_blocks.keras", "--json"}));
  EXPECT_EQ(blocks["lost"][0]["at"]["layer"], "block_1_add_attention");
  EXPECT_THAT(blocks["lost"][0]["missed_by"], ElementsAre("block_2_attention"));
  int taken_off = 0;
  for (const auto& edge : blocks["edges"]) {
    taken_off += edge["taken_off_by"] == "block_1_attention" ? 1 : 0;
  }
  EXPECT_EQ(taken_off, 1);
  const auto decoder =
      nlohmann::json::parse(output_of({"masks", "encoder_decoder.keras", "--json"}));
  EXPECT_EQ(decoder["lost"][0]["how"], "ignored");
  EXPECT_THAT(decoder["lost"][0]["why"].get<std::string>(), HasSubstr("initial_state"));
}

TEST_F(MasksCommand, NamesTheCallsThatRunOnTheHost) {
  EXPECT_THAT(output_of({"masks", "learned_texts.keras"}),
              HasSubstr("\nOn the host, whatever the device: IntegerLookup 'integer_lookup' "
                        "(lookup), StringLookup 'string_lookup_1' (lookup), TextVectorization "
                        "'text_vectorization' (tokenize, lookup)\n"));
  const auto facts = nlohmann::json::parse(output_of({"masks", "learned_texts.keras", "--json"}));
  for (const auto& call : facts["calls"]) {
    if (call["type"] == "TextVectorization") {
      EXPECT_THAT(call["on_host"], ElementsAre("tokenize", "lookup"));
    } else if (call["type"] == "Embedding") {
      EXPECT_THAT(call["on_host"], IsEmpty());
    }
  }
}

/// Python's jsonschema is the judge of the schema and of what is written.
TEST_F(MasksCommand, WritesJsonThatFitsTheSchema) {
  const std::string judge =
      "import json, sys\n"
      "from jsonschema import Draft202012Validator as V\n"
      "schema = json.load(open(sys.argv[1]))\n"
      "V.check_schema(schema)\n"
      "[V(schema).validate(json.load(open(f))) for f in sys.argv[2:]]\n"
      "assert not V(schema).is_valid({})\n";
  if (run_in(folder(), {"python3", "-c", "import jsonschema"}).status != 0) {
    GTEST_SKIP() << "skipped: python3-jsonschema is not installed";
  }
  save_with_end("ends.keras");
  std::vector<std::string> words{"python3", "-c", judge,
                                 std::string(DOMINO_TESTS_DIR) + "/../docs/masks.schema.json"};
  for (const char* model :
       {"encoder_blocks", "encoder_decoder", "lost_at_convolution", "nested_and_shared",
        "masked_floats", "user_operations", "learned_texts", "ends"}) {
    const std::string file = std::string(model) + ".keras";
    words.push_back(write(std::string(model) + ".json", output_of({"masks", file, "--json"})));
  }
  const Ended judged = run_in(folder(), words);
  EXPECT_EQ(judged.status, 0) << judged.err;
}

}  // namespace
}  // namespace domino::testing
