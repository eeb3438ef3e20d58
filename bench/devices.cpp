// The models of compare/models.py with random weights, timed on each device in turn, without Keras:
//
//   domino_bench_devices [DEVICE...]     cpu and cuda if none is named
//
// One batch is 64 sentences in 128 steps, of which 46 % are words. A line for each model and device: the
// median time of a pass, words and GFLOP of matrix products in a second, and by how much the outputs differ
// from those of the first device. Ends with 1 if that is more than 1e-4, or if a device cannot be used.

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <exception>
#include <functional>
#include <string>
#include <vector>

#include "domino/graph/model.h"
#include "domino/layers.h"

namespace {

namespace layers = domino::layers;
using domino::SymbolicTensor;

constexpr std::int64_t kBatch = 64;
constexpr std::int64_t kSteps = 128;
constexpr std::int64_t kVocabulary = 10'000;
constexpr std::int64_t kFeatures = 128;
constexpr std::int64_t kUnits = 256;
constexpr int kPasses = 20;
constexpr double kMostError = 1e-4;

struct Workload {
  std::string name;
  std::function<SymbolicTensor(const SymbolicTensor&)> layers;
  double flop_per_word;
};

SymbolicTensor embed(const SymbolicTensor& words, std::int64_t width) {
  return layers::Embedding(kVocabulary, width, {.mask_zero = true})(words);
}

SymbolicTensor lstm(const SymbolicTensor& words) {
  return layers::LSTM(kUnits)(embed(words, kFeatures));
}

SymbolicTensor bilstm(const SymbolicTensor& words) {
  return layers::Bidirectional(layers::LSTM(kUnits / 2))(embed(words, kFeatures));
}

SymbolicTensor gru(const SymbolicTensor& words) {
  return layers::GRU(kUnits)(embed(words, kFeatures));
}

constexpr std::int64_t kBlocks = 6;
constexpr std::int64_t kWidth = 384;
constexpr std::int64_t kHeads = 12;
constexpr std::int64_t kInner = 4 * kWidth;

SymbolicTensor add_and_norm(const SymbolicTensor& x, const SymbolicTensor& y) {
  return layers::LayerNormalization()(layers::Add()({x, y}));
}

SymbolicTensor encoder(const SymbolicTensor& words) {
  SymbolicTensor x = layers::LayerNormalization()(embed(words, kWidth));
  for (std::int64_t block = 0; block < kBlocks; ++block) {
    x = add_and_norm(x, layers::MultiHeadAttention(kHeads, kWidth / kHeads)({x, x}));
    const SymbolicTensor inner = layers::Dense(kInner, {.activation = "gelu"})(x);
    x = add_and_norm(x, layers::Dense(kWidth)(inner));
  }
  return layers::GlobalAveragePooling1D()(x);
}

/// Of the products with weights.
std::vector<Workload> workloads() {
  const double recurrent = 2.0 * kUnits * (kFeatures + kUnits);
  const double one_way = 2.0 * kUnits / 2 * (kFeatures + kUnits / 2);
  const double block = 2.0 * (4 * kWidth * kWidth + 2 * kWidth * kInner);
  return {{"lstm", lstm, 4 * recurrent},
          {"bilstm", bilstm, 2 * 4 * one_way},
          {"gru", gru, 3 * recurrent},
          {"encoder", encoder, kBlocks * block}};
}

/// Sentences of 9 % to 83 % of the steps.
domino::Tensor make_words() {
  std::vector<std::int32_t> ids;
  for (std::int64_t row = 0; row < kBatch; ++row) {
    const std::int64_t length = kSteps / 10 + row * (kSteps * 74 / 100) / (kBatch - 1);
    for (std::int64_t step = 0; step < kSteps; ++step) {
      const std::int64_t word = 1 + (row * kSteps + step) * 7919 % (kVocabulary - 1);
      ids.push_back(step < length ? static_cast<std::int32_t>(word) : 0);
    }
  }
  return domino::Tensor({kBatch, kSteps}, ids);
}

double count_words(const domino::Tensor& words) {
  const auto ids = words.data<std::int32_t>();
  return static_cast<double>(kBatch * kSteps - std::ranges::count(ids, 0));
}

double median_seconds(const std::function<void()>& pass) {
  std::vector<double> seconds;
  for (int i = 0; i < kPasses; ++i) {
    const auto start = std::chrono::steady_clock::now();
    pass();
    seconds.push_back(
        std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count());
  }
  std::ranges::nth_element(seconds, seconds.begin() + kPasses / 2);
  return seconds[kPasses / 2];
}

double largest_difference(const domino::Tensor& a, const domino::Tensor& b) {
  double largest = 0;
  for (std::size_t i = 0; i < a.data<float>().size(); ++i) {
    const double apart = std::fabs(a.data<float>()[i] - b.data<float>()[i]);
    largest = std::isnan(apart) ? apart : std::max(largest, apart);
  }
  return largest;
}

/// Whether all devices give the same.
bool time_on_each(const Workload& workload, const std::vector<std::string>& devices) {
  const auto input = domino::Input({.shape = {domino::kAny}, .dtype = domino::DType::Int32});
  const domino::Model model(input, workload.layers(input));
  const domino::Tensor words = make_words();
  domino::Tensor first;
  bool same = true;
  for (const std::string& device : devices) {
    const auto predict = [&] {
      return model.predict(words, {.batch_size = kBatch, .device = device});
    };
    const domino::Tensor output = predict();
    if (!first.defined()) first = output;
    const double error = largest_difference(output, first);
    const double seconds = median_seconds([&] { predict(); });
    const double rate = count_words(words) / seconds;
    std::printf("%-8s %-8s %9.3f ms %12.0f words/s %9.1f GFLOP/s   differs by %.2g\n",
                workload.name.c_str(), device.c_str(), seconds * 1e3, rate,
                rate * workload.flop_per_word / 1e9, error);
    std::fflush(stdout);
    same = same && error <= kMostError;
  }
  return same;
}

}  // namespace

int main(int argc, char** argv) {
  std::vector<std::string> devices(argv + 1, argv + argc);
  if (devices.empty()) devices = {"cpu", "cuda"};
  try {
    bool same = true;
    for (const Workload& workload : workloads()) same = time_on_each(workload, devices) && same;
    return same ? 0 : 1;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "domino_bench_devices: %s\n", error.what());
    return 1;
  }
}
