#pragma once

#include <initializer_list>
#include <vector>

#include "domino/core/config.h"
#include "domino/core/tensor.h"

namespace domino::layers {

/// An argument that Keras takes as None, a number or an array of numbers; the form is kept, so that a
/// configuration goes back into Keras as it came.
class Numbers {
 public:
  Numbers() = default;  ///< None
  // NOLINTBEGIN(google-explicit-constructor): `.mean = 3` and `.mean = {1, 2}` read as in Keras
  Numbers(double number) : Numbers(Config(number)) {}
  Numbers(std::initializer_list<double> numbers) : Numbers(std::vector<double>(numbers)) {}
  // NOLINTEND(google-explicit-constructor)
  explicit Numbers(const std::vector<double>& numbers)
      : Numbers(Config(Config::Array(numbers.begin(), numbers.end()))) {}

  /// False for None.
  bool given() const { return tensor_.defined(); }
  /// As float32, on the host. Undefined for None.
  const Tensor& tensor() const { return tensor_; }

  /// null, a number, nested arrays, or the object that Keras writes for a NumPy array; and back.
  /// Throws ValueError for anything else, and for rows of different lengths.
  Config to_config() const { return config_; }
  static Numbers from_config(const Config& config) { return Numbers(config); }

 private:
  explicit Numbers(Config config);

  Config config_;
  Tensor tensor_;
};

}  // namespace domino::layers
