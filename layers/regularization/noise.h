#pragma once

#include <optional>
#include <string_view>
#include <utility>

#include "domino/core/config.h"
#include "domino/core/shape.h"

namespace domino::layers {

/// The `noise_shape` of a dropout layer: None, or a shape with kAny where a size is the input's.
class NoiseShape {
 public:
  NoiseShape() = default;
  NoiseShape(Shape shape) : shape_(std::move(shape)) {}  // NOLINT(google-explicit-constructor)

  const std::optional<Shape>& shape() const { return shape_; }

  /// null, or an array with null for kAny, and back.
  Config to_config() const;
  static NoiseShape from_config(const Config& config);

 private:
  std::optional<Shape> shape_;
};

/// Throws ValueError, naming `layer` and `option`, unless `rate` lies between 0 and 1.
void check_rate(std::string_view layer, std::string_view option, double rate);

}  // namespace domino::layers
