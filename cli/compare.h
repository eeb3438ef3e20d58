#pragma once

#include <string>

#include "domino/core/tensor.h"

namespace domino::cli {

/// `|actual - expected| <= absolute + relative * |expected|`
struct Tolerance {
  double relative = 1e-4;
  double absolute = 1e-5;
};

/// Whether two tensors differ, and a few words on how.
struct Comparison {
  bool differs = false;
  std::string text;
};

/// `[1, 0, 3]`: where in a tensor an element lies.
std::string place_of(std::size_t element, const Shape& shape);

/// NaN equals NaN, and an infinity itself; other shapes are a difference, other number types are not.
Comparison compare_numbers(const Tensor& actual, const Tensor& expected,
                           const Tolerance& tolerance);

/// Bit by bit; an undefined tensor stands for no mask.
Comparison compare_masks(const Tensor& actual, const Tensor& expected);

}  // namespace domino::cli
