// A program of its own that uses an installed Domino.
#include <iostream>

#include "domino/graph/sequential.h"
#include "domino/layers.h"

int main() {
  namespace layers = domino::layers;
  const domino::Sequential model(
      {layers::Embedding(100, 8, {.mask_zero = true}), layers::LSTM(4), layers::Dense(1)});
  std::cout << to_string(model.predict({{3, 1, 4}, {1, 5}}).shape()) << '\n';
  return 0;
}
