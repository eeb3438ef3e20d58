#include <gtest/gtest.h>

#include <map>
#include <string>

#include "domino/backends/meta/meta.h"
#include "tests/backends/conformance.h"

namespace domino::conformance {
namespace {

const Backend& reference_backend() { return backend("reference"); }

std::string label(const Case& one) { return one.name + " of " + describe(one.inputs); }

class Conformance : public ::testing::TestWithParam<std::tuple<std::string_view, Family>> {};

/// All but the judge itself.
std::vector<std::string_view> judged_backends() {
  std::vector<std::string_view> names = available_backends();
  std::erase(names, "reference");
  return names;
}

std::string name_of_test(const ::testing::TestParamInfo<Conformance::ParamType>& info) {
  const auto& [name, family] = info.param;
  return std::string(name) + "_" + std::string(family.name);
}

TEST_P(Conformance, AgreesWithTheReference) {
  const auto& [name, family] = GetParam();
  expect_agreement(backend(name), family);
}

INSTANTIATE_TEST_SUITE_P(Backends, Conformance,
                         ::testing::Combine(::testing::ValuesIn(judged_backends()),
                                            ::testing::ValuesIn(families())),
                         name_of_test);

class OnMeta : public ::testing::TestWithParam<Family> {};

/// Meta twins of the inputs: equal sizes, dtypes and places have equal value numbers.
Tensors on_meta(const Tensors& inputs) {
  Tensors twins;
  for (const Tensor& x : inputs) {
    const auto place = static_cast<std::uint64_t>(twins.size());
    twins.push_back(x.defined() ? Tensor::meta(x.shape(), x.dtype(), {place, 7}) : Tensor());
  }
  return twins;
}

TEST_P(OnMeta, SizesAndTypesAreThoseOfTheNumbers) {
  for (const Case& one : GetParam().cases()) {
    SCOPED_TRACE(label(one));
    const Tensors expected = run_on(reference_backend(), one);
    const BackendScope scope(backend("meta"));
    // A split into tokens cannot know the size of its last axis.
    const std::int64_t last = expected[0].rank() > 0 ? expected[0].size(-1) : 0;
    const meta::UnknownSize size(last);
    const Tensors actual = run(one.operation, on_meta(one.inputs));
    ASSERT_EQ(actual.size(), expected.size());
    for (std::size_t i = 0; i < expected.size(); ++i) {
      EXPECT_TRUE(actual[i].is_meta());
      EXPECT_EQ(actual[i].shape(), expected[i].shape());
      EXPECT_EQ(actual[i].dtype(), expected[i].dtype());
    }
  }
}

TEST_P(OnMeta, EqualCallsHaveEqualValueNumbersAndOtherInputsOthers) {
  for (const Case& one : GetParam().cases()) {
    SCOPED_TRACE(label(one));
    const BackendScope scope(backend("meta"));
    const meta::UnknownSize size(7);
    const Tensors inputs = on_meta(one.inputs);
    const Tensors first = run(one.operation, inputs);
    const Tensors again = run(one.operation, inputs);
    for (std::size_t i = 0; i < first.size(); ++i) {
      EXPECT_EQ(first[i].value_number(), again[i].value_number());
      if (i > 0) {
        EXPECT_NE(first[i].value_number(), first[i - 1].value_number());
      }
    }
    for (std::size_t i = 0; i < inputs.size(); ++i) {
      if (!inputs[i].defined()) continue;
      Tensors others = inputs;
      others[i] = Tensor::meta(inputs[i].shape(), inputs[i].dtype(), {99, 99});
      EXPECT_NE(run(one.operation, others)[0].value_number(), first[0].value_number())
          << "input " << i;
    }
  }
}

bool same_attributes(const op::Operation& a, const op::Operation& b) {
  return std::visit(
      []<class A, class B>(const A& x, const B& y) {
        if constexpr (std::is_same_v<A, B>) {
          return x.tie() == y.tie();
        } else {
          return false;
        }
      },
      a, b);
}

TEST(ValueNumbers, TellApartWhatDiffersInAnAttribute) {
  // Inputs are told apart by place alone here, so that attributes have to do it.
  std::map<ValueNumber, std::vector<Case>> seen;
  const BackendScope scope(backend("meta"));
  const meta::UnknownSize size(7);
  for (const Family& family : families()) {
    for (const Case& one : family.cases()) {
      const ValueNumber number = run(one.operation, on_meta(one.inputs))[0].value_number();
      for (const Case& other : seen[number]) {
        EXPECT_TRUE(same_attributes(one.operation, other.operation))
            << label(one) << " and " << label(other);
      }
      seen[number].push_back(one);
    }
  }
  EXPECT_GT(seen.size(), 500U);
}

INSTANTIATE_TEST_SUITE_P(Families, OnMeta, ::testing::ValuesIn(families()),
                         [](const auto& info) { return std::string(info.param.name); });

}  // namespace
}  // namespace domino::conformance
