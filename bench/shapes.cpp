// What sizes cost that a model has not met before, and whether memory stays flat over many of them.
//
//   domino_bench_shapes MODEL [SHAPES]
//
// MODEL takes ids of words (batch, steps), alone or with positions of the same shape. For some sizes of batches
// one line: the time of the first prediction for a number of steps by that of the same one again.
// Then the memory after SHAPES different shapes, by that after a tenth of them.

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <fstream>
#include <string>
#include <vector>

#include "domino/io/load_model.h"

namespace {

constexpr std::int64_t kVocabulary = 1000;
constexpr std::int64_t kFewestSteps = 8;
constexpr std::int64_t kMostSteps = 72;

double resident_bytes() {
  std::ifstream file("/proc/self/statm");
  double pages = 0;
  file >> pages >> pages;
  return pages * 4096;
}

/// Of each sequence the first `words` steps hold one, or all.
domino::Tensors inputs_of(const domino::Model& model, std::int64_t batch, std::int64_t steps,
                          std::int64_t words) {
  std::vector<std::int32_t> ids;
  std::vector<std::int32_t> positions;
  for (std::int64_t i = 0; i < batch * steps; ++i) {
    const std::int64_t word = 1 + i * 7919 % (kVocabulary - 1);
    ids.push_back(i % steps < words ? static_cast<std::int32_t>(word) : 0);
    positions.push_back(static_cast<std::int32_t>(i % steps % 64));
  }
  domino::Tensors inputs{domino::Tensor({batch, steps}, ids)};
  if (model.input_names().size() > 1) inputs.push_back(domino::Tensor({batch, steps}, positions));
  return inputs;
}

double seconds_of(const domino::Model& model, const domino::Tensors& inputs) {
  const auto start = std::chrono::steady_clock::now();
  static_cast<void>(model.predict(inputs, {.batch_size = inputs.front().size(0)}));
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

/// The number that `share` of them do not exceed.
double quantile(std::vector<double> numbers, double share) {
  std::ranges::sort(numbers);
  return numbers[static_cast<std::size_t>(share * static_cast<double>(numbers.size() - 1))];
}

void time_batch(const domino::Model& model, std::int64_t batch) {
  std::vector<double> ratios;
  for (std::int64_t steps = kFewestSteps; steps < kMostSteps; ++steps) {
    const domino::Tensors inputs = inputs_of(model, batch, steps, steps);
    const double first = seconds_of(model, inputs);
    std::vector<double> again;
    for (int i = 0; i < 5; ++i) again.push_back(seconds_of(model, inputs));
    ratios.push_back(first / quantile(again, 0.5));
  }
  std::printf("batch %3d: first by steady time, median %.2f, nine in ten below %.2f, worst %.2f\n",
              static_cast<int>(batch), quantile(ratios, 0.5), quantile(ratios, 0.9),
              quantile(ratios, 1));
}

void watch_memory(const domino::Model& model, std::int64_t shapes) {
  double early = 0;
  for (std::int64_t i = 0; i < shapes; ++i) {
    const std::int64_t batch = 1 + i % 100;
    const std::int64_t steps = 2 + i / 100;
    static_cast<void>(model.predict(inputs_of(model, batch, steps, 1), {.batch_size = batch}));
    if (i == shapes / 10) early = resident_bytes();
  }
  const double late = resident_bytes();
  std::printf("memory after %d shapes: %.0f MB, %.3f of that after a tenth of them\n",
              static_cast<int>(shapes), late / 1e6, late / early);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 2 || argc > 3) {
    std::fprintf(stderr, "usage: domino_bench_shapes MODEL [SHAPES]\n");
    return 2;
  }
  try {
    const domino::Model model = domino::load_model(argv[1]);
    for (const std::int64_t batch : {1, 16, 64}) time_batch(model, batch);
    if (argc == 3) watch_memory(model, std::atoll(argv[2]));
  } catch (const std::exception& error) {
    std::fprintf(stderr, "domino_bench_shapes: %s\n", error.what());
    return 1;
  }
}
