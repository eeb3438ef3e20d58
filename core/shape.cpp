#include "domino/core/shape.h"

#include <algorithm>
#include <ostream>

#include "domino/core/check.h"

namespace domino {

std::int64_t Shape::operator[](int index) const {
  return sizes_[static_cast<std::size_t>(axis(index))];
}

int Shape::axis(int axis) const {
  const int from_front = axis < 0 ? axis + rank() : axis;
  check(from_front >= 0 && from_front < rank(),
        "axis {} does not exist in shape {}; axes run from {} to {}", axis, *this, -rank(),
        rank() - 1);
  return from_front;
}

bool Shape::known() const {
  return std::none_of(begin(), end(), [](std::int64_t size) { return size == kAny; });
}

std::int64_t Shape::elements() const {
  std::int64_t product = 1;
  for (const std::int64_t size : sizes_) {
    check(size >= 0, "shape {} has no number of elements: every size must be known and at least 0",
          *this);
    check(!__builtin_mul_overflow(product, size, &product),
          "shape {} has more elements than 64 bits can count", *this);
  }
  return product;
}

Shape Shape::with(int index, std::int64_t size) const {
  Shape result = *this;
  result.sizes_[static_cast<std::size_t>(axis(index))] = size;
  return result;
}

Shape Shape::inserted(int index, std::int64_t size) const {
  check(index >= 0 && index <= rank(), "cannot put an axis at {} into shape {}", index, *this);
  Shape result = *this;
  result.sizes_.insert(result.sizes_.begin() + index, size);
  return result;
}

Shape Shape::without(int index) const {
  Shape result = *this;
  result.sizes_.erase(result.sizes_.begin() + axis(index));
  return result;
}

std::string to_string(const Shape& shape) {
  std::string text = "(";
  for (int i = 0; i < shape.rank(); ++i) {
    if (i > 0) text += ", ";
    text += shape[i] == kAny ? "None" : std::to_string(shape[i]);
  }
  return text + (shape.rank() == 1 ? ",)" : ")");
}

std::ostream& operator<<(std::ostream& out, const Shape& shape) { return out << to_string(shape); }

Shape broadcast(const Shape& a, const Shape& b) {
  const int rank = std::max(a.rank(), b.rank());
  std::vector<std::int64_t> sizes(static_cast<std::size_t>(rank), 1);
  for (int i = 1; i <= rank; ++i) {
    const std::int64_t x = i <= a.rank() ? a[-i] : 1;
    const std::int64_t y = i <= b.rank() ? b[-i] : 1;
    check(x == y || x == 1 || y == 1,
          "shapes {} and {} do not broadcast: at axis {} from the end {} meets {}, and sizes must "
          "be equal or 1",
          a, b, i, x, y);
    sizes[static_cast<std::size_t>(rank - i)] = x == 1 ? y : x;
  }
  return Shape(std::move(sizes));
}

}  // namespace domino
