#include "tests/layers/parity.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cmath>
#include <cstdint>

#include "domino/backends/backend.h"
#include "domino/backends/ops.h"
#include "tests/layers/parity_file.h"
#include "tests/layers/parity_runner.h"

namespace domino::testing {
namespace {

using nlohmann::json;

constexpr Way kWays[] = {
    {"eager call, Keras' rules", "keras", MaskRules::Keras, false, false},
    {"eager call, intended rules", "intended", MaskRules::Intended, false, false},
    {"model, Keras' rules", "model", MaskRules::Keras, true, false},
    {"model, intended rules", "intended", MaskRules::Intended, true, false},
    {"model that makes the masks, Keras' rules", "model_made", MaskRules::Keras, true, true},
    {"model that makes the masks, intended rules", "intended", MaskRules::Intended, true, true},
};

Tensor on_host(const Tensor& tensor) {
  const Tensor host = current_backend().download(tensor);
  return tensor.mask() ? host.with_mask(Mask(current_backend().download(*tensor.mask()))) : host;
}

bool close(double got, double want) {
  if (std::isnan(got) || std::isnan(want)) return std::isnan(got) && std::isnan(want);
  return got == want || std::fabs(got - want) <= 1e-5 + 1e-5 * std::fabs(want);
}

/// "" if the numbers are those that Keras gave, else what differs.
std::string difference(const Tensor& got, const Tensor& want) {
  if (got.shape() != want.shape()) {
    return fmt::format("shape {}, expected {}", to_string(got.shape()), to_string(want.shape()));
  }
  if (got.dtype() != want.dtype()) {
    return fmt::format("{}, expected {}", name_of(got.dtype()), name_of(want.dtype()));
  }
  if (got.dtype() == DType::String) {
    if (equal(got, want)) return "";
    return fmt::format("{}, expected {}", to_string(got), to_string(want));
  }
  const Shape flat{got.elements()};
  const Tensor a = ops::cast(ops::reshape(got, flat), DType::Float64);
  const Tensor b = ops::cast(ops::reshape(want, flat), DType::Float64);
  for (std::int64_t i = 0; i < flat[0]; ++i) {
    if (!close(a.item({i}), b.item({i}))) {
      return fmt::format("element {} is {}, expected {}\n  got  {}\n  want {}", i, a.item({i}),
                         b.item({i}), to_string(got), to_string(want));
    }
  }
  return "";
}

std::string mask_difference(const OptionalMask& got, const OptionalMask& want) {
  if (!got && !want) return "";
  if (!got) return "no mask, expected " + to_string(want->tensor());
  if (!want) return "a mask, expected none: " + to_string(got->tensor());
  return difference(*got, *want);
}

void compare(const Tensor& got, const json& want, const ParityFile& file, const std::string& what) {
  const Tensor host = on_host(got);
  const BackendScope scope(backend("reference"));
  const std::string values = difference(host.without_mask(), file.tensor(want.at("values")));
  if (!values.empty()) ADD_FAILURE() << what << ": " << values;
  const std::string mask = mask_difference(host.mask(), file.mask(want.at("mask")));
  if (!mask.empty()) ADD_FAILURE() << what << ", mask: " << mask;
}

void compare(const Outcome& got, const json& want, const ParityFile& file) {
  if (want.contains("error")) {
    if (got.error.empty()) ADD_FAILURE() << "no error; Keras said " << want.at("error").dump();
    return;
  }
  if (!got.error.empty()) {
    ADD_FAILURE() << "unexpected error: " << got.error;
    return;
  }
  const json& outputs = want.at("outputs");
  ASSERT_EQ(got.outputs.size(), outputs.size());
  for (std::size_t i = 0; i < outputs.size(); ++i) {
    compare(got.outputs[i], outputs[i], file, fmt::format("output {}", i));
  }
  const json& consumed = want.at("consumed");
  ASSERT_EQ(got.consumed.size(), consumed.size());
  for (std::size_t i = 0; i < consumed.size(); ++i) {
    compare(got.consumed[i], consumed[i], file, "consumer " + consumed[i].at("consumer").dump());
  }
  if (got.warned) {
    EXPECT_EQ(*got.warned, want.at("warned").get<bool>()) << "warned of a lost mask";
  }
}

/// What Keras gave for a way, or null if the case was not recorded that way.
const json& expected_of(const json& recorded, const Way& way) {
  static const json kNothing;
  if (way.made_masks && !recorded.contains("model_made")) return kNothing;
  const json& expected = recorded.at(std::string(way.expected));
  return expected == "same" ? recorded.at("keras") : expected;
}

}  // namespace

void expect_parity(const std::string& name) {
  const ParityFile file(name);
  for (const std::string_view device : available_backends()) {
    const BackendScope scope(backend(device));
    for (const Way& way : kWays) {
      ParityRunner runner(file, way);
      for (const json& recorded : file.index().at("cases")) {
        const json& expected = expected_of(recorded, way);
        if (expected.is_null()) continue;
        SCOPED_TRACE(fmt::format("{}, case {}, {}, on {}", name,
                                 recorded.at("name").get<std::string>(), way.name, device));
        compare(runner.run(recorded, expected), expected, file);
      }
    }
  }
}

namespace {

bool only_for_training(const std::string& key) {
  return key == "trainable" || key == "dtype" || key == "quantization_config" ||
         key.ends_with("_regularizer") || key.ends_with("_constraint");
}

void compare_config(const json& got, const json& want) {
  for (const auto& [key, value] : got.items()) {
    ASSERT_TRUE(want.contains(key)) << "Keras writes no '" << key << "'";
    EXPECT_EQ(value, want.at(key)) << "'" << key << "'";
  }
  for (const auto& [key, value] : want.items()) {
    EXPECT_TRUE(got.contains(key) || only_for_training(key)) << "'" << key << "' is missing";
  }
}

}  // namespace

void expect_config_round_trip(const std::string& name) {
  const ParityFile file(name);
  for (const auto& [key, recorded] : file.index().at("layers").items()) {
    SCOPED_TRACE(fmt::format("{}, layer {}", name, key));
    const LayerHandle layer = make_layer(recorded);
    compare_config(json::parse(layer->config().to_json()), recorded.at("config"));
  }
}

}  // namespace domino::testing
