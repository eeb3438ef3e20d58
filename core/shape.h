#pragma once

#include <cstdint>
#include <initializer_list>
#include <iosfwd>
#include <string>
#include <vector>

namespace domino {

/// A size that is not known until numbers arrive (Keras' `None`): a batch, the steps of a sequence.
inline constexpr std::int64_t kAny = -1;

/// Sizes of a tensor's axes, outermost first; `kAny` where a size is unknown.
class Shape {
 public:
  Shape() = default;
  Shape(std::initializer_list<std::int64_t> sizes) : sizes_(sizes) {}
  explicit Shape(std::vector<std::int64_t> sizes) : sizes_(std::move(sizes)) {}

  int rank() const { return static_cast<int>(sizes_.size()); }

  /// Size of `axis`; negative axes count from the end. Throws ShapeError if there is no such axis.
  std::int64_t operator[](int axis) const;

  /// `axis` counted from the front. Throws ShapeError if there is no such axis.
  int axis(int axis) const;

  const std::vector<std::int64_t>& sizes() const { return sizes_; }
  auto begin() const { return sizes_.begin(); }
  auto end() const { return sizes_.end(); }

  /// True if no size is `kAny`.
  bool known() const;

  /// Number of elements. Throws ShapeError if a size is unknown, negative or the product overflows.
  std::int64_t elements() const;

  /// A copy with the size of `axis` replaced.
  Shape with(int axis, std::int64_t size) const;
  /// A copy with an axis of `size` put before `axis` (`axis == rank` appends).
  Shape inserted(int axis, std::int64_t size) const;
  /// A copy without `axis`.
  Shape without(int axis) const;

  friend bool operator==(const Shape&, const Shape&) = default;

 private:
  std::vector<std::int64_t> sizes_;
};

/// `(None, 3)`, as Keras prints shapes.
std::string to_string(const Shape& shape);
std::ostream& operator<<(std::ostream& out, const Shape& shape);

/// The shape of an element-wise result, by NumPy's broadcasting: from the last axis on, sizes are
/// equal or one of them is 1. An unknown size goes with every other. Throws ShapeError.
Shape broadcast(const Shape& a, const Shape& b);

/// True if `broadcast(a, b)` exists.
bool broadcasts(const Shape& a, const Shape& b);
/// True if it is `to`, so that `from` can be repeated to that shape.
bool broadcasts_to(const Shape& from, const Shape& to);

}  // namespace domino
