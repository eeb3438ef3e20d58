// domino_run_batch lstm|encoder TIMES
//
// Predicts one batch so often, on one thread: check_instructions.py counts what a further time costs.

#include <cstdlib>
#include <iostream>
#include <string>
#include <vector>

#include "domino/graph/model.h"
#include "domino/layers.h"

namespace domino {
namespace {

constexpr std::int64_t kSequences = 16;
constexpr std::int64_t kSteps = 24;

/// Of 3 to 24 tokens, some with holes.
Tensor ids() {
  std::vector<std::int32_t> numbers(kSequences * kSteps, 0);
  for (std::int64_t row = 0; row < kSequences; ++row) {
    for (std::int64_t step = 0; step < 3 + row * 5 % 22; ++step) {
      const bool hole = row % 4 == 3 && step % 5 == 2;
      const auto at = static_cast<std::size_t>(row * kSteps + step);
      numbers[at] = hole ? 0 : static_cast<std::int32_t>(1 + (row * 31 + step * 17) % 999);
    }
  }
  return {{kSequences, kSteps}, numbers};
}

SymbolicTensor encoder(SymbolicTensor x) {
  for (int block = 0; block < 2; ++block) {
    const auto attended = layers::MultiHeadAttention(6, 32)({.query = x, .value = x});
    x = layers::LayerNormalization()(layers::Add()({x, attended}));
    const auto wide = layers::Dense(768, {.activation = "gelu"})(x);
    x = layers::LayerNormalization()(layers::Add()({x, layers::Dense(192)(wide)}));
  }
  return layers::GlobalAveragePooling1D()(x);
}

Model model(const std::string& work) {
  const auto in = Input({.shape = {kAny}, .dtype = DType::Int32});
  const auto x = layers::Embedding(1000, work == "lstm" ? 128 : 192, {.mask_zero = true})(in);
  return {in, work == "lstm" ? layers::LSTM(256, {.recurrent_initializer = "glorot_uniform"})(x)
                             : encoder(x)};
}

int run(const std::string& work, int times) {
  const Model batch_model = model(work);
  const Tensor batch = ids();
  for (int i = 0; i < times; ++i) {
    static_cast<void>(batch_model.predict(batch, {.threads = 1}));
  }
  return 0;
}

}  // namespace
}  // namespace domino

int main(int argc, char** argv) {
  const std::string work = argc == 3 ? argv[1] : "";
  if (work != "lstm" && work != "encoder") {
    std::cerr << "usage: domino_run_batch lstm|encoder TIMES\n";
    return 2;
  }
  return domino::run(work, std::atoi(argv[2]));
}
