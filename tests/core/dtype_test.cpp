#include "domino/core/dtype.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <bit>
#include <cmath>
#include <limits>
#include <sstream>
#include <utility>

#include "domino/core/error.h"

namespace domino {
namespace {

using ::testing::ThrowsMessage;

constexpr DType f2 = DType::Float16;
constexpr DType bf = DType::BFloat16;
constexpr DType f4 = DType::Float32;
constexpr DType f8 = DType::Float64;
constexpr DType i1 = DType::Int8;
constexpr DType i2 = DType::Int16;
constexpr DType i4 = DType::Int32;
constexpr DType i8 = DType::Int64;
constexpr DType u1 = DType::UInt8;
constexpr DType u2 = DType::UInt16;
constexpr DType u4 = DType::UInt32;
constexpr DType u8 = DType::UInt64;
constexpr DType b1 = DType::Bool;

constexpr std::array kNumbers = {f4, f8, f2, bf, i1, i2, i4, i8, u1, u2, u4, u8, b1};

// keras.backend.result_type of every pair, Keras 3.15.1 with TensorFlow.
constexpr DType kPromoted[13][13] = {
    {f4, f8, f4, f4, f4, f4, f4, f4, f4, f4, f4, f4, f4},  // float32
    {f8, f8, f8, f8, f8, f8, f8, f8, f8, f8, f8, f8, f8},  // float64
    {f4, f8, f2, f4, f2, f2, f2, f2, f2, f2, f2, f2, f2},  // float16
    {f4, f8, f4, bf, bf, bf, bf, bf, bf, bf, bf, bf, bf},  // bfloat16
    {f4, f8, f2, bf, i1, i2, i4, i8, i2, i4, i8, f4, i1},  // int8
    {f4, f8, f2, bf, i2, i2, i4, i8, i2, i4, i8, f4, i2},  // int16
    {f4, f8, f2, bf, i4, i4, i4, i8, i4, i4, i8, f4, i4},  // int32
    {f4, f8, f2, bf, i8, i8, i8, i8, i8, i8, i8, f4, i8},  // int64
    {f4, f8, f2, bf, i2, i2, i4, i8, u1, u2, u4, u4, u1},  // uint8
    {f4, f8, f2, bf, i4, i4, i4, i8, u2, u2, u4, u4, u2},  // uint16
    {f4, f8, f2, bf, i8, i8, i8, i8, u4, u4, u4, u4, u4},  // uint32
    {f4, f8, f2, bf, f4, f4, f4, f4, u4, u4, u4, u4, u4},  // uint64
    {f4, f8, f2, bf, i1, i2, i4, i8, u1, u2, u4, u4, b1},  // bool
};

Float16 half(unsigned bits) { return {static_cast<std::uint16_t>(bits)}; }
BFloat16 brain(unsigned bits) { return {static_cast<std::uint16_t>(bits)}; }

TEST(DTypeTest, GoesIntoStreams) {
  std::ostringstream out;
  out << DType::BFloat16;
  EXPECT_EQ(out.str(), "bfloat16");
}

TEST(DTypeTest, NamesGoThereAndBack) {
  const std::pair<DType, const char*> names[] = {{f4, "float32"}, {f8, "float64"},
                                                 {f2, "float16"}, {bf, "bfloat16"},
                                                 {i1, "int8"},    {i2, "int16"},
                                                 {i4, "int32"},   {i8, "int64"},
                                                 {u1, "uint8"},   {u2, "uint16"},
                                                 {u4, "uint32"},  {u8, "uint64"},
                                                 {b1, "bool"},    {DType::String, "string"}};
  for (const auto& [dtype, name] : names) {
    EXPECT_EQ(name_of(dtype), name);
    EXPECT_EQ(dtype_from_name(name), dtype);
  }
}

TEST(DTypeTest, RefusesUnknownNames) {
  EXPECT_THAT([] { dtype_from_name("complex64"); },
              ThrowsMessage<DTypeError>("no dtype is called 'complex64'; use one of float32, "
                                        "float64, float16, bfloat16, int8 ... int64, "
                                        "uint8 ... uint64, bool, string"));
}

TEST(DTypeTest, KnowsSizesAndKinds) {
  constexpr std::size_t kSizes[] = {4, 8, 2, 2, 1, 2, 4, 8, 1, 2, 4, 8, 1};
  for (std::size_t i = 0; i < kNumbers.size(); ++i) {
    EXPECT_EQ(size_of(kNumbers[i]), kSizes[i]) << name_of(kNumbers[i]);
    EXPECT_EQ(is_floating(kNumbers[i]), i < 4) << name_of(kNumbers[i]);
    EXPECT_EQ(is_integer(kNumbers[i]), i >= 4 && i < 12) << name_of(kNumbers[i]);
    EXPECT_EQ(is_storage_only(kNumbers[i]), i == 2 || i == 3) << name_of(kNumbers[i]);
  }
  EXPECT_FALSE(is_floating(DType::String));
  EXPECT_FALSE(is_integer(DType::String));
  EXPECT_THAT([] { size_of(DType::String); },
              ThrowsMessage<DTypeError>("strings have no fixed size"));
}

TEST(DTypeTest, PromotesAsKeras) {
  for (std::size_t i = 0; i < kNumbers.size(); ++i) {
    for (std::size_t j = 0; j < kNumbers.size(); ++j) {
      EXPECT_EQ(promote(kNumbers[i], kNumbers[j]), kPromoted[i][j])
          << name_of(kNumbers[i]) << " with " << name_of(kNumbers[j]);
    }
  }
  EXPECT_EQ(promote(DType::String, DType::String), DType::String);
}

TEST(DTypeTest, RefusesToMixStringsWithNumbers) {
  EXPECT_THAT([] { promote(DType::String, b1); },
              ThrowsMessage<DTypeError>("string and bool have no common type: strings do not mix "
                                        "with numbers"));
  EXPECT_THAT([] { promote(f4, DType::String); },
              ThrowsMessage<DTypeError>("float32 and string have no common type: strings do not "
                                        "mix with numbers"));
}

TEST(DTypeTest, FloatingTypeOfNumbers) {
  for (const DType dtype : kNumbers) EXPECT_EQ(to_floating(dtype), is_floating(dtype) ? dtype : f4);
}

TEST(DTypeTest, HalfValuesAreTheirFormula) {
  for (unsigned bits = 0; bits < 0x7C00; ++bits) {
    const int exponent = static_cast<int>(bits >> 10);
    const auto fraction = static_cast<float>(bits & 0x3FFU);
    const float value =
        exponent == 0 ? std::ldexp(fraction, -24) : std::ldexp(1024 + fraction, exponent - 25);
    EXPECT_EQ(to_float(half(bits)), value) << bits;
    EXPECT_EQ(to_float(half(bits | 0x8000U)), -value) << bits;
  }
  EXPECT_EQ(to_float(half(0x7C00)), std::numeric_limits<float>::infinity());
  EXPECT_EQ(to_float(half(0xFC00)), -std::numeric_limits<float>::infinity());
  EXPECT_TRUE(std::isnan(to_float(half(0x7E00))));
  EXPECT_TRUE(std::signbit(to_float(half(0x8000))));
}

TEST(DTypeTest, EveryHalfComesBack) {
  for (unsigned bits = 0; bits <= 0xFFFF; ++bits) {
    EXPECT_EQ(to_float16(to_float(half(bits))).bits, bits);
  }
}

TEST(DTypeTest, EveryBrainFloatComesBack) {
  for (unsigned bits = 0; bits <= 0xFFFF; ++bits) {
    const float wide = to_float(brain(bits));
    EXPECT_EQ(std::bit_cast<std::uint32_t>(wide), bits << 16);
    // Signalling NaNs come back quiet.
    EXPECT_EQ(to_bfloat16(wide).bits, std::isnan(wide) ? bits | 0x40U : bits);
  }
}

TEST(DTypeTest, RoundsHalvesToNearestEven) {
  for (unsigned low = 0; low < 0x7BFF; ++low) {
    const float between = (to_float(half(low)) + to_float(half(low + 1))) / 2;
    EXPECT_EQ(to_float16(between).bits, low + low % 2);
    EXPECT_EQ(to_float16(std::nextafter(between, 0.0F)).bits, low);
    EXPECT_EQ(to_float16(std::nextafter(between, 1e9F)).bits, low + 1);
    EXPECT_EQ(to_float16(-between).bits, (low + low % 2) | 0x8000U);
  }
}

TEST(DTypeTest, RoundsBrainFloatsToNearestEven) {
  for (std::uint32_t low = 0; low < 0x7F7F; ++low) {
    const std::uint32_t between = low << 16 | 0x8000U;
    EXPECT_EQ(to_bfloat16(std::bit_cast<float>(between)).bits, low + low % 2);
    EXPECT_EQ(to_bfloat16(std::bit_cast<float>(between - 1)).bits, low);
    EXPECT_EQ(to_bfloat16(std::bit_cast<float>(between + 1)).bits, low + 1);
  }
  EXPECT_EQ(to_bfloat16(std::numeric_limits<float>::max()).bits, 0x7F80);
}

TEST(DTypeTest, HalvesAreThoseOfNumPy) {
  // float32 bits, and the bits of numpy.float16 made of it: ties, subnormals, overflow, NaNs.
  constexpr std::pair<std::uint32_t, std::uint16_t> kCases[] = {
      {0x00000000U, 0x0000}, {0x80000000U, 0x8000}, {0x3F800000U, 0x3C00}, {0xBF800000U, 0xBC00},
      {0x3DCCCCCDU, 0x2E66}, {0xBDCCCCCDU, 0xAE66}, {0x3EAAAAABU, 0x3555}, {0x40490FDBU, 0x4248},
      {0x477FE000U, 0x7BFF}, {0x477FEFFFU, 0x7BFF}, {0x477FF000U, 0x7C00}, {0xC77FF000U, 0xFC00},
      {0x47C35000U, 0x7C00}, {0x7F7FC99EU, 0x7C00}, {0x7F800000U, 0x7C00}, {0xFF800000U, 0xFC00},
      {0x38800000U, 0x0400}, {0x387FE000U, 0x0400}, {0x387FF000U, 0x0400}, {0x33800000U, 0x0001},
      {0x33000000U, 0x0000}, {0x33000001U, 0x0001}, {0x33C00000U, 0x0002}, {0x34200000U, 0x0002},
      {0x34600000U, 0x0004}, {0xB4200000U, 0x8002}, {0x32800000U, 0x0000}, {0x00000001U, 0x0000},
      {0x3F801000U, 0x3C00}, {0x3F803000U, 0x3C02}, {0x3F801001U, 0x3C01}, {0x3F800FFFU, 0x3C00},
      {0x44FFF000U, 0x6800}, {0x45000800U, 0x6800}, {0x45001000U, 0x6800}, {0x45003000U, 0x6802},
      {0x45801000U, 0x6C00}, {0x387FDA40U, 0x03FF}, {0x337FFAE5U, 0x0001}, {0x33D6BF95U, 0x0002},
      {0xC2F6E979U, 0xD7B7}, {0x3A7FFBCEU, 0x1400}, {0x4702354DU, 0x7812}, {0x7FC00000U, 0x7E00},
      {0xFFC00000U, 0xFE00}, {0x7F800001U, 0x7C01}, {0x7F802000U, 0x7C01}, {0xFFFFFFFFU, 0xFFFF},
      {0x7FA00000U, 0x7D00}};
  for (const auto& [wide, narrow] : kCases) {
    EXPECT_EQ(to_float16(std::bit_cast<float>(wide)).bits, narrow) << std::hex << wide;
  }
}

TEST(DTypeTest, KnowsTheTypeOfElements) {
  EXPECT_EQ(kDTypeOf<float>, f4);
  EXPECT_EQ(kDTypeOf<Float16>, f2);
  EXPECT_EQ(kDTypeOf<std::uint8_t>, u1);
  EXPECT_EQ(kDTypeOf<bool>, b1);
  EXPECT_EQ(kDTypeOf<std::string>, DType::String);
}

}  // namespace
}  // namespace domino
