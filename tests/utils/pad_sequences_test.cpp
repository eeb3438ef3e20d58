#include "domino/utils/pad_sequences.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>
#include <set>

#include "domino/core/error.h"

namespace domino::utils {
namespace {

using nlohmann::json;
using ::testing::ElementsAre;
using ::testing::ElementsAreArray;
using ::testing::ThrowsMessage;

// Keras' own results and errors, as recorded by tests/parity/record.py.

json recorded() {
  std::ifstream file(DOMINO_TESTS_DIR "/parity/data/pad_sequences.json");
  return json::parse(file).at("cases");
}

/// Things of Python for which C++ has no counterpart, or which do not compile.
const std::set<std::string>& without_meaning() {
  static const std::set<std::string> kNames = {
      "maxlen 1.0",           "strings, str",    "strings, U2", "string value, dtype by name",
      "strings as sequences", "set as sequence", "no length",   "scalars"};
  return kNames;
}

/// What Domino says where Keras fails, and where NumPy wraps or invents a number.
const std::map<std::string, std::string>& errors() {
  static const std::map<std::string, std::string> kErrors = {
      {"no sequences", "no sequences, so there is no longest one; give .maxlen to get (0, maxlen)"},
      {"items of other size",
       "Shape of sample (3,) of sequence at position 1 is different from expected shape (2,)"},
      {"items of other rank",
       "Shape of sample () of sequence at position 1 is different from expected shape (2,)"},
      {"maxlen 0, pre",
       "sequence 0 has 2 steps, which do not fit into maxlen 0; set .truncating to \"post\" to "
       "cut them all"},
      {"maxlen -1", "maxlen is -1; it must not be negative"},
      {"item out of range",
       "item 1099511627776 of sequence 0 does not fit into int32; set .dtype to a type that holds "
       "it"},
      {"item of an array out of range",
       "item 1099511627776 of sequence 0 does not fit into int32; set .dtype to a type that holds "
       "it"},
      {"value out of range",
       "the padding value 300 does not fit into uint8; set .dtype to a type that holds it"},
      {"NaN as value",
       "the padding value nan does not fit into int32; set .dtype to a type that holds it"},
      {"NaN as item",
       "item nan of sequence 0 does not fit into int32; set .dtype to a type that holds it"},
      {"string value",
       "the padding value is a string, which .dtype int32 does not hold; set .dtype to String"},
      {"string items",
       "sequence 0 holds string, which .dtype int32 does not hold; set .dtype to "
       "String"},
      {"padding x", "Padding type \"x\" not understood; use \"pre\" or \"post\""},
      {"truncating x", "Truncating type \"x\" not understood; use \"pre\" or \"post\""},
      {"both x", "Truncating type \"x\" not understood; use \"pre\" or \"post\""},
  };
  return kErrors;
}

/// Arrays and tuples are lists here.
const json& as_list(const json& value) {
  if (!value.is_object()) return value;
  return value.contains("array") ? value.at("array") : value.at("tuple");
}

double number(const json& value) {
  if (value.is_object()) return value.contains("numpy") ? value.at("numpy").get<double>() : NAN;
  return value.is_boolean() ? static_cast<double>(value.get<bool>()) : value.get<double>();
}

void flatten(const json& value, std::vector<json>& leaves) {
  if (!value.is_array()) return leaves.push_back(value);
  for (const json& item : value) flatten(item, leaves);
}

Tensor tensor_of(const json& given) {
  const json& list = as_list(given);
  std::vector<std::int64_t> sizes;
  for (const json* at = &list; at->is_array(); at = &at->front()) {
    sizes.push_back(static_cast<std::int64_t>(at->size()));
    if (at->empty()) break;
  }
  std::vector<json> leaves;
  flatten(list, leaves);
  const Shape shape(sizes);
  if (!leaves.empty() && leaves[0].is_string()) {
    return Tensor(shape, std::vector<std::string>(leaves.begin(), leaves.end()));
  }
  if (std::ranges::all_of(leaves, &json::is_number_integer)) {
    return Tensor(shape, std::vector<std::int64_t>(leaves.begin(), leaves.end()));
  }
  std::vector<double> numbers;
  for (const json& leaf : leaves) numbers.push_back(number(leaf));
  return Tensor(shape, numbers);
}

DType dtype_of(const json& name) {
  if (name.is_object() || name == "object") return DType::String;
  return dtype_from_name(name.get<std::string>());
}

PadSequencesOptions options_of(const json& arguments) {
  PadSequencesOptions options;
  if (arguments.contains("maxlen")) {
    options.maxlen = static_cast<std::int64_t>(number(arguments.at("maxlen")));
  }
  if (arguments.contains("dtype")) options.dtype = dtype_of(arguments.at("dtype"));
  options.padding = arguments.value("padding", options.padding);
  options.truncating = arguments.value("truncating", options.truncating);
  if (arguments.contains("value")) {
    const json& value = arguments.at("value");
    options.value = value.is_string() ? PadValue(value.get<std::string>()) : number(value);
  }
  return options;
}

Tensor run(const json& given) {
  std::vector<Tensor> sequences;
  for (const json& sequence : as_list(given.at("sequences"))) {
    sequences.push_back(tensor_of(sequence));
  }
  return pad_sequences(sequences, options_of(given.at("arguments")));
}

template <class T>
std::vector<T> numbers_of(const std::vector<json>& leaves) {
  std::vector<T> numbers;
  for (const json& leaf : leaves) {
    numbers.push_back(leaf.is_number_integer() ? leaf.get<T>() : static_cast<T>(number(leaf)));
  }
  return numbers;
}

void expect_result(const Tensor& padded, const json& expected) {
  EXPECT_EQ(padded.shape(), Shape(expected.at("shape").get<std::vector<std::int64_t>>()));
  EXPECT_EQ(padded.dtype(), dtype_of(expected.at("dtype")));
  std::vector<json> leaves;
  flatten(expected.at("result"), leaves);
  switch (padded.dtype()) {
    case DType::Int32:
      EXPECT_THAT(padded.data<std::int32_t>(), ElementsAreArray(numbers_of<std::int32_t>(leaves)));
      break;
    case DType::Int64:
      EXPECT_THAT(padded.data<std::int64_t>(), ElementsAreArray(numbers_of<std::int64_t>(leaves)));
      break;
    case DType::Bool:
      EXPECT_THAT(padded.data<bool>(), ElementsAreArray(numbers_of<bool>(leaves)));
      break;
    case DType::Float32: {
      std::vector<::testing::Matcher<float>> matchers;
      for (const float value : numbers_of<float>(leaves)) {
        matchers.push_back(::testing::NanSensitiveFloatEq(value));
      }
      EXPECT_THAT(padded.data<float>(), ElementsAreArray(matchers));
      break;
    }
    default:
      EXPECT_THAT(padded.data<std::string>(),
                  ElementsAreArray(std::vector<std::string>(leaves.begin(), leaves.end())));
  }
}

TEST(PadSequencesTest, DoesAsKeras) {
  int tried = 0;
  for (const json& given : recorded()) {
    const std::string name = given.at("name");
    if (without_meaning().contains(name)) continue;
    SCOPED_TRACE(name);
    ++tried;
    const auto error = errors().find(name);
    if (error == errors().end()) {
      ASSERT_TRUE(given.contains("result"));
      expect_result(run(given), given);
    } else {
      EXPECT_THAT([&] { run(given); }, ThrowsMessage<Error>(error->second));
    }
  }
  EXPECT_GT(tried, 40);
}

TEST(PadSequencesTest, TakesListsWrittenInPlace) {
  const Tensor padded = pad_sequences({{711, 632, 71}, {73}}, {.padding = "post"});
  EXPECT_EQ(padded.shape(), (Shape{2, 3}));
  EXPECT_THAT(padded.data<std::int32_t>(), ElementsAre(711, 632, 71, 73, 0, 0));
}

TEST(PadSequencesTest, TakesVectorsOfEveryKindOfItem) {
  const std::vector<std::vector<std::int64_t>> wide = {{1LL << 40}, {}};
  EXPECT_THAT(pad_sequences(wide, {.dtype = DType::Int64}).data<std::int64_t>(),
              ElementsAre(1LL << 40, 0));
  const std::vector<std::vector<float>> floats = {{0.5F}, {1.5F, 2.5F}};
  EXPECT_THAT(pad_sequences(floats, {.dtype = DType::Float32, .value = -1}).data<float>(),
              ElementsAre(-1, 0.5F, 1.5F, 2.5F));
  const std::vector<std::vector<std::string>> words = {{"a"}, {"b", "c"}};
  EXPECT_THAT(pad_sequences(words, {.dtype = DType::String, .value = "pad"}).data<std::string>(),
              ElementsAre("pad", "a", "b", "c"));
}

TEST(PadSequencesTest, KeepsItemsThatAreLists) {
  const std::vector<std::vector<std::vector<int>>> pairs = {{{1, 2}, {3, 4}}, {}, {{5, 6}}};
  const Tensor padded = pad_sequences(pairs, {.padding = "post", .value = 9});
  EXPECT_EQ(padded.shape(), (Shape{3, 2, 2}));
  EXPECT_THAT(padded.data<std::int32_t>(), ElementsAre(1, 2, 3, 4, 9, 9, 9, 9, 5, 6, 9, 9));
}

TEST(PadSequencesTest, RoundsHalfTypes) {
  const std::vector<std::vector<float>> floats = {{1.5F}};
  const Tensor padded = pad_sequences(floats, {.maxlen = 2, .dtype = DType::BFloat16, .value = 3});
  EXPECT_EQ(padded.data<BFloat16>()[0].bits, to_bfloat16(3).bits);
  EXPECT_EQ(padded.data<BFloat16>()[1].bits, to_bfloat16(1.5F).bits);
}

TEST(PadSequencesTest, SaysWhatDoesNotFit) {
  const std::vector<std::vector<std::vector<int>>> ragged = {{{1, 2}, {3}}};
  EXPECT_THAT([&] { pad_sequences(ragged); },
              ThrowsMessage<ShapeError>("sequence 0 has items of 2 and of 1 entries; all items of "
                                        "a sequence need one size"));
  const std::vector<Tensor> scalar = {Tensor({}, {1})};
  EXPECT_THAT([&] { pad_sequences(scalar); },
              ThrowsMessage<ShapeError>(
                  "sequence 0 is a single number; give a tensor of shape (steps, ...)"));
  EXPECT_THAT([] { pad_sequences({{1}}, {.dtype = DType::String}); },
              ThrowsMessage<ValueError>("the padding value is a number, which .dtype string does "
                                        "not hold; set .dtype to a type of numbers, or .value to "
                                        "a string"));
  EXPECT_THAT([] { pad_sequences({{1}}, {.dtype = DType::String, .value = ""}); },
              ThrowsMessage<ValueError>("sequence 0 holds int32, which .dtype string does not "
                                        "hold; give strings, or a .dtype of numbers"));
}

}  // namespace
}  // namespace domino::utils
