#include "domino/backends/backend.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <thread>

#include "domino/backends/ops.h"
#include "domino/core/error.h"
#include "tests/backends/values.h"

namespace domino {
namespace {

using conformance::pattern;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Property;
using ::testing::Throws;

TEST(Backends, AreFoundByName) {
  for (const std::string_view name : available_backends()) {
    EXPECT_EQ(backend(name).name(), name);
  }
  EXPECT_THAT(available_backends(), Contains("reference"));
  EXPECT_EQ(backend("cpu").device(), Device::Host);
  EXPECT_THAT([] { backend("gpu"); },
              Throws<DeviceError>(Property(
                  &Error::message, HasSubstr("this build has no backend 'gpu'; it has cpu, "))));
}

TEST(Backends, RefuseExecutionsThatTheyDoNotHave) {
  const auto refusal = [](const std::string& text) {
    return Throws<DeviceError>(Property(&Error::message, text));
  };
  for (const std::string_view name : {"reference", "onednn", "guarded"}) {
    const Backend& host = backend(name);
    const std::string quoted = "'" + std::string(name) + "'";
    EXPECT_NO_THROW(host.check_execution({.packing = false, .strict = true}));
    EXPECT_THAT([&] { host.check_execution({.products = Products::TF32}); },
                refusal(quoted + " multiplies in float32 alone; products in tf32 are computed on "
                                 "'cuda'"));
    EXPECT_THAT([&] { host.check_execution({.cudnn = true}); },
                refusal(quoted + " does without cuDNN; 'cuda' can have it"));
  }
}

TEST(Backends, ScopesNestAndBelongToTheirThread) {
  const std::string_view outside = current_backend().name();
  {
    const BackendScope reference(backend("reference"));
    {
      const BackendScope guarded(backend("guarded"));
      EXPECT_EQ(current_backend().name(), "guarded");
      std::string_view elsewhere;
      std::thread([&] { elsewhere = current_backend().name(); }).join();
      EXPECT_EQ(elsewhere, outside);
    }
    EXPECT_EQ(current_backend().name(), "reference");
  }
  EXPECT_EQ(current_backend().name(), outside);
}

TEST(Backends, ObserversHearOfKernelsAndNotOfMeta) {
  const BackendScope scope(backend("reference"));
  std::vector<std::string> outer;
  std::vector<std::string> inner;
  const auto into = [](std::vector<std::string>& heard) {
    return [&heard](const op::Operation& operation, std::string_view owner, auto) {
      heard.push_back(std::string(op::name_of(operation)) + " by " + std::string(owner));
    };
  };
  const OpObserver first(into(outer));
  {
    const OpObserver second(into(inner));
    ops::relu(pattern({2}));
  }
  ops::exp(Tensor::meta({2}, DType::Float32, {}));
  ops::tanh(pattern({2}));
  EXPECT_THAT(inner, ElementsAre("relu by reference"));
  EXPECT_THAT(outer, ElementsAre("relu by reference", "tanh by reference"));
}

void fill_with_one(const op::Unary&, op::Inputs, op::Outputs outputs) {
  outputs[0].mutable_data<float>()[0] = 1;
}
void fill_with_two(const op::Unary&, op::Inputs, op::Outputs outputs) {
  outputs[0].mutable_data<float>()[0] = 2;
}
bool takes_relu(const op::Unary& op, op::Inputs) { return op.kind == op::UnaryKind::Relu; }

TEST(KernelTables, TheFirstKernelThatTakesTheCallRuns) {
  KernelTable table;
  table.add<op::Unary>("one", fill_with_one, takes_relu);
  KernelTable more;
  more.add<op::Unary>("two", fill_with_two);
  EXPECT_EQ(table.find(op::Unary{op::UnaryKind::Exp}, {}), nullptr);
  EXPECT_EQ(table.find(op::Cast{}, {}), nullptr);
  table.append(more);
  const auto run_with = [&](op::UnaryKind kind) {
    Tensors outputs{Tensor::empty({1}, DType::Float32)};
    table.find(op::Unary{kind}, {})->run(op::Unary{kind}, {}, outputs);
    return outputs[0].item();
  };
  EXPECT_EQ(run_with(op::UnaryKind::Relu), 1);
  EXPECT_EQ(run_with(op::UnaryKind::Exp), 2);
}

TEST(KernelTables, NamesAreThoseOfTheVerbs) {
  EXPECT_EQ(op::name_of(op::Unary{op::UnaryKind::HardSigmoid}), "hard_sigmoid");
  EXPECT_EQ(op::name_of(op::Binary{op::BinaryKind::FloorDivide}), "floor_divide");
  EXPECT_EQ(op::name_of(op::Reduce{op::ReduceKind::Any}), "any");
  EXPECT_EQ(op::name_of(op::MatMul{}), "matmul");
}

}  // namespace
}  // namespace domino
