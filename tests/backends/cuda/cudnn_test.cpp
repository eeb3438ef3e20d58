// Recurrences by cuDNN; skipped where it is not compiled in.

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>

#include "domino/backends/execution.h"
#include "domino/backends/packing.h"
#include "domino/core/error.h"
#include "tests/backends/values.h"
#include "tests/differential/compare_case.h"
#include "tests/quiet.h"

namespace domino::conformance {
namespace {

class Cudnn : public ::testing::Test {
 protected:
  void SetUp() override {
    try {
      backend("cuda").check_execution({.cudnn = true});
    } catch (const DeviceError& error) {
      GTEST_SKIP() << error.message();
    }
  }

 private:
  const testing::Quiet quiet_;
};

TEST_F(Cudnn, AgreesWithTheReference) {
  const auto family = std::ranges::find(families(), "rnn", &Family::name);
  const ExecutionScope as({.cudnn = true});
  expect_agreement(backend("cuda"), *family);
}

/// A kernel is kept on the device with its packed form; the other weights may be replaced.
TEST_F(Cudnn, PacksNewWeightsAnew) {
  const BackendScope on(backend("cuda"));
  const ExecutionScope as({.cudnn = true});
  const auto there = [](const Tensor& x) { return current_backend().upload(x); };
  const Tensor kernel = pattern({3, 8});
  const Tensor kernel_there = there(kernel);
  for (const int factor : {5, 6, 7}) {
    const Tensors others = {
        pattern({2, 4, 3}), {}, kernel, pattern({2, 8}, factor), pattern({8}, factor + 1)};
    const Tensors inputs = {there(others[0]), {}, kernel_there, there(others[3]), there(others[4])};
    const Tensor actual = current_backend().download(unpack(run(op::Rnn{}, inputs).front()));
    EXPECT_TRUE(is(actual, reference_run(op::Rnn{}, others).front(), 1e-5)) << factor;
  }
}

TEST_F(Cudnn, GivesWhatKerasDoes) {
  const auto models =
      testing::find_models({std::filesystem::path(DOMINO_TESTS_DIR) / "differential/corpus"});
  testing::Way way{"cuda"};
  way.cudnn = true;
  for (const auto& model : models) {
    for (const auto& each : compare_case(testing::read_case(model), way).differences) {
      ADD_FAILURE() << model.filename() << ", batch " << each.batch << ", output " << each.output
                    << ", " << each.kind << ": " << each.text;
    }
  }
}

}  // namespace
}  // namespace domino::conformance
