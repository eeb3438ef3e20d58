// Which calls cuDNN is asked for.

#include <gtest/gtest.h>

#include "domino/backends/execution.h"
#include "domino/core/error.h"
#include "tests/backends/cuda_on_cpu/cudnn_on_cpu.h"
#include "tests/backends/values.h"
#include "tests/error_of.h"

namespace domino::conformance {
namespace {

using enum op::UnaryKind;
using op::CellKind;

Case call_of(const op::Rnn& op, DType dtype = DType::Float32) {
  const std::int64_t gates = op::gates_of(op.cell);
  const bool two_biases = op.cell == CellKind::GRU && op.reset_after;
  RandomTensors random(81);
  return {"rnn",
          op,
          {random({2, 3, 4}, dtype),
           {},
           random({4, gates * 5}, dtype),
           random({5, gates * 5}, dtype),
           random(two_biases ? Shape{2, gates * 5} : Shape{gates * 5}, dtype)}};
}

/// How often cuDNN computes for such a call.
int runs_of(const Case& call, const Execution& execution = {.cudnn = true}) {
  const ExecutionScope as(execution);
  const int before = cuda::cudnn_runs;
  run_on(backend("cuda"), call);
  return cuda::cudnn_runs - before;
}

TEST(CudnnCalls, AreThoseThatItHas) {
  EXPECT_EQ(runs_of(call_of({.cell = CellKind::LSTM})), 1);
  EXPECT_EQ(runs_of(call_of({.cell = CellKind::GRU})), 1);
  EXPECT_EQ(runs_of(call_of({.cell = CellKind::GRU, .go_backwards = true})), 1);
  EXPECT_EQ(runs_of(call_of({.cell = CellKind::SimpleRNN})), 1);
  EXPECT_EQ(runs_of(call_of({.cell = CellKind::SimpleRNN, .activation = Relu})), 1);
  EXPECT_EQ(runs_of(call_of({.cell = CellKind::SimpleRNN, .activation = Linear})), 0);
  EXPECT_EQ(runs_of(call_of({.cell = CellKind::LSTM, .activation = Relu})), 0);
  EXPECT_EQ(runs_of(call_of({.recurrent_activation = HardSigmoid})), 0);
  EXPECT_EQ(runs_of(call_of({.cell = CellKind::GRU, .reset_after = false})), 0);
  EXPECT_EQ(runs_of(call_of({}, DType::Float64)), 0);
}

TEST(CudnnCalls, NeedItToBeChosen) {
  const Case call = call_of({});
  EXPECT_EQ(runs_of(call, {}), 0);
  EXPECT_EQ(runs_of(call, {.packing = false, .cudnn = true}), 0);
  EXPECT_EQ(runs_of(call, {.products = Products::TF32, .cudnn = true}), 1);
  EXPECT_EQ(runs_of(call, {.products = Products::Float16, .cudnn = true}), 0);
}

TEST(CudnnCalls, WithMasksAreOfStepsAndOfSomethingKept) {
  Case call = call_of({});
  call.inputs[1] = bools({2, 3, 1}, {false, true, true, false, false, false});
  EXPECT_EQ(runs_of(call), 1);
  call.inputs[1] = bools({2, 3, 1}, std::vector<bool>(6, false));
  EXPECT_EQ(runs_of(call), 0);
  call.inputs[1] = bools({2, 3, 5}, std::vector<bool>(30, true));
  EXPECT_EQ(runs_of(call), 0);
}

TEST(CudnnCalls, AreRefusedWhereItIsNotCompiledIn) {
  cuda::cudnn_is_there = false;
  EXPECT_EQ(testing::error_of<DeviceError>([] {
              backend("cuda").check_execution({.cudnn = true});
              return 0;
            }),
            "no cuDNN is compiled in; configure with -DDOMINO_CUDNN=ON");
  EXPECT_NO_THROW(backend("cuda").check_execution({}));
  cuda::cudnn_is_there = true;
}

}  // namespace
}  // namespace domino::conformance
