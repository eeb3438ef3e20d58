#include <cmath>
#include <iostream>

#include "domino/graph/model.h"
#include "domino/layers.h"

int main() {
  namespace layers = domino::layers;

  // Sentences of any length, as numbers of words; 0 is padding.
  auto words = domino::Input({.shape = {domino::kAny}, .dtype = domino::DType::Int32});
  auto x = layers::Embedding(10'000, 32, {.mask_zero = true})(words);  // makes the mask
  x = layers::Bidirectional(layers::LSTM(32))(x);                      // skips masked steps
  auto positive = layers::Dense(1, {.activation = "sigmoid"})(x);

  domino::Model model(words, positive, {.name = "sentiment"});
  std::cout << model.summary();

  // The shorter sentence is padded; the padding changes nothing.
  auto both = model.predict({{12, 7, 431}, {5, 88, 2, 19, 640}});
  auto alone = model.predict({{12, 7, 431}});
  bool same = std::abs(both.item({0, 0}) - alone.item({0, 0})) < 1e-6;
  std::cout << "the padding changed nothing: " << std::boolalpha << same << '\n';
}
