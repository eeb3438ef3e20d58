#pragma once

#include <optional>
#include <utility>

#include "domino/core/config.h"
#include "domino/core/shape.h"

namespace domino::layers {

/// An argument that Keras takes as None or as a shape with None where a size is the input's: nothing,
/// or a shape with kAny there.
class PartialShape {
 public:
  PartialShape() = default;
  PartialShape(Shape shape) : shape_(std::move(shape)) {}  // NOLINT(google-explicit-constructor)

  const std::optional<Shape>& shape() const { return shape_; }

  /// null, or an array with null for kAny, and back; a number is a shape of one size.
  Config to_config() const;
  static PartialShape from_config(const Config& config);

 private:
  std::optional<Shape> shape_;
};

}  // namespace domino::layers
