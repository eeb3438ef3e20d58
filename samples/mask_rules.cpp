// One transformer under both rule sets: what Keras documents, and what Keras 3.15.1 does.
#include <iostream>
#include <string>

#include "domino/core/random.h"
#include "domino/graph/model.h"
#include "domino/graph/warnings.h"
#include "domino/layers.h"

namespace layers = domino::layers;
namespace ops = domino::ops;
using domino::MaskRules;
using domino::Model;
using domino::SymbolicTensor;
using domino::Tensor;

namespace {

SymbolicTensor encoder_block(const SymbolicTensor& x) {
  const auto attended = layers::MultiHeadAttention(2, 4)({.query = x, .value = x});
  const auto y = layers::LayerNormalization()(layers::Add()({x, attended}));
  return layers::LayerNormalization()(layers::Add()({y, layers::Dense(8)(y)}));
}

/// The same sentence with and without three steps of padding.
void compare(const Model& model) {
  const Tensor alone = model.predict({{4, 8, 15}});
  const Tensor padded = model.predict({{4, 8, 15, 0, 0, 0}});
  const double change = ops::max(ops::abs(ops::subtract(padded, alone))).item();
  std::cout << "padding changes the result: " << (change > 1e-5 ? "yes" : "no") << "\n\n";
}

}  // namespace

int main() {
  domino::set_random_seed(1);
  domino::set_warning_sink(
      [](const std::string& text) { std::cout << "domino: warning: " << text << '\n'; });

  const auto words = domino::Input({.shape = {domino::kAny}, .dtype = domino::DType::Int32});
  const auto x = layers::Embedding(100, 8, {.mask_zero = true})(words);
  const auto outputs = layers::GlobalAveragePooling1D()(encoder_block(encoder_block(x)));

  const Model intended(words, outputs, {.name = "encoder"});
  std::cout << intended.report();
  compare(intended);

  const Model keras = intended.with_rules(MaskRules::Keras);
  std::cout << keras.report();
  compare(keras);
  return 0;
}
