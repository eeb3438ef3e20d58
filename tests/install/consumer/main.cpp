#include <iostream>

#include "domino/core/error.h"
#include "domino/core/shape.h"
#include "domino/layers.h"

// A value comes out of the library, and so does an error that can be caught by its type.
int main() {
  const domino::Shape shape = {domino::kAny, 3};
  std::cout << domino::to_string(shape) << '\n';
  try {
    return static_cast<int>(shape[7]);
  } catch (const domino::ShapeError&) {
    return 0;
  }
}
