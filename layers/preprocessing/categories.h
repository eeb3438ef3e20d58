#pragma once

#include <cstdint>
#include <initializer_list>
#include <string_view>

#include "domino/core/tensor.h"

namespace domino::layers {

/// How layers give categories, whole numbers from 0 on, under Keras' `output_mode`.
struct CategoryFormat {
  std::string_view output_mode;  ///< "int", "one_hot", "multi_hot" or "count"
  std::int64_t depth = 0;        ///< how many categories there are; others do not count
  DType dtype = DType::Float32;  ///< of the result
};

/// "int" gives the indices themselves, "one_hot" a row of `depth` for each of them, where an axis of
/// size 1 at the end goes. "multi_hot" and "count" tell of the categories along axis 1, or along the
/// only axis; `weights`, of the indices' shape, are what "count" sums. Keras:
/// keras/src/utils/numerical_utils.py, encode_categorical_inputs.
Tensor encode_categories(const Tensor& indices, const CategoryFormat& format,
                         const Tensor& weights = {});

/// For a constructor: throws ValueError, naming `layer`, unless `mode` is one of `known`.
void check_output_mode(std::string_view layer, std::string_view mode,
                       std::initializer_list<std::string_view> known);

/// The same for an option of Keras that asks for sparse or ragged tensors.
void check_dense(std::string_view layer, std::string_view option, bool given);

}  // namespace domino::layers
