#include <fmt/format.h>

#include <limits>

#include "domino/core/check.h"
#include "domino/core/visit_dtype.h"
#include "tests/backends/conformance.h"

namespace domino::conformance {
namespace {

const std::vector<Shape> kShapes = {{},   {1},       {0},      {7},          {3, 0, 2},
                                    {65}, {2, 3, 5}, {1, 131}, {2, 3, 4, 7}, {1031}};

constexpr DType kNumbers[] = {DType::Float32, DType::Float64, DType::Float16, DType::BFloat16,
                              DType::Int8,    DType::Int16,   DType::Int32,   DType::Int64,
                              DType::UInt8,   DType::UInt16,  DType::UInt32,  DType::UInt64};

constexpr DType kAll[] = {DType::Float32, DType::Float64, DType::Float16, DType::BFloat16,
                          DType::Int8,    DType::Int16,   DType::Int32,   DType::Int64,
                          DType::UInt8,   DType::UInt16,  DType::UInt32,  DType::UInt64,
                          DType::Bool};

bool is_unsigned(DType dtype) { return dtype >= DType::UInt8 && dtype <= DType::UInt64; }

std::vector<op::UnaryKind> all_unary_kinds() {
  std::vector<op::UnaryKind> kinds;
  for (int i = 0; i <= static_cast<int>(op::UnaryKind::Mish); ++i) {
    kinds.push_back(static_cast<op::UnaryKind>(i));
  }
  return kinds;
}

std::vector<op::BinaryKind> all_binary_kinds() {
  std::vector<op::BinaryKind> kinds;
  for (int i = 0; i <= static_cast<int>(op::BinaryKind::LogicalOr); ++i) {
    kinds.push_back(static_cast<op::BinaryKind>(i));
  }
  return kinds;
}

/// Where functions bend, break or overflow; more than one vector of them, and a rest.
Tensor edges() {
  return Tensor({29}, {-kInf,  -1e30F, -1000, -100,  -20,  -7,   -6,    -3,   -1,   -0.5F,
                       -1e-6F, -0.0F,  0,     1e-6F, 0.1F, 0.5F, 0.75F, 1,    2.5F, 3,
                       6,      7,      20,    88,    100,  1000, 1e30F, kInf, kNan});
}

Tensor cast_of(const Tensor& x, DType dtype) {
  const BackendScope scope(backend("reference"));
  return run(op::Cast{dtype}, {x})[0];
}

bool takes_integers(op::UnaryKind kind) {
  using enum op::UnaryKind;
  return kind == Linear || kind == Negative || kind == Abs || kind == Sign || kind == Square ||
         kind == Relu || kind == Relu6 || kind == LogicalNot;
}

struct ShapePair {
  Shape a;
  Shape b;
};

const std::vector<ShapePair> kPairs = {{{3, 5}, {3, 5}},
                                       {{3, 1}, {1, 5}},
                                       {{}, {7}},
                                       {{7}, {}},
                                       {{}, {}},
                                       {{4, 1, 6}, {5, 1}},
                                       {{0, 3}, {3}},
                                       {{2, 3, 4, 5}, {5}},
                                       {{2, 3, 4, 5}, {4, 1}},
                                       {{2, 1, 3}, {2, 4, 3}},
                                       {{1}, {129}},
                                       {{129}, {1}},
                                       {{1, 67}, {3, 67}},
                                       {{3, 67}, {3, 1}},
                                       {{1, 0}, {4, 1}},
                                       {{2, 1, 3, 1}, {4, 1, 9}},
                                       {{2, 1, 4, 65}, {2, 3, 1, 65}}};

bool needs_positive(op::BinaryKind kind) {
  return kind == op::BinaryKind::Divide || kind == op::BinaryKind::FloorDivide ||
         kind == op::BinaryKind::Mod || kind == op::BinaryKind::Power;
}

/// Exact in every backend: IEEE 754 rounds them one way, or no rounding takes place.
bool is_exact(op::BinaryKind kind) { return kind >= op::BinaryKind::Maximum; }

bool takes(op::BinaryKind kind, DType dtype) {
  if (kind == op::BinaryKind::Divide) return is_floating(dtype);
  return dtype != DType::Bool || kind >= op::BinaryKind::Maximum;
}

Case binary_case(op::BinaryKind kind, DType dtype, const ShapePair& shapes, RandomTensors& random) {
  const double low = is_unsigned(dtype) ? 0 : -9;
  const double divisor_low = needs_positive(kind) ? 1 : low;
  const double high = kind == op::BinaryKind::Power ? 4 : 9;
  return {std::string(op::name_of(kind)),
          op::Binary{kind},
          {random(shapes.a, dtype, kind == op::BinaryKind::Power ? 0 : low, high),
           random(shapes.b, dtype, divisor_low, high)},
          is_exact(kind) ? 0 : tolerance_of(dtype)};
}

}  // namespace

std::vector<Case> unary_cases() {
  std::vector<Case> cases;
  RandomTensors random(1);
  for (const op::UnaryKind kind : all_unary_kinds()) {
    const std::string name(op::name_of(kind));
    for (const DType dtype : kFloats) {
      cases.push_back({name, op::Unary{kind}, {cast_of(edges(), dtype)}, tolerance_of(dtype)});
      for (const Shape& shape : kShapes) {
        cases.push_back(
            {name, op::Unary{kind}, {random(shape, dtype, -4, 4)}, tolerance_of(dtype)});
      }
    }
    for (const DType dtype : kAll) {
      if (is_floating(dtype) || !takes_integers(kind)) continue;
      if ((dtype == DType::Bool) != (kind == op::UnaryKind::LogicalNot)) continue;
      const double low = is_unsigned(dtype) ? 0 : -9;
      cases.push_back({name, op::Unary{kind}, {random({3, 43}, dtype, low, 9)}});
    }
  }
  return cases;
}

std::vector<Case> binary_cases() {
  std::vector<Case> cases;
  RandomTensors random(2);
  const Tensor a({8}, {kNan, 1, kNan, -0.0F, 0, kInf, -kInf, 2});
  const Tensor b({8}, {1, kNan, kNan, 0, -0.0F, kInf, kInf, -kInf});
  for (const op::BinaryKind kind : all_binary_kinds()) {
    for (const DType dtype : kAll) {
      if (!takes(kind, dtype)) continue;
      for (const ShapePair& shapes : kPairs) {
        cases.push_back(binary_case(kind, dtype, shapes, random));
      }
    }
    const std::string name(op::name_of(kind));
    cases.push_back({name, op::Binary{kind}, {a, b}, is_exact(kind) ? 0 : 1e-6});
  }
  return cases;
}

std::vector<Case> where_cases() {
  std::vector<Case> cases;
  RandomTensors random(3);
  const std::vector<std::array<Shape, 3>> shapes = {
      {{{5}, {5}, {5}}},          {{{}, {7}, {7}}},       {{{2, 3, 1}, {2, 3, 67}, {}}},
      {{{3, 1}, {1, 5}, {3, 5}}}, {{{4, 65}, {65}, {1}}}, {{{2, 1, 1, 5}, {2, 3, 4, 5}, {}}},
      {{{0, 3}, {3}, {1, 1}}},    {{{1}, {}, {129}}},     {{{}, {}, {}}}};
  for (const DType dtype : kAll) {
    for (const auto& [condition, a, b] : shapes) {
      cases.push_back(
          {"where",
           op::Where{},
           {random(condition, DType::Bool), random(a, dtype, 0, 9), random(b, dtype, 0, 9)}});
    }
  }
  // What is not chosen must not leak, as 0 * NaN does.
  cases.push_back({"where",
                   op::Where{},
                   {Tensor({3}, std::vector<bool>{true, false, true}), Tensor({3}, {1, kNan, 3}),
                    Tensor({3}, {kInf, 5, kNan})}});
  return cases;
}

std::vector<Case> cast_cases() {
  std::vector<Case> cases;
  RandomTensors random(4);
  for (const DType from : kAll) {
    const double low = is_unsigned(from) ? 0 : -99;
    for (const DType to : kAll) {
      const bool may_be_negative = !is_unsigned(to);
      cases.push_back(
          {"cast", op::Cast{to}, {random({3, 67}, from, may_be_negative ? low : 0, 99)}});
      cases.push_back({"cast", op::Cast{to}, {random({}, from, 0, 5)}});
      cases.push_back({"cast", op::Cast{to}, {random({2, 0}, from)}});
    }
  }
  for (const DType to : {DType::Int32, DType::Int64, DType::Bool, DType::Float64}) {
    cases.push_back({"cast", op::Cast{to}, {edges()}});
  }
  for (const DType to : {DType::Float16, DType::BFloat16}) {
    cases.push_back({"cast", op::Cast{to}, {edges()}});
    cases.push_back({"cast", op::Cast{to}, {random({5, 33}, DType::Float32, -1e5, 1e5)}});
    cases.push_back({"cast", op::Cast{to}, {random({5, 33}, DType::Float32, -1e-5, 1e-5)}});
  }
  return cases;
}

std::vector<Case> making_cases() {
  std::vector<Case> cases;
  for (const DType dtype : kAll) {
    for (const Shape& shape : kShapes) {
      cases.push_back({"full", op::Full{.shape = shape, .dtype = dtype, .value = 1}, {}});
    }
    cases.push_back({"full", op::Full{.shape = {5}, .dtype = dtype, .value = 2.75}, {}});
  }
  for (const DType dtype : kNumbers) {
    for (const std::int64_t count : {0, 1, 7, 67}) {
      cases.push_back({"arange", op::Arange{.count = count, .dtype = dtype}, {}});
      cases.push_back({"arange",
                       op::Arange{.start = 3, .step = 1.5, .count = count, .dtype = dtype},
                       {},
                       tolerance_of(dtype)});
    }
  }
  const op::Arange down{.start = 5, .step = -2, .count = 9, .dtype = DType::Int32};
  cases.push_back({"arange", down, {}});
  return cases;
}

}  // namespace domino::conformance
