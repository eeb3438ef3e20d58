#include "tests/backends/conformance.h"

namespace domino::conformance {
Tensor texts(const Shape& shape, const std::vector<std::string>& values) {
  return Tensor(shape, values);
}

Tensor whole(const Shape& shape, const std::vector<std::int64_t>& values) {
  return Tensor(shape, values);
}

namespace {

const Tensor& sentences() {
  static const Tensor kSentences = texts({2, 2}, {"The cat, the mat!", "", "Grün ist's", "a"});
  return kSentences;
}

void add_movements(std::vector<Case>& cases) {
  const Tensor& x = sentences();
  cases.push_back({"transpose", op::Transpose{{1, 0}}, {x}});
  cases.push_back({"slice", op::Slice{{0, 1}, {2, 1}, {1, -1}}, {x}});
  cases.push_back({"concatenate", op::Concatenate{1}, {x, x}});
  cases.push_back({"take", op::Take{1}, {x, Tensor({3}, std::vector<std::int32_t>{1, 0, 1})}});
  cases.push_back({"broadcast_to", op::BroadcastTo{{3, 2, 2}}, {x}});
}

void add_tokens(std::vector<Case>& cases) {
  using op::SplitKind;
  for (const SplitKind split : {SplitKind::None, SplitKind::Whitespace, SplitKind::Character}) {
    for (const bool standard : {false, true}) {
      for (const std::vector<std::int64_t>& ngrams :
           {std::vector<std::int64_t>{}, std::vector<std::int64_t>{1, 2}}) {
        const op::Tokenize operation{
            .lower = standard, .strip_punctuation = standard, .split = split, .ngrams = ngrams};
        cases.push_back({"tokenize", operation, {sentences()}});
        cases.push_back({"tokenize", operation, {texts({0, 3}, {})}});
      }
    }
  }
  cases.push_back({"tokenize", op::Tokenize{.lower = true}, {texts({}, {"One"})}});
  cases.push_back({"tokenize", op::Tokenize{.split = SplitKind::Whitespace}, {texts({}, {"a b"})}});
}

}  // namespace

std::vector<Case> string_cases() {
  std::vector<Case> cases;
  add_movements(cases);
  add_tokens(cases);
  const Tensor words = texts({3}, {"a", "", "The cat, the mat!"});
  const Tensor numbers = whole({3}, {7, -1, 1'000'000'000'000});
  const Tensor asked = whole({2, 2}, {-1, 7, 7, 5});
  cases.push_back({"lookup", op::Lookup{}, {sentences(), words, numbers, whole({}, {-5})}});
  cases.push_back({"lookup", op::Lookup{}, {asked, numbers, words, texts({}, {"?"})}});
  cases.push_back({"lookup", op::Lookup{}, {asked, numbers, numbers, whole({}, {0})}});
  cases.push_back({"lookup", op::Lookup{}, {words, words, words}});
  for (const Tensor& x : {sentences(), asked, texts({0}, {})}) {
    cases.push_back({"hash_bucket", op::HashBucket{.buckets = 1'000'003}, {x}});
    const op::HashBucket salted{.buckets = 97, .salted = true, .key_0 = 1, .key_1 = 2};
    cases.push_back({"hash_bucket", salted, {x}});
    cases.push_back({"hash_cross", op::HashCross{1'000'003}, {x, x}});
  }
  cases.push_back({"hash_cross", op::HashCross{97}, {sentences(), asked, sentences()}});
  return cases;
}

std::vector<Case> bincount_cases() {
  std::vector<Case> cases;
  RandomTensors random(33);
  for (const Shape& shape : {Shape{5}, Shape{0}, Shape{3, 7}, Shape{2, 0}, Shape{2, 3, 4}}) {
    const Tensor x = random(shape, DType::Int64, 0, 9);
    for (const bool binary : {false, true}) {
      cases.push_back({"bincount", op::Bincount{7, binary}, {x}});
      for (const DType dtype : kFloats) {
        cases.push_back(
            {"bincount", op::Bincount{7, binary}, {x, random(shape, dtype)}, tolerance_of(dtype)});
      }
    }
  }
  return cases;
}

}  // namespace domino::conformance
