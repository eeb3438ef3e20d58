#include <gtest/gtest.h>

#include <algorithm>
#include <limits>

#include "domino/core/error.h"
#include "tests/backends/values.h"

namespace domino::conformance {
namespace {

/// A layer of two units on a sequence (2, 4, 3), as it was built in Keras 3.15.1 on the CPU.
struct Layer {
  op::Rnn options;
  bool bias = true;

  Tensors operator()(const Tensor& mask, const Tensors& initial_state = {}) const {
    const std::int64_t columns = 2 * op::gates_of(options.cell);
    const bool two_biases = options.cell == op::CellKind::GRU && options.reset_after;
    Tensors inputs{
        pattern({2, 4, 3}), mask, pattern({3, columns}, 5), pattern({2, columns}, 3), {}};
    if (bias) inputs[4] = pattern(two_biases ? Shape{2, columns} : Shape{columns}, 2);
    inputs.insert(inputs.end(), initial_state.begin(), initial_state.end());
    return reference_run(options, inputs);
  }
};

Layer sequences(op::CellKind cell, bool reset_after = true) {
  return {{.cell = cell, .reset_after = reset_after, .return_sequences = true}};
}

Layer backwards_with_zeros(op::CellKind cell, bool reset_after = true) {
  Layer layer = sequences(cell, reset_after);
  layer.options.go_backwards = true;
  layer.options.zero_output_for_mask = true;
  return layer;
}

Layer last(op::CellKind cell, bool reset_after = true) {
  return {{.cell = cell, .reset_after = reset_after}};
}

/// Two rows with holes, one of them masked first, the other one last.
Tensor holes() { return bools({2, 4, 1}, {true, false, true, false, false, true, true, true}); }

Tensors states(op::CellKind cell) {
  Tensors states{pattern({2, 2}, 9)};
  if (cell == op::CellKind::LSTM) states.push_back(pattern({2, 2}, 8));
  return states;
}

void expect_outputs(const Tensors& actual, const Tensors& expected) {
  ASSERT_EQ(actual.size(), expected.size());
  for (std::size_t i = 0; i < expected.size(); ++i) {
    EXPECT_TRUE(is(actual[i], expected[i])) << "output " << i;
  }
}

TEST(ReferenceRnn, SimpleRNNIsThatOfKeras) {
  expect_outputs(sequences(op::CellKind::SimpleRNN)({}),
                 {Tensor({2, 4, 2}, {-0.4497406F, 0.07796644F, -0.18999466F, -0.11037428F,
                                     -0.207745F, -0.07777977F, -0.04941336F, -0.18794227F,
                                     -0.25954923F, 0.21532635F, 0.04751468F, -0.015105677F,
                                     -0.0038064907F, 0.044712342F, -0.46834028F, 0.086327605F}),
                  Tensor({2, 2}, {-0.04941336F, -0.18794227F, -0.46834028F, 0.086327605F})});
  expect_outputs(
      sequences(op::CellKind::SimpleRNN)(holes()),
      {Tensor({2, 4, 2}, {-0.4497406F, 0.07796644F, -0.4497406F, 0.07796644F, -0.051660612F,
                          -0.20176885F, -0.051660612F, -0.20176885F, 0, 0, -0.124353014F,
                          0.124353014F, 0.10846143F, -0.046437215F, -0.5238158F, 0.1451195F}),
       Tensor({2, 2}, {-0.051660612F, -0.20176885F, -0.5238158F, 0.1451195F})});
  expect_outputs(
      backwards_with_zeros(op::CellKind::SimpleRNN)(holes(), states(op::CellKind::SimpleRNN)),
      {Tensor({2, 4, 2},
              {0, 0, -0.37189892F, 0.10894094F, 0, 0, -0.32473367F, -0.022828868F, -0.46211714F, 0,
               0.13040741F, -0.02650843F, -0.16921271F, 0.15333617F, 0, 0}),
       Tensor({2, 2}, {-0.32473367F, -0.022828868F, -0.16921271F, 0.15333617F})});
  expect_outputs(last(op::CellKind::SimpleRNN)(holes(), states(op::CellKind::SimpleRNN)),
                 {Tensor({2, 2}, {0.0874293F, -0.31571147F, -0.49076414F, 0.10891123F}),
                  Tensor({2, 2}, {0.0874293F, -0.31571147F, -0.49076414F, 0.10891123F})});
}

TEST(ReferenceRnn, LSTMIsThatOfKeras) {
  expect_outputs(sequences(op::CellKind::LSTM)({}),
                 {Tensor({2, 4, 2}, {-0.08127872F, -0.10430331F, -0.12895797F, -0.17933044F,
                                     -0.15458189F, -0.23039362F, -0.16496904F, -0.26425266F,
                                     -0.11019518F, -0.1387977F, -0.16601387F, -0.24182339F,
                                     -0.19707511F, -0.30963114F, -0.19471239F, -0.34382913F}),
                  Tensor({2, 2}, {-0.16496904F, -0.26425266F, -0.19471239F, -0.34382913F}),
                  Tensor({2, 2}, {-0.28176466F, -0.5906416F, -0.55698824F, -0.59446156F})});
  expect_outputs(
      sequences(op::CellKind::LSTM)(holes()),
      {Tensor({2, 4, 2}, {-0.08127872F, -0.10430331F, -0.08127872F, -0.10430331F, -0.1223916F,
                          -0.18552375F, -0.1223916F, -0.18552375F, 0, 0, -0.108722396F,
                          -0.14875673F, -0.16431195F, -0.2538736F, -0.17944299F, -0.27844074F}),
       Tensor({2, 2}, {-0.1223916F, -0.18552375F, -0.17944299F, -0.27844074F}),
       Tensor({2, 2}, {-0.21506995F, -0.40436423F, -0.5077735F, -0.46567F})});
  expect_outputs(backwards_with_zeros(op::CellKind::LSTM)(holes(), states(op::CellKind::LSTM)),
                 {Tensor({2, 4, 2}, {0, 0, -0.17767645F, -0.3040268F, 0, 0, -0.1948432F,
                                     -0.29439673F, -0.031477895F, 0.102379575F, -0.116024554F,
                                     -0.10410802F, -0.16316955F, -0.22064403F, 0, 0}),
                  Tensor({2, 2}, {-0.1948432F, -0.29439673F, -0.16316955F, -0.22064403F}),
                  Tensor({2, 2}, {-0.37093824F, -0.69249535F, -0.41275132F, -0.4754731F})});
  expect_outputs(last(op::CellKind::LSTM)(holes(), states(op::CellKind::LSTM)),
                 {Tensor({2, 2}, {-0.19973591F, -0.30007723F, -0.15959175F, -0.21542573F}),
                  Tensor({2, 2}, {-0.19973591F, -0.30007723F, -0.15959175F, -0.21542573F}),
                  Tensor({2, 2}, {-0.3556038F, -0.69421226F, -0.4427329F, -0.3532566F})});
}

TEST(ReferenceRnn, GRUIsThatOfKeras) {
  expect_outputs(sequences(op::CellKind::GRU)({}),
                 {Tensor({2, 4, 2}, {-0.32993212F, -0.34002945F, -0.3421364F, -0.47598815F,
                                     -0.31686345F, -0.5086007F, -0.31006914F, -0.4899582F,
                                     -0.5699158F, -0.10872678F, -0.7241495F, -0.18281443F,
                                     -0.77098083F, -0.20253934F, -0.754514F, -0.48150566F}),
                  Tensor({2, 2}, {-0.31006914F, -0.4899582F, -0.754514F, -0.48150566F})});
  expect_outputs(
      sequences(op::CellKind::GRU)(holes()),
      {Tensor({2, 4, 2}, {-0.32993212F, -0.34002945F, -0.32993212F, -0.34002945F, -0.34906316F,
                          -0.44737428F, -0.34906316F, -0.44737428F, 0, 0, -0.5599346F,
                          -0.076109976F, -0.72059214F, -0.13215715F, -0.7352514F, -0.45093542F}),
       Tensor({2, 2}, {-0.34906316F, -0.44737428F, -0.7352514F, -0.45093542F})});
  expect_outputs(backwards_with_zeros(op::CellKind::GRU)(holes(), states(op::CellKind::GRU)),
                 {Tensor({2, 4, 2}, {0, 0, -0.28703392F, -0.5133804F, 0, 0, -0.27468023F,
                                     -0.57735085F, -0.11453837F, -0.1643892F, -0.58712345F,
                                     -0.14137359F, -0.72821915F, -0.20131817F, 0, 0}),
                  Tensor({2, 2}, {-0.27468023F, -0.57735085F, -0.72821915F, -0.20131817F})});
  expect_outputs(last(op::CellKind::GRU)(holes(), states(op::CellKind::GRU)),
                 {Tensor({2, 2}, {-0.27304363F, -0.54742455F, -0.7110189F, -0.39464608F}),
                  Tensor({2, 2}, {-0.27304363F, -0.54742455F, -0.7110189F, -0.39464608F})});
}

TEST(ReferenceRnn, GRUThatResetsBeforeIsThatOfKeras) {
  expect_outputs(sequences(op::CellKind::GRU, false)({}),
                 {Tensor({2, 4, 2}, {-0.1071891F, -0.3025045F, -0.083383486F, -0.3924042F,
                                     -0.06573714F, -0.39068207F, -0.069572195F, -0.34691897F,
                                     -0.47339377F, -0.038076017F, -0.6210908F, -0.040228665F,
                                     -0.6783266F, -0.006120989F, -0.66088766F, -0.35489324F}),
                  Tensor({2, 2}, {-0.069572195F, -0.34691897F, -0.66088766F, -0.35489324F})});
  expect_outputs(
      sequences(op::CellKind::GRU, false)(holes()),
      {Tensor({2, 4, 2}, {-0.1071891F, -0.3025045F, -0.1071891F, -0.3025045F, -0.09256795F,
                          -0.35339183F, -0.09256795F, -0.35339183F, 0, 0, -0.46762618F, 0,
                          -0.6237383F, 0.019238407F, -0.63357794F, -0.34370756F}),
       Tensor({2, 2}, {-0.09256795F, -0.35339183F, -0.63357794F, -0.34370756F})});
  expect_outputs(backwards_with_zeros(op::CellKind::GRU, false)(holes(), states(op::CellKind::GRU)),
                 {Tensor({2, 4, 2}, {0, 0, -0.08664753F, -0.44869846F, 0, 0, -0.03553672F,
                                     -0.49048883F, -0.008000255F, -0.136922F, -0.46021906F,
                                     -0.036783706F, -0.61654073F, -0.03907279F, 0, 0}),
                  Tensor({2, 2}, {-0.03553672F, -0.49048883F, -0.61654073F, -0.03907279F})});
  expect_outputs(last(op::CellKind::GRU, false)(holes(), states(op::CellKind::GRU)),
                 {Tensor({2, 2}, {-0.031577073F, -0.44898564F, -0.6088746F, -0.30245683F}),
                  Tensor({2, 2}, {-0.031577073F, -0.44898564F, -0.6088746F, -0.30245683F})});
}

TEST(ReferenceRnn, OtherActivationsAndNoBias) {
  Layer layer = last(op::CellKind::LSTM);
  layer.bias = false;
  layer.options.activation = op::UnaryKind::Relu;
  layer.options.recurrent_activation = op::UnaryKind::HardSigmoid;
  EXPECT_TRUE(is(layer({})[0], Tensor({2, 2}, {0.27326354F, 0, 0, 0.11163287F})));
}

TEST(ReferenceRnn, ZeroOutputWhereTheLastStepIsMasked) {
  Layer layer = last(op::CellKind::GRU);
  layer.options.zero_output_for_mask = true;
  EXPECT_TRUE(is(layer(holes())[0], Tensor({2, 2}, {0, 0, -0.7352514F, -0.45093542F})));
}

TEST(ReferenceRnn, AMaskPerUnitActsOnEachUnit) {
  const Tensor mask = bools({2, 4, 2}, {true, false, false, true, true, true, false, false, false,
                                        false, true, false, false, true, true, true});
  expect_outputs(sequences(op::CellKind::LSTM)(mask),
                 {Tensor({2, 4, 2}, {-0.08127872F, 0, -0.08127872F, -0.116357476F, -0.12326485F,
                                     -0.19105329F, -0.12326485F, -0.19105329F, 0, 0, -0.108722396F,
                                     0, -0.108722396F, -0.16668169F, -0.1565342F, -0.1737398F}),
                  Tensor({2, 2}, {-0.12326485F, -0.19105329F, -0.1565342F, -0.1737398F}),
                  Tensor({2, 2}, {-0.21608587F, -0.4174798F, -0.43642184F, -0.28159714F})});
}

TEST(ReferenceRnn, AFullyMaskedRowGivesZerosAndItsInitialState) {
  const Tensor mask = bools({2, 4, 1}, {false, false, false, false, true, true, false, false});
  expect_outputs(
      sequences(op::CellKind::GRU)(mask, states(op::CellKind::GRU)),
      {Tensor({2, 4, 2}, {0, 0, 0, 0, 0, 0, 0, 0, -0.38320202F, 0.13529503F, -0.6684633F,
                          -0.044169985F, -0.6684633F, -0.044169985F, -0.6684633F, -0.044169985F}),
       Tensor({2, 2}, {-0.25F, -0.5F, -0.6684633F, -0.044169985F})});
}

TEST(ReferenceRnn, NanUnderTheMaskStaysThere) {
  for (const op::CellKind cell : {op::CellKind::SimpleRNN, op::CellKind::LSTM, op::CellKind::GRU}) {
    const Tensor mask = holes();
    const auto run_with = [&](float hidden) {
      const Tensor clean = pattern({2, 4, 3});
      std::vector<float> x(clean.data<float>().begin(), clean.data<float>().end());
      std::fill_n(x.begin() + 3, 3, hidden);  // the second step of the first row
      const std::int64_t columns = 2 * op::gates_of(cell);
      return reference_run(op::Rnn{.cell = cell, .return_sequences = true},
                           {Tensor({2, 4, 3}, x), mask, pattern({3, columns}, 5),
                            pattern({2, columns}, 3), Tensor()});
    };
    const Tensors clean = run_with(0);
    expect_outputs(run_with(std::numeric_limits<float>::quiet_NaN()), clean);
  }
}

TEST(ReferenceRnn, ASequenceWithoutStepsIsAnError) {
  EXPECT_THROW(reference_run(op::Rnn{.cell = op::CellKind::SimpleRNN},
                             {Tensor::empty({2, 0, 3}, DType::Float32), Tensor(), pattern({3, 2}),
                              pattern({2, 2}), Tensor()}),
               ShapeError);
}

}  // namespace
}  // namespace domino::conformance
