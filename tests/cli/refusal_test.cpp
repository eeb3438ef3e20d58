// What the program says of a model that cannot be opened: one line with file, layer and cause.

#include <map>

#include "domino/io/hdf5_writer_internal.h"
#include "domino/io/keras_archive_internal.h"
#include "domino/io/keras_archive_writer_internal.h"
#include "tests/cli/cli_test.h"

namespace domino::testing {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::StartsWith;

class Refusal : public CliTest {
 protected:
  Refusal() {
    const KerasArchive archive(in_folder("functional.keras"));
    for (const ZipMember& member : archive.members()) {
      members_[member.name] = archive.text(member.name, UINT64_MAX);
    }
  }

  /// What `domino summary` says of the model with one member replaced.
  std::string complaint_with(const std::string& member, const std::string& bytes) const {
    auto members = members_;
    members[member] = bytes;
    KerasArchiveWriter writer(in_folder("bad.keras"));
    for (const auto& [name, content] : members) writer.add_text(name, content);
    writer.commit();
    return complaint();
  }
  std::string complaint() const { return complaint_of({"summary", "bad.keras"}); }
  /// A file of the folder with some bytes replaced by as many.
  std::string with(const std::string& file, const std::string& part, const std::string& by) const {
    std::string bytes = read(in_folder(file));
    EXPECT_EQ(part.size(), by.size());
    return bytes.replace(bytes.find(part), part.size(), by);
  }
  std::string config_with(const std::string& part, const std::string& by) const {
    std::string config = members_.at("config.json");
    return config.replace(config.find(part), part.size(), by);
  }

  std::map<std::string, std::string> members_;
};

TEST_F(Refusal, ATruncatedFile) {
  const std::string whole = read(in_folder("functional.keras"));
  write("bad.keras", whole.substr(0, whole.size() / 2));
  EXPECT_EQ(complaint(),
            "domino: 'bad.keras': this is no zip archive, or a damaged one; libzip says: Not a zip "
            "archive");
  write("bad.h5", read(in_folder("legacy_sequential.h5")).substr(0, 3000));
  EXPECT_THAT(complaint_of({"summary", "bad.h5"}),
              StartsWith("domino: 'bad.h5': the file is cut off: it has 3000 bytes of "));
}

TEST_F(Refusal, AChangedByte) {
  std::string whole = read(in_folder("functional.keras"));
  whole[whole.find("\"units\": 3") + 9] = '4';
  write("bad.keras", whole);
  EXPECT_EQ(complaint(),
            "domino: 'bad.keras': member 'config.json': it cannot be read: CRC error; is the file "
            "damaged, or has it been changed?");
}

TEST_F(Refusal, WeightsThatAreMissing) {
  Hdf5Writer writer(in_folder("weights.h5"));
  writer.write("layers/embedding/vars/0", Tensor({10, 4}, std::vector<float>(40)));
  writer.commit();
  EXPECT_THAT(complaint_with("model.weights.h5", read(in_folder("weights.h5"))),
              StartsWith("domino: 'bad.keras': member 'model.weights.h5' does not hold the weights "
                         "of Functional 'functional'; nothing was loaded: "
                         "'layers/lstm/cell/vars/0' (kernel) is missing: (4, 12) of float32 "
                         "'layers/lstm/cell/vars/1' (recurrent_kernel) is missing: "));
}

TEST_F(Refusal, WeightsOfAnotherShape) {
  EXPECT_THAT(complaint_with("config.json", config_with("\"units\": 3", "\"units\": 4")),
              AllOf(StartsWith("domino: 'bad.keras': member 'model.weights.h5' does not hold the "
                               "weights of Functional 'functional'; nothing was loaded: "),
                    HasSubstr(" 'layers/lstm/cell/vars/0' (kernel) has shape (4, 12), expected (4, "
                              "16) ")));
}

TEST_F(Refusal, ClassesThatNobodyKnows) {
  EXPECT_EQ(
      complaint_of({"summary", "with_unknown_class.keras"}),
      "domino: 'with_unknown_class.keras': layer 'unheard': Nobody>Unheard: no layer class is "
      "called 'Nobody>Unheard'; a custom class must be made known by "
      "register_layer<T>(\"Nobody>Unheard\")");
}

TEST_F(Refusal, AllThatIsUnknownAtOnce) {
  std::string config = config_with("\"class_name\": \"LSTM\"", "\"class_name\": \"Unheard\"");
  const std::string dropout = R"("module": "keras.layers", "class_name": "Dropout")";
  ASSERT_NE(config.find(dropout), std::string::npos);
  config.replace(config.find(dropout), dropout.size(),
                 R"("module": "keras.src.ops.math", "class_name": "Erf")");
  EXPECT_EQ(
      complaint_with("config.json", config),
      "domino: 'bad.keras': layer 'lstm': Unheard: no layer class is called 'Unheard'; a "
      "custom class must be made known by register_layer<T>(\"Unheard\"); layer 'dropout': the "
      "function keras.src.ops.math.Erf is not among those of keras.ops that Domino computes "
      "(docs/operations.md); compute it with others, or in a layer of your own");
}

TEST_F(Refusal, OneClassOfSeveralLayers) {
  std::string config = members_.at("config.json");
  for (const char* type : {"\"LSTM\"", "\"Dropout\""}) {
    config.replace(config.find(type), std::string(type).size(), "\"Unheard\"");
  }
  EXPECT_THAT(complaint_with("config.json", config),
              StartsWith("domino: 'bad.keras': layers 'lstm', 'dropout': Unheard: no layer class"));
}

TEST_F(Refusal, AFunctionInAnOlderFile) {
  write("bad.h5",
        with("legacy_functional.h5", R"("class_name": "NotEqual", "config": {"name": "not_)",
             R"("class_name": "BitFiddl", "config": {"name": "not_)"));
  EXPECT_THAT(
      complaint_of({"summary", "bad.h5"}),
      StartsWith("domino: 'bad.h5': layer 'not_equal': the function keras.ops.BitFiddl is not "
                 "among those of keras.ops that Domino computes"));
}

TEST_F(Refusal, AVocabularyThatAnOlderFileDoesNotHold) {
  write("bare.h5", with("legacy_lookup.h5", R"([0.5, 2.0], "vocabulary": ["good", "bad"])",
                        R"(null,       "vocabulary": null           )"));
  EXPECT_EQ(domino({"summary", "bare.h5"}).err,
            "domino: warning: 'bare.h5': StringLookup 'string_lookup' has no vocabulary, and a .h5 "
            "file does not hold the one that it has learned: save the model as .keras\n");
}

TEST_F(Refusal, Lambda) {
  EXPECT_EQ(
      complaint_of({"summary", "with_lambda.keras"}),
      "domino: 'with_lambda.keras': layer 'add_one': Lambda: the file holds a Python function, "
      "which cannot run here; make the layer known under another class with register_layer, "
      "or replace it before saving");
}

TEST_F(Refusal, LinksToOtherFiles) {
  const std::string linked = read(DOMINO_TESTS_DIR "/io/data/refused.h5");
  EXPECT_THAT(complaint_with("model.weights.h5", linked),
              AllOf(StartsWith("domino: 'bad.keras': member 'model.weights.h5': "),
                    HasSubstr("external links")));
}

}  // namespace
}  // namespace domino::testing
