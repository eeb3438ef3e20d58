#include "tests/backends/conformance.h"

namespace domino::conformance {
namespace {

struct Reduced {
  Shape shape;
  std::vector<int> axes;
};

const std::vector<Reduced> kReduced = {{{7}, {0}},
                                       {{1}, {0}},
                                       {{3, 5}, {0}},
                                       {{3, 5}, {1}},
                                       {{3, 5}, {0, 1}},
                                       {{5, 1}, {1}},
                                       {{1, 5}, {0}},
                                       {{4, 131}, {1}},
                                       {{67, 3}, {0}},
                                       {{2, 1000}, {1}},
                                       {{2, 3, 65}, {1}},
                                       {{2, 3, 65}, {0, 2}},
                                       {{2, 3, 4, 5}, {0}},
                                       {{2, 3, 4, 5}, {3}},
                                       {{2, 3, 4, 5}, {1, 2}},
                                       {{2, 3, 4, 5}, {0, 2}},
                                       {{2, 3, 4, 5}, {1, 3}},
                                       {{2, 3, 4, 5}, {0, 1, 2, 3}},
                                       {{0}, {0}},
                                       {{0, 3}, {0}},
                                       {{3, 0}, {1}},
                                       {{0, 3}, {1}},
                                       {{2, 0, 4}, {1}},
                                       {{2, 0, 4}, {0, 2}}};

std::int64_t length_of(const Reduced& reduced) {
  std::int64_t length = 1;
  for (const int axis : reduced.axes) length *= reduced.shape[axis];
  return length;
}

std::vector<DType> dtypes_of(op::ReduceKind kind) {
  using enum op::ReduceKind;
  if (kind == Any || kind == All) return {DType::Bool};
  std::vector<DType> dtypes(std::begin(kFloats), std::end(kFloats));
  if (kind != Mean) dtypes.insert(dtypes.end(), {DType::Int32, DType::Int64, DType::UInt32});
  if (kind == Max || kind == Min) dtypes.insert(dtypes.end(), {DType::Int8, DType::UInt8});
  return dtypes;
}

/// A long product stays near 1; small integers stay in their type.
Tensor numbers_for(op::ReduceKind kind, const Shape& shape, DType dtype, RandomTensors& random) {
  if (kind != op::ReduceKind::Prod) return random(shape, dtype, is_integer(dtype) ? 0 : -2, 5);
  return is_integer(dtype) ? random(shape, dtype, 1, 2) : random(shape, dtype, 0.95, 1.05);
}

}  // namespace

std::vector<Case> reduce_cases() {
  using enum op::ReduceKind;
  std::vector<Case> cases;
  RandomTensors random(21);
  for (const op::ReduceKind kind : {Sum, Mean, Max, Min, Prod, Any, All}) {
    for (const DType dtype : dtypes_of(kind)) {
      for (const Reduced& reduced : kReduced) {
        const Tensor x = numbers_for(kind, reduced.shape, dtype, random);
        const bool exact = kind == Max || kind == Min;
        // Numbers of one sign do not cancel, but a sum is as large as it is long.
        const double tolerance = exact ? 0 : tolerance_of(dtype, length_of(reduced));
        for (const bool keepdims : {false, true}) {
          cases.push_back({std::string(op::name_of(kind)),
                           op::Reduce{kind, reduced.axes, keepdims},
                           {x},
                           tolerance});
        }
      }
    }
  }
  const float nan = std::numeric_limits<float>::quiet_NaN();
  const Tensor holes({3, 3}, {1, nan, 2, nan, -1, 1, 0, 0, nan});
  for (const op::ReduceKind kind : {Sum, Mean, Max, Min, Prod}) {
    for (const int axis : {0, 1}) {
      cases.push_back({std::string(op::name_of(kind)), op::Reduce{kind, {axis}}, {holes}, 1e-6});
    }
  }
  return cases;
}

}  // namespace domino::conformance
