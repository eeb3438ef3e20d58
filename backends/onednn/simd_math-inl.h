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

/// Rows of a product whose sums, four vectors each, fill the registers.
inline constexpr int kMostRows = kLanes >= 16 ? 6 : 3;

HWY_INLINE V constant(float value) { return hn::Set(D(), value); }

// These targets can leave out lanes of a load or store, and then do not touch their memory.
inline constexpr bool kMasksMemory = HWY_TARGET <= HWY_AVX2;

/// NaN stays NaN.
HWY_INLINE V clamp(V x, float low, float high) {
  // Here Min and Max give the second operand if one is NaN; compilers may swap those of older ones.
  if constexpr (HWY_TARGET <= HWY_AVX2) {
    return hn::Max(constant(low), hn::Min(constant(high), x));
  }
  const V raised = hn::IfThenElse(hn::Lt(x, constant(low)), constant(low), x);
  return hn::IfThenElse(hn::Gt(raised, constant(high)), constant(high), raised);
}

/// `count` numbers, the rest zero, without reading further.
HWY_INLINE V load_some(const float* from, std::int64_t count) {
  if (count >= kLanes) return hn::LoadU(D(), from);
  if constexpr (kMasksMemory) {
    return hn::MaskedLoad(hn::FirstN(D(), static_cast<std::size_t>(count)), D(), from);
  }
  HWY_ALIGN float whole[kLanes] = {};
  for (std::int64_t i = 0; i < count; ++i) whole[i] = from[i];
  return hn::Load(D(), whole);
}

HWY_INLINE void store_some(V v, float* to, std::int64_t count) {
  if (count >= kLanes) return hn::StoreU(v, D(), to);
  if constexpr (kMasksMemory) {
    return hn::BlendedStore(v, hn::FirstN(D(), static_cast<std::size_t>(count)), D(), to);
  }
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

using Integers = hn::RebindToSigned<D>;

HWY_INLINE V power_of_two(hn::Vec<Integers> n) {
  return hn::BitCast(D(), hn::ShiftLeft<23>(hn::Add(n, hn::Set(Integers(), 127))));
}

struct Whole {
  V number;  // NaN if the number it was made of is
  hn::Vec<Integers> integer;
};

/// The whole number next to x times `factor`, which is less than 2^22.
HWY_INLINE Whole whole(V x, float factor) {
  // Beside so large a number only whole ones are told apart, in its lowest bits.
  const V large = constant(12582912.0f);
  const V sum = hn::MulAdd(x, constant(factor), large);
  return {hn::Sub(sum, large),
          hn::Sub(hn::BitCast(Integers(), sum), hn::BitCast(Integers(), large))};
}

inline constexpr float kLog2OfE = 1.44269504088896341f;
inline constexpr float kLn2 = 0.693147180559945309f;

/// e^r - 1 for |r| <= ln(2) / 2, within 5e-9 (minimax), of several numbers.
template <int kCount>
HWY_INLINE void expm1_of_rest(V (&r)[kCount]) {
  V p[kCount];
  for (V& sum : p) sum = constant(1.3950491557e-3f);
  for (const float coefficient :
       {8.3688898012e-3f, 4.1666205972e-2f, 1.6666518152e-1f, 5.0000000000e-1f}) {
    for (int i = 0; i < kCount; ++i) p[i] = hn::MulAdd(p[i], r[i], constant(coefficient));
  }
  for (int i = 0; i < kCount; ++i) r[i] = hn::MulAdd(hn::Mul(p[i], r[i]), r[i], r[i]);
}

/// e^x from underflow to overflow.
HWY_INLINE V exp(V x) {
  const V clamped = clamp(x, -105.0f, 89.5f);
  const auto [n, integer] = whole(clamped, kLog2OfE);
  // ln(2) in two parts, of which the first has few bits: large n would show its rounding.
  const V high = hn::NegMulAdd(n, constant(0.693359375f), clamped);
  V r[] = {hn::NegMulAdd(n, constant(-2.12194440e-4f), high)};
  expm1_of_rest(r);
  const auto half = hn::ShiftRight<1>(integer);
  // In two factors: one alone could not reach the smallest and largest results.
  return hn::Mul(hn::Mul(hn::Add(r[0], constant(1.0f)), power_of_two(half)),
                 power_of_two(hn::Sub(integer, half)));
}

/// a / b for finite a, and b whose size is from 2^-100 to 2^100.
HWY_INLINE V quotient(V a, V b) {
  // Division keeps these processors waiting, where they know the first 14 bits of 1 / b.
  if constexpr (HWY_TARGET <= HWY_AVX3) {
    const V guess = hn::ApproximateReciprocal(b);
    const V y = hn::Mul(a, guess);
    return hn::MulAdd(hn::NegMulAdd(b, y, a), guess, y);
  }
  return hn::Div(a, b);
}

/// Within 1e-7.
HWY_INLINE V sigmoid(V x) {
  const V one = constant(1.0f);
  return hn::Div(one, hn::Add(one, exp(hn::Neg(x))));
}

/// e^x - 1 of several numbers, cut to where it and its square are far from overflow. They are computed
/// step by step together: each is a chain of operations that wait for one another.
template <int kCount>
HWY_INLINE void expm1_cut(V (&x)[kCount]) {
  V n[kCount];
  V scale[kCount];
  for (V& number : x) number = clamp(number, -40.0f, 40.0f);
  for (int i = 0; i < kCount; ++i) {
    const auto [number, integer] = whole(x[i], kLog2OfE);
    n[i] = number;
    scale[i] = power_of_two(integer);
  }
  for (int i = 0; i < kCount; ++i) x[i] = hn::NegMulAdd(n[i], constant(kLn2), x[i]);
  expm1_of_rest(x);
  for (int i = 0; i < kCount; ++i) {
    x[i] = hn::MulAdd(x[i], scale[i], hn::Sub(scale[i], constant(1.0f)));
  }
}

/// Within 1e-7, near zero as exact as x itself: (e^2x - 1) / (e^2x + 1).
HWY_INLINE V tanh(V x) {
  V y[] = {hn::Add(x, x)};
  expm1_cut(y);
  return hn::Div(y[0], hn::Add(y[0], constant(2.0f)));
}

/// The error function (the quotient of polynomials that TensorFlow uses).
HWY_INLINE V erf(V x) {
  const V clamped = clamp(x, -4.0f, 4.0f);
  const V square = hn::Mul(clamped, clamped);
  const V above =
      polynomial(square, {-2.72614225801306e-10f, 2.77068142495902e-08f, -2.10102402082508e-06f,
                          -5.69250639462346e-05f, -7.34990630326855e-04f, -2.95459980854025e-03f,
                          -1.60960333262415e-02f});
  const V below =
      polynomial(square, {-1.45660718464996e-05f, -2.13374055278905e-04f, -1.68282697438203e-03f,
                          -7.37332916720468e-03f, -1.42647390514189e-02f});
  const V inner = quotient(hn::Mul(clamped, above), below);
  // Exactly 1 where it rounds to that: gelu multiplies what is left by x.
  return hn::IfThenElse(hn::Ge(hn::Abs(x), constant(3.9192059f)), hn::CopySign(constant(1.0f), x),
                        inner);
}

}  // namespace domino::onednn::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
