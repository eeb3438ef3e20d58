#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "domino/backends/backend.h"
#include "domino/backends/meta/meta.h"
#include "domino/backends/ops.h"
#include "domino/core/error.h"
#include "tests/backends/values.h"

// What TensorFlow 2.21 gives for tf.strings and tf.sparse.cross_hashed.

namespace domino::conformance {
namespace {

using ::testing::HasSubstr;
using ::testing::Property;
using ::testing::Throws;

TEST(Strings, LowerAndStripOnlyAscii) {
  std::string ascii;
  for (char c = 0; c < 127; ++c) ascii += c;
  std::string stripped;
  for (const char c : ascii) {
    if (c <= ' ' || std::isalnum(c) != 0) stripped += c;
  }
  EXPECT_TRUE(equal(ops::tokenize(texts({2}, {"ÄBC É", ascii}), {.strip_punctuation = true}),
                    texts({2}, {"ÄBC É", stripped})));
  EXPECT_TRUE(
      equal(ops::tokenize(texts({1}, {"ÄBC É!"}), {.lower = true}), texts({1}, {"Äbc É!"})));
}

TEST(Strings, SplitAtAsciiWhitespace) {
  const Tensor x = texts({3}, {"a\tb  c\u00a0d\u3000e\x0b"
                               "f\x0cg\rh\x1ci ",
                               "", " "});
  EXPECT_TRUE(equal(ops::tokenize(x, {.split = op::SplitKind::Whitespace}),
                    texts({3, 6}, {"a", "b", "c\u00a0d\u3000e", "f", "g", "h\x1ci", "", "", "", "",
                                   "", "", "", "", "", "", "", ""})));
}

TEST(Strings, SplitIntoCharactersOfUtf8) {
  const auto characters = [](const std::string& text) {
    const Tensor split = ops::tokenize(texts({1}, {text}), {.split = op::SplitKind::Character});
    const auto found = split.data<std::string>();
    return std::vector<std::string>(found.begin(), found.end());
  };
  using Characters = std::vector<std::string>;
  const std::string bad = "\uFFFD";
  EXPECT_EQ(characters("a\xc3\xa4\xff"
                       "b\xe2\x82"),
            (Characters{"a", "ä", bad, "b", bad}));
  EXPECT_EQ(characters("\xed\xa0\x80x"), (Characters{bad, bad, bad, "x"}));
  EXPECT_EQ(characters("\xf4\x90\x80\x80y\xc0\x80"),
            (Characters{bad, bad, bad, bad, "y", bad, bad}));
  EXPECT_EQ(characters(std::string("\xf0\x9f\x98\x80\0z", 6)),
            (Characters{"\U0001F600", std::string(1, '\0'), "z"}));
}

TEST(Strings, RunsOfTokensByWidth) {
  const op::Tokenize runs{.split = op::SplitKind::Whitespace, .ngrams = {2, 1}};
  EXPECT_TRUE(equal(ops::tokenize(texts({2}, {"a b c", "d"}), runs),
                    texts({2, 5}, {"a b", "b c", "a", "b", "c", "d", "", "", "", ""})));
}

TEST(Strings, HashesOfTensorFlow) {
  constexpr std::int64_t kMany = std::int64_t{1} << 62;
  EXPECT_TRUE(equal(ops::hash_bucket(texts({1}, {"a"}), {.buckets = kMany}),
                    whole({1}, {3694432073954588131})));
  const op::HashBucket salted{.buckets = kMany, .salted = true, .key_0 = 1, .key_1 = 2};
  EXPECT_TRUE(equal(ops::hash_bucket(texts({2}, {"a", ""}), salted),
                    whole({2}, {546566331822570742, 443797209252341627})));
  EXPECT_TRUE(equal(ops::hash_cross({texts({1}, {"x"}), texts({1}, {"y"})}, 1'000'000'000),
                    whole({1}, {357884624})));
  EXPECT_TRUE(equal(ops::hash_cross({ints({1}, {5}), ints({1}, {7})}, 1'000'000'000),
                    whole({1}, {517238929})));
}

TEST(Strings, LieOnTheHostOnEveryBackend) {
  for (const std::string_view name : available_backends()) {
    const BackendScope scope(backend(name));
    const Tensor words = current_backend().upload(texts({2}, {"b", "a"}));
    EXPECT_EQ(words.device(), Device::Host);
    const ops::Table table{texts({2}, {"a", "b"}), whole({2}, {1, 2}), {}};
    const Tensor places = ops::lookup(words, table);
    EXPECT_EQ(places.device(), current_backend().device());
    EXPECT_TRUE(equal(current_backend().download(places), whole({2}, {2, 1})));
    const Tensor back = ops::lookup(places, {table.values, table.keys, {}});
    EXPECT_TRUE(equal(back, texts({2}, {"b", "a"})));
  }
}

TEST(Strings, AreRefusedByOpsOfNumbers) {
  const Tensor x = texts({1}, {"a"});
  const auto refused = Throws<DTypeError>(
      Property(&Error::message, HasSubstr("does not take strings; turn them into numbers first")));
  EXPECT_THAT([&] { ops::add(x, x); }, refused);
  EXPECT_THROW(ops::add(x, 1), DTypeError);
  EXPECT_THAT([&] { ops::equal(x, x); }, refused);
  EXPECT_THAT([&] { ops::cast(x, DType::Float32); }, refused);
  EXPECT_THAT([&] { ops::bincount(x, 3); }, refused);
}

TEST(Strings, LookupNeedsKeysAndAValueForTheRest) {
  const Tensor x = texts({2}, {"a", "z"});
  EXPECT_THAT(
      [&] {
        ops::lookup(x, {texts({1}, {"a"}), whole({1}, {1}), {}});
      },
      Throws<ValueError>(
          Property(&Error::message,
                   "lookup: \"z\" is not in the vocabulary of 1 entries, and num_oov_indices is 0; "
                   "with num_oov_indices of 1 it would have an index")));
  EXPECT_THAT(
      [&] {
        ops::lookup(x, {texts({0}, {}), whole({0}, {}), whole({}, {1})});
      },
      Throws<ValueError>(Property(&Error::message,
                                  "lookup: there is no vocabulary yet; give the layer one, "
                                  "or load the file that holds it")));
}

TEST(Bincount, RefusesNumbersBelow0) {
  EXPECT_THAT(
      [] {
        ops::bincount(ints({2}, {0, -1}), 3);
      },
      Throws<ValueError>(Property(&Error::message, "bincount: -1 is below 0")));
}

TEST(UnknownSizes, StandForSizesThatDependOnNumbers) {
  const BackendScope scope(backend("meta"));
  const Tensor x = Tensor::meta({4}, DType::String, {1, 2});
  const op::Tokenize words{.split = op::SplitKind::Whitespace};
  EXPECT_THAT(
      [&] { ops::tokenize(x, words); },
      Throws<DeviceError>(Property(&Error::message,
                                   "a size of (4, None) depends on the numbers, and a meta tensor "
                                   "has none; run this on numbers, or in a model")));
  const meta::UnknownSize outer(5);
  {
    const meta::UnknownSize inner(11);
    EXPECT_EQ(ops::tokenize(x, words).shape(), (Shape{4, 11}));
    EXPECT_TRUE(inner.used());
  }
  EXPECT_FALSE(outer.used());
  EXPECT_EQ(ops::tokenize(x, {.ngrams = {2}}).shape(), Shape{3});
  EXPECT_FALSE(outer.used());
  EXPECT_EQ(ops::tokenize(x, words).shape(), (Shape{4, 5}));
}

}  // namespace
}  // namespace domino::conformance
