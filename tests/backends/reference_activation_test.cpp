#include <gtest/gtest.h>

#include <limits>

#include "tests/backends/values.h"

namespace domino::conformance {
namespace {

/// What Keras 3.15.1 gave on the CPU.
struct Recorded {
  op::UnaryKind kind;
  std::vector<float> values;
};

const std::vector<float> kPoints = {-100,   -6.5F, -2.75F, -1, -0.25F, 0,
                                    0.125F, 0.75F, 3.5F,   7,  100};

const std::vector<Recorded> kRecorded = {
    {op::UnaryKind::Negative, {100, 6.5F, 2.75F, 1, 0.25F, -0, -0.125F, -0.75F, -3.5F, -7, -100}},
    {op::UnaryKind::Abs, {100, 6.5F, 2.75F, 1, 0.25F, 0, 0.125F, 0.75F, 3.5F, 7, 100}},
    {op::UnaryKind::Sign, {-1, -1, -1, -1, -1, 0, 1, 1, 1, 1, 1}},
    {op::UnaryKind::Floor, {-100, -7, -3, -1, -1, 0, 0, 0, 3, 7, 100}},
    {op::UnaryKind::Square,
     {10000, 42.25F, 7.5625F, 1, 0.0625F, 0, 0.015625F, 0.5625F, 12.25F, 49, 10000}},
    {op::UnaryKind::Sqrt,
     {kNan, kNan, kNan, kNan, kNan, 0, 0.35355338F, 0.8660254F, 1.8708287F, 2.6457512F, 10}},
    {op::UnaryKind::Rsqrt,
     {kNan, kNan, kNan, kNan, kNan, kInf, 2.828427F, 1.1547005F, 0.5345225F, 0.3779645F, 0.1F}},
    {op::UnaryKind::Exp,
     {0, 0.0015034393F, 0.06392786F, 0.36787945F, 0.7788008F, 1, 1.1331484F, 2.117F, 33.11545F,
      1096.6332F, kInf}},
    {op::UnaryKind::Expm1,
     {-1, -0.99849653F, -0.9360721F, -0.63212055F, -0.22119921F, 0, 0.13314846F, 1.117F, 32.11545F,
      1095.6332F, kInf}},
    {op::UnaryKind::Log,
     {kNan, kNan, kNan, kNan, kNan, -kInf, -2.0794415F, -0.2876821F, 1.2527629F, 1.9459101F,
      4.6051702F}},
    {op::UnaryKind::Log1p,
     {kNan, kNan, kNan, -kInf, -0.2876821F, 0, 0.117783025F, 0.5596158F, 1.5040774F, 2.0794415F,
      4.6151204F}},
    {op::UnaryKind::Erf,
     {-1, -1, -0.9998994F, -0.84270084F, -0.27632642F, 0, 0.14031619F, 0.71115565F, 0.9999994F, 1,
      1}},
    {op::UnaryKind::Sin,
     {0.50636566F, -0.21511999F, -0.381661F, -0.84147096F, -0.24740396F, 0, 0.12467473F, 0.6816387F,
      -0.35078323F, 0.6569866F, -0.50636566F}},
    {op::UnaryKind::Cos,
     {0.8623189F, 0.97658765F, -0.9243024F, 0.5403023F, 0.9689124F, 1, 0.9921977F, 0.73168886F,
      -0.9364567F, 0.75390226F, 0.8623189F}},
    {op::UnaryKind::Relu, {0, 0, 0, 0, 0, 0, 0.125F, 0.75F, 3.5F, 7, 100}},
    {op::UnaryKind::Relu6, {0, 0, 0, 0, 0, 0, 0.125F, 0.75F, 3.5F, 6, 6}},
    {op::UnaryKind::Elu,
     {-1, -0.99849653F, -0.9360721F, -0.63212055F, -0.22119921F, 0, 0.125F, 0.75F, 3.5F, 7, 100}},
    {op::UnaryKind::Selu,
     {-1.7580993F, -1.7554561F, -1.6457077F, -1.1113307F, -0.38889018F, 0, 0.13133763F, 0.78802574F,
      3.6774535F, 7.354907F, 105.0701F}},
    {op::UnaryKind::Celu,
     {-1, -0.99849653F, -0.9360721F, -0.63212055F, -0.22119921F, 0, 0.125F, 0.75F, 3.5F, 7, 100}},
    {op::UnaryKind::Silu,
     {-0, -0.009757685F, -0.16523828F, -0.2689414F, -0.10945586F, 0, 0.06640117F, 0.5093841F,
      3.397407F, 6.993623F, 100}},
    {op::UnaryKind::Gelu,
     {-0, -2.6104072e-10F, -0.008194351F, -0.15865526F, -0.10032342F, 0, 0.06871728F, 0.5800295F,
      3.4991858F, 7, 100}},
    {op::UnaryKind::GeluTanh,
     {-0, -0, -0.00772316F, -0.158808F, -0.100324646F, 0, 0.0687172F, 0.5799606F, 3.4993837F, 7,
      100}},
    {op::UnaryKind::Sigmoid,
     {0, 0.0015011822F, 0.060086645F, 0.2689414F, 0.43782344F, 0.5F, 0.53120935F, 0.6791788F,
      0.97068775F, 0.99908894F, 1}},
    {op::UnaryKind::HardSigmoid,
     {0, 0, 0.041666668F, 0.33333334F, 0.45833334F, 0.5F, 0.5208333F, 0.625F, 1, 1, 1}},
    {op::UnaryKind::LogSigmoid,
     {-100, -6.501502F, -2.8119676F, -1.3132616F, -0.8259394F, -0.6931472F, -0.63259906F,
      -0.38687098F, -0.029750418F, -0.0009114665F, -0}},
    {op::UnaryKind::SparseSigmoid, {0, 0, 0, 0, 0.375F, 0.5F, 0.5625F, 0.875F, 1, 1, 1}},
    {op::UnaryKind::Tanh,
     {-1, -0.9999954F, -0.99185973F, -0.7615942F, -0.24491866F, 0, 0.124353014F, 0.63514894F,
      0.99817795F, 0.99999833F, 1}},
    {op::UnaryKind::HardTanh, {-1, -1, -1, -1, -0.25F, 0, 0.125F, 0.75F, 1, 1, 1}},
    {op::UnaryKind::TanhShrink,
     {-99, -5.500005F, -1.7581403F, -0.23840582F, -0.0050813407F, 0, 0.00064698607F, 0.11485106F,
      2.501822F, 6.000002F, 99}},
    {op::UnaryKind::HardShrink, {-100, -6.5F, -2.75F, -1, 0, 0, 0, 0.75F, 3.5F, 7, 100}},
    {op::UnaryKind::SoftShrink, {-99.5F, -6, -2.25F, -0.5F, 0, 0, 0, 0.25F, 3, 6.5F, 99.5F}},
    {op::UnaryKind::HardSilu,
     {-0, -0, -0.114583336F, -0.33333334F, -0.114583336F, 0, 0.065104164F, 0.46875F, 3.5F, 7, 100}},
    {op::UnaryKind::Softplus,
     {0, 0.0015023102F, 0.06196759F, 0.3132617F, 0.5759395F, 0.6931472F, 0.757599F, 1.1368711F,
      3.5297503F, 7.0009117F, 100}},
    {op::UnaryKind::Softsign,
     {-0.990099F, -0.8666667F, -0.73333335F, -0.5F, -0.2F, 0, 0.11111111F, 0.42857143F, 0.7777778F,
      0.875F, 0.990099F}},
    {op::UnaryKind::SparsePlus,
     {0, 0, 0, 0, 0.140625F, 0.25F, 0.31640628F, 0.765625F, 3.5F, 7, 100}},
    {op::UnaryKind::Squareplus,
     {0.0099983215F, 0.15036774F, 0.32518387F, 0.618034F, 0.8827822F, 1, 1.0644512F, 1.4430004F,
      3.7655644F, 7.1400547F, 100.009995F}},
    {op::UnaryKind::Mish,
     {-0, -0.009765008F, -0.17019308F, -0.3034015F, -0.12992698F, 0, 0.07995757F, 0.6100184F,
      3.493991F, 6.999989F, 100}}};

const std::vector<float> kEnds = {-kInf, kInf, kNan};

const std::vector<Recorded> kAtTheEnds = {{op::UnaryKind::Negative, {kInf, -kInf, kNan}},
                                          {op::UnaryKind::Abs, {kInf, kInf, kNan}},
                                          {op::UnaryKind::Sign, {-1, 1, kNan}},
                                          {op::UnaryKind::Floor, {-kInf, kInf, kNan}},
                                          {op::UnaryKind::Square, {kInf, kInf, kNan}},
                                          {op::UnaryKind::Sqrt, {kNan, kInf, kNan}},
                                          {op::UnaryKind::Rsqrt, {kNan, 0, kNan}},
                                          {op::UnaryKind::Exp, {0, kInf, kNan}},
                                          {op::UnaryKind::Expm1, {-1, kInf, kNan}},
                                          {op::UnaryKind::Log, {kNan, kInf, kNan}},
                                          {op::UnaryKind::Log1p, {kNan, kInf, kNan}},
                                          {op::UnaryKind::Erf, {-1, 1, kNan}},
                                          {op::UnaryKind::Sin, {kNan, kNan, kNan}},
                                          {op::UnaryKind::Cos, {kNan, kNan, kNan}},
                                          {op::UnaryKind::Relu, {0, kInf, kNan}},
                                          {op::UnaryKind::Relu6, {0, 6, kNan}},
                                          {op::UnaryKind::Elu, {-1, kInf, kNan}},
                                          {op::UnaryKind::Selu, {-1.7580993F, kInf, kNan}},
                                          {op::UnaryKind::Celu, {-1, kInf, kNan}},
                                          {op::UnaryKind::Silu, {kNan, kInf, kNan}},
                                          {op::UnaryKind::Gelu, {kNan, kInf, kNan}},
                                          {op::UnaryKind::GeluTanh, {kNan, kInf, kNan}},
                                          {op::UnaryKind::Sigmoid, {0, 1, kNan}},
                                          {op::UnaryKind::HardSigmoid, {0, 1, kNan}},
                                          {op::UnaryKind::LogSigmoid, {-kInf, -0, kNan}},
                                          {op::UnaryKind::SparseSigmoid, {0, 1, kNan}},
                                          {op::UnaryKind::Tanh, {-1, 1, kNan}},
                                          {op::UnaryKind::HardTanh, {-1, 1, kNan}},
                                          {op::UnaryKind::TanhShrink, {-kInf, kInf, kNan}},
                                          {op::UnaryKind::HardShrink, {-kInf, kInf, 0}},
                                          {op::UnaryKind::SoftShrink, {-kInf, kInf, 0}},
                                          {op::UnaryKind::HardSilu, {kNan, kInf, kNan}},
                                          {op::UnaryKind::Softplus, {0, kInf, kNan}},
                                          {op::UnaryKind::Softsign, {kNan, kNan, kNan}},
                                          {op::UnaryKind::SparsePlus, {0, kInf, kNan}},
                                          {op::UnaryKind::Squareplus, {kNan, kInf, kNan}},
                                          {op::UnaryKind::Mish, {kNan, kInf, kNan}}};

void expect_recorded(const std::vector<float>& points, const std::vector<Recorded>& recorded) {
  const Shape shape{static_cast<std::int64_t>(points.size())};
  for (const auto& [kind, values] : recorded) {
    SCOPED_TRACE(op::name_of(kind));
    const Tensor actual = reference_run(op::Unary{kind}, {Tensor(shape, points)})[0];
    // Keras' own float32 loses digits where numbers cancel.
    const bool cancels = kind == op::UnaryKind::Squareplus || kind == op::UnaryKind::TanhShrink;
    EXPECT_TRUE(is(actual, Tensor(shape, values), cancels ? 1e-5 : 2e-6));
  }
}

TEST(ReferenceActivations, AreThoseOfKeras) { expect_recorded(kPoints, kRecorded); }

TEST(ReferenceActivations, TreatInfinityAndNanAsKeras) { expect_recorded(kEnds, kAtTheEnds); }

TEST(ReferenceActivations, LogicalNotAndIsNanGiveBools) {
  const Tensor x({4}, {0, -0.0F, 2, kNan});
  EXPECT_TRUE(is(reference_run(op::Unary{op::UnaryKind::LogicalNot}, {x})[0],
                 bools({4}, {true, true, false, false})));
  EXPECT_TRUE(is(reference_run(op::Unary{op::UnaryKind::IsNan}, {x})[0],
                 bools({4}, {false, false, false, true})));
}

TEST(ReferenceActivations, IntegersWrapAndStayIntegers) {
  const std::int32_t lowest = std::numeric_limits<std::int32_t>::min();
  const Tensor x = ints({4}, {lowest, -3, 0, 70000});
  const auto of = [&](op::UnaryKind kind) { return reference_run(op::Unary{kind}, {x})[0]; };
  EXPECT_TRUE(is(of(op::UnaryKind::Negative), ints({4}, {lowest, 3, 0, -70000})));
  EXPECT_TRUE(is(of(op::UnaryKind::Abs), ints({4}, {lowest, 3, 0, 70000})));
  EXPECT_TRUE(is(of(op::UnaryKind::Square), ints({4}, {0, 9, 0, 605032704})));
  EXPECT_TRUE(is(of(op::UnaryKind::Sign), ints({4}, {-1, -1, 0, 1})));
  EXPECT_TRUE(is(of(op::UnaryKind::Relu6), ints({4}, {0, 0, 0, 6})));
}

}  // namespace
}  // namespace domino::conformance
