#include <algorithm>
#include <numeric>

#include "tests/backends/conformance.h"

namespace domino::conformance {
namespace {

/// A type of every size, and the ones that are only stored.
constexpr DType kSizes[] = {DType::Float32, DType::Float64,  DType::Int8, DType::Bool,
                            DType::Float16, DType::BFloat16, DType::Int64};

const std::vector<Shape> kMovedShapes = {{},        {1},       {7},          {0},      {65, 67},
                                         {3, 1, 5}, {2, 0, 3}, {2, 3, 4, 5}, {1, 131}, {17, 1, 9}};

void add_orders(std::vector<Case>& cases, const Tensor& x) {
  std::vector<int> axes(static_cast<std::size_t>(x.rank()));
  std::iota(axes.begin(), axes.end(), 0);
  do {
    cases.push_back({"transpose", op::Transpose{axes}, {x}});
  } while (std::ranges::next_permutation(axes).found);
}

/// Every `stride`-th entry of every axis, from either end.
op::Slice every(const Shape& shape, std::int64_t stride) {
  op::Slice slice;
  for (const std::int64_t size : shape) {
    const std::int64_t step = stride < 0 ? -stride : stride;
    slice.begin.push_back(stride < 0 && size > 0 ? size - 1 : 0);
    slice.count.push_back((size + step - 1) / step);
    slice.stride.push_back(stride);
  }
  return slice;
}

/// Leaves out the first entry of each axis that has two.
op::Slice tail(const Shape& shape) {
  op::Slice slice;
  for (const std::int64_t size : shape) {
    slice.begin.push_back(size > 1 ? 1 : 0);
    slice.count.push_back(size > 1 ? size - 1 : size);
    slice.stride.push_back(1);
  }
  return slice;
}

}  // namespace

std::vector<Case> transpose_cases() {
  std::vector<Case> cases;
  RandomTensors random(11);
  for (const DType dtype : kSizes) {
    for (const Shape& shape : kMovedShapes) add_orders(cases, random(shape, dtype, 0, 99));
  }
  add_orders(cases, random({3, 17, 2, 33}));
  return cases;
}

std::vector<Case> slice_cases() {
  std::vector<Case> cases;
  RandomTensors random(12);
  for (const DType dtype : kSizes) {
    for (const Shape& shape : kMovedShapes) {
      const Tensor x = random(shape, dtype, 0, 99);
      for (const std::int64_t stride : {1, 2, 3, -1, -2, -3}) {
        cases.push_back({"slice", every(shape, stride), {x}});
      }
      cases.push_back({"slice", tail(shape), {x}});
    }
  }
  const Tensor x = random({5, 6, 7});
  cases.push_back({"slice", op::Slice{{1, 5, 0}, {3, 3, 7}, {1, -2, 1}}, {x}});
  cases.push_back({"slice", op::Slice{{4, 0, 3}, {0, 6, 1}, {1, 1, 1}}, {x}});
  cases.push_back({"slice", op::Slice{{0, 2, 6}, {5, 1, 7}, {1, 1, -1}}, {x}});
  return cases;
}

std::vector<Case> concatenate_cases() {
  std::vector<Case> cases;
  RandomTensors random(13);
  for (const DType dtype : kSizes) {
    for (const Shape& shape : kMovedShapes) {
      for (int axis = 0; axis < shape.rank(); ++axis) {
        const Tensor x = random(shape, dtype, 0, 99);
        const Tensor wider = random(shape.with(axis, 3), dtype, 0, 99);
        const Tensor empty = random(shape.with(axis, 0), dtype);
        cases.push_back({"concatenate", op::Concatenate{axis}, {x}});
        cases.push_back({"concatenate", op::Concatenate{axis}, {x, wider}});
        cases.push_back({"concatenate", op::Concatenate{axis}, {wider, empty, x, wider}});
      }
    }
  }
  return cases;
}

std::vector<Case> broadcast_cases() {
  std::vector<Case> cases;
  RandomTensors random(14);
  const std::vector<std::pair<Shape, Shape>> shapes = {{{}, {}},
                                                       {{}, {7}},
                                                       {{1}, {129}},
                                                       {{3}, {5, 3}},
                                                       {{3, 1}, {3, 67}},
                                                       {{1, 5}, {4, 5}},
                                                       {{2, 1, 3}, {2, 4, 3}},
                                                       {{1}, {0}},
                                                       {{0, 1}, {2, 0, 3}},
                                                       {{5, 1, 1}, {2, 5, 3, 4}},
                                                       {{2, 3}, {2, 3}},
                                                       {{1, 1, 65}, {2, 3, 65}}};
  for (const DType dtype : kSizes) {
    for (const auto& [from, to] : shapes) {
      cases.push_back({"broadcast_to", op::BroadcastTo{to}, {random(from, dtype, 0, 99)}});
    }
  }
  return cases;
}

std::vector<Case> lookup_cases() {
  std::vector<Case> cases;
  RandomTensors random(15);
  const std::vector<Shape> places = {{}, {1}, {0}, {7}, {3, 5}, {2, 1, 4}, {67}};
  const auto indices = [&](const Shape& shape, std::int64_t size, DType dtype) {
    return random(shape, dtype, 0, static_cast<double>(size - 1));
  };
  for (const DType dtype : kSizes) {
    for (const Shape& shape : {Shape{9}, Shape{5, 3}, Shape{2, 7, 33}, Shape{4, 2, 3, 5}}) {
      const Tensor x = random(shape, dtype, 0, 99);
      for (int axis = 0; axis < shape.rank(); ++axis) {
        for (const Shape& place : places) {
          const Tensor at = indices(place, shape[axis], DType::Int32);
          cases.push_back({"take", op::Take{axis}, {x, at}});
        }
      }
    }
    for (const std::int64_t width : {1, 7, 64, 67}) {
      const Tensor table = random({11, width}, dtype, 0, 99);
      for (const DType id_type : {DType::Int32, DType::Int64}) {
        for (const Shape& place : places) {
          cases.push_back({"embedding", op::Embedding{}, {indices(place, 11, id_type), table}});
        }
      }
    }
  }
  cases.push_back({"take", op::Take{0}, {random({0, 3}), indices({0}, 1, DType::Int32)}});
  return cases;
}

}  // namespace domino::conformance
