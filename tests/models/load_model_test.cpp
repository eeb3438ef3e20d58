// Files of whole models as Keras saves them (tests/parity/recording/files.py).

#include "domino/io/load_model.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <string>

#include "domino/graph/registry.h"
#include "domino/graph/sequential.h"
#include "domino/graph/warnings.h"
#include "domino/io/save_model.h"
#include "domino/layers/core/embedding.h"
#include "tests/core/on_terminal.h"
#include "tests/io/temporary_folder.h"
#include "tests/layers/parity_file.h"
#include "tests/models/doubled.h"

namespace domino {
namespace {

using domino::testing::Doubled;
using domino::testing::ParityFile;
using ::testing::AllOf;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

std::filesystem::path path_of(const std::string& file) {
  return std::filesystem::path(DOMINO_TESTS_DIR) / "parity/data/files" / file;
}

class LoadModelTest : public ::testing::Test {
 protected:
  LoadModelTest() {
    register_layer<Doubled>("Parity>Doubled");
    before_ = set_warning_sink([this](const std::string& text) { warnings_.push_back(text); });
  }
  ~LoadModelTest() override { set_warning_sink(before_); }

  std::vector<std::string> warnings_;

 private:
  WarningSink before_;
};

void expect_close(const Tensor& actual, const Tensor& expected, double tolerance) {
  ASSERT_EQ(actual.shape(), expected.shape());
  const auto a = actual.data<float>();
  const auto e = expected.data<float>();
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (std::isnan(a[i]) && std::isnan(e[i])) continue;
    ASSERT_NEAR(a[i], e[i], tolerance + tolerance * std::abs(e[i])) << "at " << i;
  }
}

void expect_as_recorded(const nlohmann::json& recorded, const ParityFile& file) {
  const std::string name = recorded["file"];
  const Model model = load_model(path_of(name));
  EXPECT_EQ(model.input_names(), recorded["inputs"].get<std::vector<std::string>>());
  EXPECT_EQ(model.output_names(), recorded["outputs"].get<std::vector<std::string>>());
  const bool reduced = name == "reduced_precision.keras";
  for (const auto& batch : recorded["cases"]) {
    SCOPED_TRACE(name + ", " + batch["name"].get<std::string>());
    Tensors inputs;
    for (const auto& input : batch["inputs"]) inputs.push_back(file.tensor(input));
    const Tensors outputs = model(inputs);
    ASSERT_EQ(outputs.size(), batch["outputs"].size());
    for (std::size_t i = 0; i < outputs.size(); ++i) {
      SCOPED_TRACE(i);
      const auto& expected = batch["outputs"][i];
      expect_close(outputs[i], file.tensor(expected["values"]), reduced ? 3e-2 : 1e-5);
      const OptionalMask mask = file.mask(expected["mask"]);
      ASSERT_EQ(outputs[i].mask().has_value(), mask.has_value());
      if (mask) {
        EXPECT_EQ(*outputs[i].mask(), *mask);
      }
    }
  }
}

TEST_F(LoadModelTest, PredictsAsKerasDoes) {
  const ParityFile file("files");
  for (const auto& recorded : file.index()["models"]) {
    SCOPED_TRACE(recorded["file"].get<std::string>());
    ASSERT_NO_THROW(expect_as_recorded(recorded, file));
  }
}

TEST_F(LoadModelTest, SeesMasksInTheFileAsThoseOfTheLayersThatMadeThem) {
  const Model model = load_model(path_of("functional.keras"));
  EXPECT_EQ(model.plan().masks.size(), 1);
  const auto& vertices = model.plan().vertices;
  // The operation NotEqual need not run.
  EXPECT_EQ(std::ranges::count(vertices, false, &MaskPlan::Vertex::runs), 1);
  EXPECT_THAT(model.report(), AllOf(HasSubstr("Embedding 'embedding': -> made"),
                                    HasSubstr("Bidirectional 'bidirectional'")));
  EXPECT_EQ(model.rules(), MaskRules::Keras);
}

TEST_F(LoadModelTest, FollowsTheIntendedRulesIfAsked) {
  const Model keras = load_model(path_of("encoder_blocks.keras"));
  const Model intended =
      load_model(path_of("encoder_blocks.keras"), {.rules = MaskRules::Intended});
  EXPECT_THAT(keras.report(), HasSubstr("unmasked"));
  EXPECT_THAT(intended.report(), Not(HasSubstr("unmasked")));
}

TEST_F(LoadModelTest, SaysThatReducedPrecisionIsComputedInFloat32) {
  load_model(path_of("reduced_precision.keras"));
  EXPECT_THAT(warnings_, Contains(HasSubstr("mixed_bfloat16 and is computed in float32")));
}

std::string loading_error(const std::string& file) {
  try {
    load_model(path_of(file));
  } catch (const Error& error) {
    return error.what();
  }
  return "no error";
}

TEST_F(LoadModelTest, RefusesWhatIsCodeByName) {
  EXPECT_THAT(loading_error("with_lambda.keras"),
              AllOf(HasSubstr("with_lambda.keras"), HasSubstr("Lambda"), HasSubstr("add_one")));
  EXPECT_THAT(loading_error("with_unknown_class.keras"),
              AllOf(HasSubstr("Nobody>Unheard"), HasSubstr("register_layer<T>(\"Nobody>Unheard\")"),
                    HasSubstr("layer 'unheard'")));
}

TEST_F(LoadModelTest, RefusesWhatIsNoModel) {
  EXPECT_THAT(loading_error("missing.keras"), HasSubstr("missing.keras"));
}

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr bool kSanitized = true;
#elif defined(__has_feature)
constexpr bool kSanitized = __has_feature(address_sanitizer) || __has_feature(thread_sanitizer);
#else
constexpr bool kSanitized = false;
#endif

/// Lets this process have `bytes` more than it has.
void limit_memory(std::uint64_t bytes) {
  std::uint64_t pages = 0;
  std::ifstream("/proc/self/statm") >> pages;
  const rlim_t most = pages * static_cast<std::uint64_t>(sysconf(_SC_PAGESIZE)) + bytes;
  const rlimit limit{.rlim_cur = most, .rlim_max = most};
  setrlimit(RLIMIT_AS, &limit);
}

/// Opens the file with little memory; ends the process, its message on stderr.
[[noreturn]] void load_with_little_memory(const std::filesystem::path& path) {
  limit_memory(16'000'000);
  try {
    load_model(path);
  } catch (const IoError& error) {
    std::fputs(error.what(), stderr);
    _exit(1);
  }
  _exit(0);
}

using LoadModelMemoryTest = FolderTest;

TEST_F(LoadModelMemoryTest, SaysThatThereIsNone) {
  if (kSanitized) GTEST_SKIP() << "sanitizers reserve all addresses";
  const auto path = in_folder("model.keras");
  // 80 MB, more than the heap keeps of what was freed, which would serve in place of new memory.
  Sequential model({layers::Embedding(80'000, 250)});
  model(Tensor({1, 1}, std::vector<int>{0}));
  save_model(model, path);
  EXPECT_EXIT(load_with_little_memory(path), ::testing::ExitedWithCode(1),
              "model.keras': there is no memory for this model");
}

/// A test in a folder, where a terminal can be made.
class LoadModelProgress : public OnTerminalTest {
 protected:
  LoadModelProgress() { std::filesystem::create_directories(folder_); }
  ~LoadModelProgress() override { std::filesystem::remove_all(folder_); }

  /// What a terminal shows while a model with an Embedding of so many rows of 1 kB is opened.
  std::string shown(std::int64_t rows, const LoadModelOptions& options) const {
    const auto path = folder_ / "model.keras";
    Sequential model({layers::Embedding(rows, 250)});
    model(Tensor({1, 1}, std::vector<int>{0}));
    save_model(model, path);
    return on_terminal([&] { load_model(path, options); });
  }

 private:
  const std::filesystem::path folder_ = ::testing::TempDir() + "domino_load_progress";
};

TEST_F(LoadModelProgress, IsShownForLargeModelsIfAsked) {
  EXPECT_THAT(shown(32'000, {.progress = true}),
              AllOf(HasSubstr("load, MB  0/32 [>..."), HasSubstr("load, MB  32/32 [====")));
  EXPECT_EQ(shown(32'000, {}), "");
  EXPECT_EQ(shown(31'999, {.progress = true}), "");
}

}  // namespace
}  // namespace domino
