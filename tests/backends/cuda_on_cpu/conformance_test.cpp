#include "tests/backends/conformance.h"

#include "domino/backends/execution.h"
#include "tests/backends/cuda_on_cpu/thread_order.h"

namespace domino::conformance {
namespace {

using Param = std::tuple<bool, bool, Family>;

class CudaConformance : public ::testing::TestWithParam<Param> {
 protected:
  CudaConformance() { cuda::threads_in_reverse = std::get<0>(GetParam()); }
  ~CudaConformance() override { cuda::threads_in_reverse = false; }

 private:
  const ExecutionScope execution_{{.packing = std::get<1>(GetParam())}};
};

TEST_P(CudaConformance, AgreesWithTheReference) {
  expect_agreement(backend("cuda"), std::get<2>(GetParam()));
}

std::string name_of_test(const ::testing::TestParamInfo<Param>& info) {
  const auto& [reverse, packing, family] = info.param;
  return std::string(family.name) + "_" + cuda::name_of_order(reverse) +
         (packing ? "_packed" : "_dense");
}

INSTANTIATE_TEST_SUITE_P(, CudaConformance,
                         ::testing::Combine(::testing::Bool(), ::testing::Bool(),
                                            ::testing::ValuesIn(families())),
                         name_of_test);

}  // namespace
}  // namespace domino::conformance
