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

namespace {

/// The size of the `i`th axis from the end; 1 where there is none.
std::int64_t from_end(const Shape& shape, int i) { return i <= shape.rank() ? shape[-i] : 1; }

bool goes_with_every(std::int64_t size) { return size == 1 || size == kAny; }

/// The axis from the end at which `a` and `b` do not broadcast; 0 if they do.
int first_misfit(const Shape& a, const Shape& b) {
  for (int i = 1; i <= std::min(a.rank(), b.rank()); ++i) {
    if (a[-i] != b[-i] && !goes_with_every(a[-i]) && !goes_with_every(b[-i])) return i;
  }
  return 0;
}

std::int64_t met(std::int64_t x, std::int64_t y) {
  if (x == 1) return y;
  return x == kAny && y != 1 ? y : x;
}

}  // namespace

Shape broadcast(const Shape& a, const Shape& b) {
  if (const int i = first_misfit(a, b); i != 0) {
    fail<ShapeError>(
        "shapes {} and {} do not broadcast: at axis {} from the end {} meets {}, and sizes must be "
        "equal or 1",
        a, b, i, a[-i], b[-i]);
  }
  const int rank = std::max(a.rank(), b.rank());
  std::vector<std::int64_t> sizes;
  sizes.reserve(static_cast<std::size_t>(rank));
  for (int i = rank; i >= 1; --i) sizes.push_back(met(from_end(a, i), from_end(b, i)));
  return Shape(std::move(sizes));
}

bool broadcasts(const Shape& a, const Shape& b) { return first_misfit(a, b) == 0; }

bool broadcasts_to(const Shape& from, const Shape& to) {
  return broadcasts(from, to) && broadcast(from, to) == to;
}

}  // namespace domino
