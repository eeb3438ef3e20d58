#include "domino/layers/initializers/initializers.h"

#include <gtest/gtest.h>

#include <cmath>
#include <string>
#include <vector>

#include "domino/backends/ops.h"
#include "domino/layers/core/dense.h"
#include "tests/layers/parity.h"

namespace domino {
namespace {

using testing::error_of;

Tensor made(const InitializerSpec& spec, const Shape& shape) { return spec(shape, DType::Float32); }

double mean_of(const Tensor& x) { return ops::mean(x).item(); }
double deviation_of(const Tensor& x) {
  return std::sqrt(ops::mean(ops::square(ops::subtract(x, ops::mean(x)))).item());
}
double largest_of(const Tensor& x) { return ops::max(ops::abs(x)).item(); }

TEST(Initializers, FillWithNumbers) {
  EXPECT_TRUE(equal(made("zeros", {2}), Tensor({2}, {0, 0})));
  EXPECT_TRUE(equal(made("ones", {2}), Tensor({2}, {1, 1})));
  EXPECT_TRUE(equal(made(initializers::Constant{.value = 2.5}, {2}), Tensor({2}, {2.5, 2.5})));
  EXPECT_TRUE(
      equal(made(initializers::Identity{.gain = 3}, {2, 3}), Tensor({2, 3}, {3, 0, 0, 0, 3, 0})));
  EXPECT_EQ(InitializerSpec("zeros")({2}, DType::Float16).dtype(), DType::Float16);
}

TEST(Initializers, SpreadAsTheirArgumentsSay) {
  const Shape shape{100, 100};
  const Tensor uniform =
      made(initializers::RandomUniform{.minval = 1, .maxval = 3, .seed = 1}, shape);
  EXPECT_NEAR(mean_of(uniform), 2, 0.02);
  EXPECT_NEAR(deviation_of(uniform), 2 / std::sqrt(12), 0.02);
  const Tensor normal = made(initializers::RandomNormal{.mean = -1, .stddev = 2, .seed = 1}, shape);
  EXPECT_NEAR(mean_of(normal), -1, 0.06);
  EXPECT_NEAR(deviation_of(normal), 2, 0.06);
  const Tensor cut = made(initializers::TruncatedNormal{.stddev = 2, .seed = 1}, shape);
  EXPECT_NEAR(deviation_of(cut), 2 * 0.8796, 0.06);
  EXPECT_LE(largest_of(cut), 4);
}

TEST(Initializers, ScaleByTheirFans) {
  const Shape dense{400, 100};
  using namespace initializers;
  EXPECT_NEAR(deviation_of(made(GlorotUniform{.seed = 2}, dense)), std::sqrt(1 / 250.0), 1e-3);
  EXPECT_NEAR(deviation_of(made(GlorotNormal{.seed = 2}, dense)), std::sqrt(1 / 250.0), 1e-3);
  EXPECT_NEAR(deviation_of(made(HeUniform{.seed = 2}, dense)), std::sqrt(2 / 400.0), 1e-3);
  EXPECT_NEAR(deviation_of(made(HeNormal{.seed = 2}, dense)), std::sqrt(2 / 400.0), 1e-3);
  EXPECT_NEAR(deviation_of(made(LecunUniform{.seed = 2}, dense)), std::sqrt(1 / 400.0), 1e-3);
  EXPECT_NEAR(deviation_of(made(LecunNormal{.seed = 2}, dense)), std::sqrt(1 / 400.0), 1e-3);
  EXPECT_LE(largest_of(made(GlorotUniform{.seed = 2}, dense)), std::sqrt(3 / 250.0));
  const VarianceScaling out{
      .scale = 3, .mode = "fan_out", .distribution = "untruncated_normal", .seed = 2};
  EXPECT_NEAR(deviation_of(made(out, dense)), std::sqrt(3 / 100.0), 5e-3);
}

TEST(Initializers, CountTheWindowOfAConvolution) {
  const Tensor kernel = made(initializers::HeUniform{.seed = 2}, {5, 40, 50});
  EXPECT_LE(largest_of(kernel), std::sqrt(6 / 200.0));
  EXPECT_GE(largest_of(kernel), 0.9 * std::sqrt(6 / 200.0));
  const Tensor by_axes =
      made(initializers::HeUniform{.seed = 2, .input_axes = {1}, .output_axes = {2}}, {5, 40, 50});
  EXPECT_GE(largest_of(by_axes), 0.9 * std::sqrt(6 / 40.0));
}

TEST(Initializers, OrthogonalColumnsOrRows) {
  for (const Shape& shape : {Shape{12, 5}, Shape{5, 12}, Shape{3, 4, 5}, Shape{7, 7}}) {
    const Tensor weight = made(initializers::Orthogonal{.gain = 2, .seed = 4}, shape);
    const Tensor matrix = ops::reshape(weight, {-1, shape[-1]});
    const bool tall = matrix.size(0) >= matrix.size(1);
    const Tensor gram = ops::matmul(matrix, matrix, {.transpose_a = tall, .transpose_b = !tall});
    const Tensor expected = made(initializers::Identity{.gain = 4}, gram.shape());
    EXPECT_LT(largest_of(ops::subtract(gram, expected)), 1e-5) << to_string(shape);
  }
}

TEST(Initializers, RepeatWithTheSameSeed) {
  const Shape shape{3, 4};
  const InitializerSpec seeded = initializers::Orthogonal{.seed = 5};
  EXPECT_TRUE(equal(made(seeded, shape), made(seeded, shape)));
  EXPECT_FALSE(equal(made("orthogonal", shape), made("orthogonal", shape)));
  set_random_seed(3);
  const Tensor first = made("he_normal", shape);
  set_random_seed(3);
  EXPECT_TRUE(equal(made("he_normal", shape), first));
}

/// `spec` as its configuration has it, with this seed.
InitializerSpec seeded(const InitializerSpec& spec, std::int64_t seed) {
  Config config = spec.to_config();
  Config arguments = config.at("config");
  arguments.set("seed", seed);
  config.set("config", arguments);
  return InitializerSpec::from_config(config);
}

TEST(Initializers, EveryRandomClassRepeatsWithItsSeed) {
  const Shape shape{4, 5};
  for (const char* name : {"random_uniform", "random_normal", "truncated_normal",
                           "variance_scaling", "glorot_uniform", "glorot_normal", "he_uniform",
                           "he_normal", "lecun_uniform", "lecun_normal", "orthogonal"}) {
    const Tensor first = made(seeded(name, 5), shape);
    EXPECT_TRUE(equal(made(seeded(name, 5), shape), first)) << name;
    EXPECT_FALSE(equal(made(seeded(name, 6), shape), first)) << name;
    EXPECT_FALSE(equal(made(name, shape), made(name, shape))) << name;
    const auto kernel = [&](const InitializerSpec& spec) {
      const layers::Dense dense(5, {.kernel_initializer = spec});
      dense(ops::zeros({1, 4}));
      return dense.get_weights()[0];
    };
    EXPECT_TRUE(equal(kernel(seeded(name, 5)), first)) << name;
  }
}

TEST(InitializerSpec, KnowsAllNamesOfKeras) {
  const auto class_of = [](std::string_view name) {
    return InitializerSpec(name).to_config().at("class_name").as_string();
  };
  EXPECT_EQ(class_of("glorot_uniform"), "GlorotUniform");
  EXPECT_EQ(class_of("LecunNormal"), "LecunNormal");
  EXPECT_EQ(class_of("normal"), "RandomNormal");
  EXPECT_EQ(class_of("uniform"), "RandomUniform");
  EXPECT_EQ(class_of("zero"), "Zeros");
  EXPECT_EQ(class_of("OrthogonalInitializer"), "Orthogonal");
  EXPECT_EQ(error_of([&] { return class_of("glorot"); }),
            "no initializer is called 'glorot'; expected one of zeros, ones, constant, identity, "
            "random_uniform, random_normal, truncated_normal, variance_scaling, glorot_uniform, "
            "glorot_normal, he_uniform, he_normal, lecun_uniform, lecun_normal, orthogonal");
}

TEST(InitializerSpec, KeepsTheConfigOfKeras) {
  const Config config = Config::object({{"module", "keras.initializers"},
                                        {"class_name", "VarianceScaling"},
                                        {"config", Config::object({{"seed", 3},
                                                                   {"scale", 2.0},
                                                                   {"mode", "fan_avg"},
                                                                   {"distribution", "uniform"},
                                                                   {"input_axes", Config::Array{0}},
                                                                   {"output_axes", {}}})},
                                        {"registered_name", {}}});
  EXPECT_EQ(InitializerSpec::from_config(config).to_config(), config);
  EXPECT_EQ(InitializerSpec::from_config("he_normal").to_config().at("class_name"),
            Config("HeNormal"));
  EXPECT_EQ(InitializerSpec::from_config({}).to_config().at("class_name"), Config("GlorotUniform"));
}

TEST(Initializers, SayWhatTheyNeed) {
  EXPECT_EQ(error_of([] { return made("identity", {3}); }),
            "the initializer Identity makes matrices, not a weight of shape (3,)");
  EXPECT_EQ(error_of([] { return made("orthogonal", {3}); }),
            "the initializer Orthogonal needs a weight of two axes or more, not of shape (3,)");
  EXPECT_EQ(error_of([] { return made(initializers::VarianceScaling{.scale = 0}, {3}); }),
            "VarianceScaling: scale is 0; expected a number above 0");
  EXPECT_EQ(error_of([] { return made(initializers::VarianceScaling{.mode = "fan"}, {3}); }),
            "VarianceScaling: mode is 'fan'; expected one of 'fan_in', 'fan_out', 'fan_avg'");
  EXPECT_EQ(
      error_of([] { return made(initializers::VarianceScaling{.distribution = "flat"}, {3}); }),
      "VarianceScaling: distribution is 'flat'; expected one of 'truncated_normal', "
      "'untruncated_normal', 'uniform'");
}

}  // namespace
}  // namespace domino
