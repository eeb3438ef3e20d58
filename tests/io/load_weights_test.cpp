#include "domino/io/load_weights.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "domino/backends/backend.h"
#include "domino/backends/ops.h"
#include "domino/graph/layer_templates.h"
#include "domino/graph/model.h"
#include "domino/graph/sequential.h"
#include "domino/io/safetensors.h"
#include "domino/io/save_weights.h"
#include "domino/layers/preprocessing/string_lookup.h"
#include "tests/error_of.h"
#include "tests/io/temporary_folder.h"

namespace domino {
namespace {

using ::testing::ElementsAre;
using testing::error_of;
using ::testing::IsEmpty;

/// `x * scale + shift`, and a count that is not trained.
class Affine final : public UnaryLayer<Affine> {
 public:
  static constexpr std::string_view kType = "Affine";
  explicit Affine(std::string name = {}) : UnaryLayer(std::move(name)) {}

  void build(const Shape& input) const {
    const Initializer ones = [](const Shape& shape, DType dtype) {
      return ops::ones(shape, dtype);
    };
    add_weight("count", {}, ones, false);
    add_weight("scale", {input[-1]}, ones);
    add_weight("shift", {input[-1]}, ones);
  }
  Tensor call(const Tensor& x) const {
    return ops::add(ops::multiply(x, weight("scale")), weight("shift"));
  }
};

/// Holds an Affine as Keras' wrappers hold a layer.
class Wrapper final : public UnaryLayer<Wrapper> {
 public:
  static constexpr std::string_view kType = "Wrapper";
  void build(const Shape&) const { add_layer("inner", inner_); }
  Tensor call(const Tensor& x) const { return inner_(x); }

 private:
  const Affine inner_;
};

Model two_layers() {
  const auto x = Input({.shape = {2}});
  return Model(x, Affine("last")(Wrapper()(x)), {.name = "model"});
}

const Tensor kScalar(Shape{}, {1});

/// What `two_layers()` needs.
NamedTensors sound_weights() {
  return {{"layers/wrapper/inner/count", kScalar},
          {"layers/wrapper/inner/scale", Tensor({2}, {2, 3})},
          {"layers/wrapper/inner/shift", Tensor({2}, {0, 1})},
          {"layers/affine/count", Tensor(Shape{}, {5})},
          {"layers/affine/scale", Tensor({2}, {1, 10})},
          {"layers/affine/shift", Tensor({2}, {-1, -2})}};
}

class LoadWeightsTest : public FolderTest {
 protected:
  LoadWeightsTest() : path_(in_folder("file.safetensors")) {}

  const std::filesystem::path& path() const { return path_; }
  std::string quoted_path() const { return "'" + path_.string() + "'"; }

 private:
  const std::filesystem::path path_;
};

Tensors values_of(const Layer& layer) {
  Tensors values;
  for (const Variable& variable : layer.weights()) values.push_back(variable.value);
  return values;
}

TEST_F(LoadWeightsTest, LoadsAModel) {
  write_safetensors(path(), sound_weights());
  const Model model = two_layers();
  load_weights(model, path());
  const Tensor y = model.predict(Tensor({1, 2}, {1, 1}));
  EXPECT_TRUE(equal(y, Tensor({1, 2}, {1, 38}))) << to_string(y);
}

TEST_F(LoadWeightsTest, LoadsALoneLayerAndCopiesOfIt) {
  write_safetensors(path(), {{"scale", Tensor({2}, {2, 3})},
                             {"shift", Tensor({2}, {0, 1})},
                             {"count", Tensor(Shape{}, {1})}});
  const Affine layer;
  const Affine copy = layer;  // NOLINT(performance-unnecessary-copy-initialization)
  layer(Tensor({1, 2}, {0, 0}));
  load_weights(layer, path());
  EXPECT_TRUE(equal(copy(Tensor({1, 2}, {1, 1})), Tensor({1, 2}, {2, 4})));
}

TEST_F(LoadWeightsTest, ReadsWhatSaveWeightsWrote) {
  write_safetensors(path(), sound_weights());
  const Model model = two_layers();
  load_weights(model, path());
  save_weights(model, in_folder("again.safetensors"));
  const Model other = two_layers();
  load_weights(other, in_folder("again.safetensors"));
  const Tensors expected = values_of(model);
  const Tensors values = values_of(other);
  ASSERT_EQ(values.size(), expected.size());
  for (std::size_t i = 0; i < values.size(); ++i) EXPECT_TRUE(equal(values[i], expected[i])) << i;

  save_weights(other, in_folder("third.safetensors"));
  EXPECT_EQ(read(in_folder("third.safetensors")), read(in_folder("again.safetensors")));
  EXPECT_THAT(names(), ElementsAre("again.safetensors", "file.safetensors", "third.safetensors"));
}

TEST_F(LoadWeightsTest, NamesTheTensorsAsKerasNamesThePaths) {
  save_weights(two_layers(), path());
  std::vector<std::string> names;
  for (const NamedTensor& tensor : read_safetensors(path())) names.push_back(tensor.name);
  EXPECT_THAT(names, ElementsAre("layers/wrapper/inner/scale", "layers/wrapper/inner/shift",
                                 "layers/wrapper/inner/count", "layers/affine/scale",
                                 "layers/affine/shift", "layers/affine/count"));
}

TEST_F(LoadWeightsTest, ConvertsOtherFloats) {
  for (const DType dtype : {DType::Float16, DType::BFloat16, DType::Float64}) {
    NamedTensors tensors = sound_weights();
    for (NamedTensor& tensor : tensors) tensor.value = ops::cast(tensor.value, dtype);
    write_safetensors(path(), tensors);
    const Model model = two_layers();
    load_weights(model, path());
    const Tensor y = model.predict(Tensor({1, 2}, {1, 1}));
    EXPECT_TRUE(equal(y, Tensor({1, 2}, {1, 38}))) << name_of(dtype) << to_string(y);
  }
}

TEST_F(LoadWeightsTest, WorksWhateverTheCurrentBackend) {
  write_safetensors(path(), sound_weights());
  const Model model = two_layers();
  {
    const BackendScope scope(backend("guarded"));
    load_weights(model, path());
  }
  EXPECT_TRUE(equal(model.predict(Tensor({1, 2}, {1, 1})), Tensor({1, 2}, {1, 38})));
}

TEST_F(LoadWeightsTest, ListsAllThatDoesNotFitAndChangesNothing) {
  NamedTensors tensors = sound_weights();
  tensors[1].value = Tensor({3}, {1, 2, 3});
  tensors[2].value = Tensor({2}, std::vector<std::int32_t>{1, 2});
  tensors[3].name = "layers/affine/number";
  tensors[4].value = Tensor({1, 2}, {1, 2});
  tensors.push_back({"layers/affine_1/\x1b[2Jscale", kScalar});
  write_safetensors(path(), tensors);
  const Model model = two_layers();
  const Tensors before = values_of(model);
  EXPECT_EQ(error_of<IoError>([&] { load_weights(model, path()); }),
            quoted_path() +
                " does not hold the weights of Functional 'model'; nothing was loaded:\n"
                "  'layers/wrapper/inner/scale' has shape (3,), expected (2,)\n"
                "  'layers/wrapper/inner/shift' is int32, expected float32 or another float\n"
                "  'layers/affine/scale' has shape (1, 2), expected (2,)\n"
                "  'layers/affine/count' is missing: () of float32\n"
                "  'layers/affine/number' is not a weight of this Functional\n"
                "  'layers/affine_1/\\x1b[2Jscale' is not a weight of this Functional");
  const Tensors after = values_of(model);
  for (std::size_t i = 0; i < after.size(); ++i) EXPECT_TRUE(after[i].same_object(before[i])) << i;
}

TEST_F(LoadWeightsTest, ChangesNothingIfTheLastTensorCannotBeRead) {
  write_safetensors(path(), sound_weights());
  NamedTensors tensors = sound_weights();
  const Model model = two_layers();
  const Tensors before = values_of(model);
  std::filesystem::resize_file(path(), std::filesystem::file_size(path()) - 1);
  EXPECT_THROW(load_weights(model, path()), IoError);
  const Tensors after = values_of(model);
  for (std::size_t i = 0; i < after.size(); ++i) EXPECT_TRUE(after[i].same_object(before[i])) << i;
}

TEST_F(LoadWeightsTest, CutsLongLists) {
  NamedTensors tensors = sound_weights();
  for (int i = 100; i < 125; ++i) tensors.push_back({"x" + std::to_string(i), kScalar});
  write_safetensors(path(), tensors);
  std::string expected =
      quoted_path() + " does not hold the weights of Functional 'model'; nothing was loaded:";
  for (int i = 100; i < 120; ++i) {
    expected += "\n  'x" + std::to_string(i) + "' is not a weight of this Functional";
  }
  EXPECT_EQ(error_of<IoError>([&] { load_weights(two_layers(), path()); }),
            expected + "\n  and 5 more");
}

TEST_F(LoadWeightsTest, NeedsWeightsToLoadInto) {
  EXPECT_EQ(error_of<BuildError>([&] { load_weights(Affine("a"), path()); }),
            "Affine 'a' has no weights yet; call it once, or put it into a Model, before "
            "load_weights");
  EXPECT_EQ(error_of<BuildError>([&] { save_weights(Sequential({Affine()}), path()); }),
            "Sequential (unnamed) has no weights yet; call it once, or put it into a Model, before "
            "save_weights");
  EXPECT_THAT(names(), IsEmpty());
}

TEST_F(LoadWeightsTest, NamesTheFilesThatItKnows) {
  EXPECT_EQ(error_of<IoError>([&] { load_weights(two_layers(), "x.pt"); }),
            "'x.pt': load_weights does not know this kind of file; it knows .safetensors and "
            ".weights.h5");
  EXPECT_EQ(error_of<IoError>([&] { save_weights(two_layers(), "x"); }),
            "'x': save_weights does not know this kind of file; it knows .safetensors and "
            ".weights.h5");
  EXPECT_EQ(error_of<IoError>([&] { save_weights(two_layers(), "x.h5"); }),
            "'x.h5': save_weights does not know this kind of file; it knows .safetensors and "
            ".weights.h5");
  EXPECT_EQ(error_of<IoError>([&] { load_weights(two_layers(), "no.safetensors"); }),
            "'no.safetensors': there is no such file");
}

/// A lookup whose `idf_weights` no vocabulary came with.
Model counted_words() {
  const auto words = Input({.shape = {kAny}, .dtype = DType::String});
  const layers::StringLookup lookup({.output_mode = "tf_idf", .vocabulary_size = 3});
  return Model(words, lookup(words), {.name = "model"});
}

TEST_F(LoadWeightsTest, KeepsVariablesThatAreNoWeights) {
  const Model model = counted_words();
  const auto lookup = model.sublayers().back().second;
  const Tensor numbers({3}, {1, 2, 3});
  lookup->load_own_variable("idf_weights", numbers);
  for (const std::string name : {"file.safetensors", "file.weights.h5"}) {
    save_weights(model, in_folder(name));
    const Model other = counted_words();
    load_weights(other, in_folder(name));
    EXPECT_TRUE(equal(other.sublayers().back().second->own_variables()[0].value, numbers)) << name;
  }
  EXPECT_EQ(read_safetensors(path())[0].name, "layers/string_lookup/idf_weights");
}

TEST_F(LoadWeightsTest, NamesVariablesThatAreNotThereOrDoNotFit) {
  const Model model = counted_words();
  EXPECT_EQ(
      error_of<BuildError>([&] { save_weights(model, path()); }),
      "Functional 'model': 'layers/string_lookup/idf_weights' has no value yet; load it before "
      "saving");
  write_safetensors(path(), {{"layers/string_lookup/idf_weights", Tensor({2}, {1, 2})}});
  EXPECT_EQ(error_of<IoError>([&] { load_weights(model, path()); }),
            quoted_path() +
                " does not hold the weights of Functional 'model'; nothing was loaded:\n"
                "  'layers/string_lookup/idf_weights' has shape (2,), expected (3,)");
}

}  // namespace
}  // namespace domino
