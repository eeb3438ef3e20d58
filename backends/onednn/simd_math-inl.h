// Functions of vectors, compiled once for each kind of processor; included by sources that use
// Highway's foreach_target.h, hence the guard that flips.
#if defined(DOMINO_BACKENDS_ONEDNN_SIMD_MATH_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef DOMINO_BACKENDS_ONEDNN_SIMD_MATH_INL_H_
#undef DOMINO_BACKENDS_ONEDNN_SIMD_MATH_INL_H_
#else
#define DOMINO_BACKENDS_ONEDNN_SIMD_MATH_INL_H_
#endif

#include <hwy/highway.h>

#include <cstdint>

// Asks for a short loop to be written out, so that its vectors stay in registers.
#ifndef DOMINO_UNROLL
#if HWY_COMPILER_CLANG
#define DOMINO_UNROLL _Pragma("clang loop unroll(full)")
#else
#define DOMINO_UNROLL _Pragma("GCC unroll 16")
#endif
#endif

HWY_BEFORE_NAMESPACE();
namespace domino::onednn::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

using D = hn::ScalableTag<float>;
using V = hn::Vec<D>;
/// A constant, so that vectors can be counted in templates; scalable targets are disabled.
inline constexpr std::int64_t kLanes = static_cast<std::int64_t>(HWY_LANES(float));

/// From here on tanh rounds to 1.
inline constexpr float kTanhIsOne = 7.90531110763549805f;

HWY_INLINE V constant(float value) { return hn::Set(D(), value); }

/// `count` numbers, the rest zero, without reading further.
HWY_INLINE V load_some(const float* from, std::int64_t count) {
  if (count >= kLanes) return hn::LoadU(D(), from);
  HWY_ALIGN float whole[kLanes] = {};
  for (std::int64_t i = 0; i < count; ++i) whole[i] = from[i];
  return hn::Load(D(), whole);
}

HWY_INLINE void store_some(V v, float* to, std::int64_t count) {
  if (count >= kLanes) return hn::StoreU(v, D(), to);
  HWY_ALIGN float whole[kLanes];
  hn::Store(v, D(), whole);
  for (std::int64_t i = 0; i < count; ++i) to[i] = whole[i];
}

/// Coefficients from the highest power down.
template <std::size_t kCount>
HWY_INLINE V polynomial(V x, const float (&coefficients)[kCount]) {
  V sum = constant(coefficients[0]);
  for (std::size_t i = 1; i < kCount; ++i) sum = hn::MulAdd(sum, x, constant(coefficients[i]));
  return sum;
}

HWY_INLINE V power_of_two(hn::Vec<hn::RebindToSigned<D>> n) {
  const hn::RebindToSigned<D> di;
  return hn::BitCast(D(), hn::ShiftLeft<23>(hn::Add(n, hn::Set(di, 127))));
}

/// e^r for |r| <= ln(2) / 2, and x = n ln(2) + r (Cephes' expf).
HWY_INLINE V exp_reduced(V x, V n) {
  const V high = hn::NegMulAdd(n, constant(0.693359375f), x);
  const V r = hn::NegMulAdd(n, constant(-2.12194440e-4f), high);
  const V p = polynomial(r, {1.9875691500e-4f, 1.3981999507e-3f, 8.3334519073e-3f, 4.1665795894e-2f,
                             1.6666665459e-1f, 5.0000001201e-1f});
  return hn::MulAdd(hn::Mul(p, r), r, hn::Add(r, constant(1.0f)));
}

/// e^x within 1 unit in the last place from underflow to overflow.
HWY_INLINE V exp(V x) {
  const hn::RebindToSigned<D> di;
  const V clamped = hn::Min(hn::Max(x, constant(-105.0f)), constant(89.5f));
  const V n = hn::Round(hn::Mul(clamped, constant(1.44269504088896341f)));
  const auto whole = hn::ConvertTo(di, n);
  const auto half = hn::ShiftRight<1>(whole);
  // In two factors: one alone could not reach the smallest and largest results.
  const V y = hn::Mul(hn::Mul(exp_reduced(clamped, n), power_of_two(half)),
                      power_of_two(hn::Sub(whole, half)));
  return hn::IfThenElse(hn::IsNaN(x), x, y);
}

/// Within 1e-7.
HWY_INLINE V sigmoid(V x) {
  const V one = constant(1.0f);
  return hn::Div(one, hn::Add(one, exp(hn::Neg(x))));
}

/// What sigmoid(x) is one over: 1 + e^-x, for x cut to where that is far from overflow.
HWY_INLINE V sigmoid_below(V x) {
  const hn::RebindToSigned<D> di;
  const V limit = constant(40.0f);
  const V clamped = hn::Min(limit, hn::Max(hn::Neg(limit), hn::Neg(x)));
  const V n = hn::Round(hn::Mul(clamped, constant(1.44269504088896341f)));
  return hn::MulAdd(exp_reduced(clamped, n), power_of_two(hn::ConvertTo(di, n)), constant(1.0f));
}

struct Quotient {
  V above;
  V below;
};

/// tanh within 1e-7, near zero as exact as x itself (the polynomials of Eigen).
HWY_INLINE Quotient tanh_quotient(V x) {
  const V limit = constant(kTanhIsOne);
  // The order of operands lets NaN through.
  const V clamped = hn::Min(limit, hn::Max(hn::Neg(limit), x));
  const V square = hn::Mul(clamped, clamped);
  const V above =
      polynomial(square, {-2.76076847742355e-16f, 2.00018790482477e-13f, -8.60467152213735e-11f,
                          5.12229709037114e-08f, 1.48572235717979e-05f, 6.37261928875436e-04f,
                          4.89352455891786e-03f});
  const V below = polynomial(square, {1.19825839466702e-06f, 1.18534705686654e-04f,
                                      2.26843463243900e-03f, 4.89352518554385e-03f});
  return {hn::Mul(clamped, above), below};
}

HWY_INLINE V tanh(V x) {
  const Quotient inner = tanh_quotient(x);
  const V y = hn::IfThenElse(hn::Ge(hn::Abs(x), constant(kTanhIsOne)),
                             hn::CopySign(constant(1.0f), x), hn::Div(inner.above, inner.below));
  return hn::IfThenElse(hn::IsNaN(x), x, y);
}

/// The error function (the quotient of polynomials that TensorFlow uses).
HWY_INLINE V erf(V x) {
  const V clamped = hn::Min(hn::Max(x, constant(-4.0f)), constant(4.0f));
  const V square = hn::Mul(clamped, clamped);
  const V above =
      polynomial(square, {-2.72614225801306e-10f, 2.77068142495902e-08f, -2.10102402082508e-06f,
                          -5.69250639462346e-05f, -7.34990630326855e-04f, -2.95459980854025e-03f,
                          -1.60960333262415e-02f});
  const V below =
      polynomial(square, {-1.45660718464996e-05f, -2.13374055278905e-04f, -1.68282697438203e-03f,
                          -7.37332916720468e-03f, -1.42647390514189e-02f});
  const V inner = hn::Div(hn::Mul(clamped, above), below);
  // Exactly 1 where it rounds to that: gelu multiplies what is left by x.
  const V y = hn::IfThenElse(hn::Ge(hn::Abs(x), constant(3.9192059f)),
                             hn::CopySign(constant(1.0f), x), inner);
  return hn::IfThenElse(hn::IsNaN(x), x, y);
}

}  // namespace domino::onednn::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
