// Is a sentence about a film positive? Keras trained a model on that question (train.py). Here the
// model runs in C++ on sentences it has not seen, and its answers are compared with those of Keras.
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <filesystem>
#include <iostream>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "domino/graph/model.h"
#include "domino/io/load_model.h"
#include "domino/io/load_weights.h"
#include "domino/layers.h"
#include "review_data.h"
#include "text_vectorizer.h"

namespace {

namespace layers = domino::layers;
using domino::Tensor;

const std::filesystem::path kFolder = DOMINO_REVIEWS_FOLDER;
constexpr double kTolerance = 1e-5;

/// Sentences have different lengths. Behind the short ones there is padding, token 0; Embedding makes
/// the mask that hides it, and the mask goes on to the LSTMs by itself.
domino::Model build_model() {
  const auto tokens =
      domino::Input({.shape = {domino::kAny}, .dtype = domino::DType::Int32, .name = "tokens"});
  auto x = layers::Embedding(10000, 32, {.mask_zero = true})(tokens);
  x = layers::Bidirectional(layers::LSTM(32))(x);
  const auto probability = layers::Dense(1, {.activation = "sigmoid"})(x);
  return domino::Model(tokens, probability, {.name = "reviews"});
}

struct Options {
  std::string device = "cpu";
  int repeat = 0;  // 0: the whole show; else how often to predict, for the times alone
};

struct Timed {
  Tensor answers;
  double seconds;
};

Timed predict_all(const domino::Model& model, const Reviews& reviews, const Options& options) {
  const auto start = std::chrono::steady_clock::now();
  Tensor answers =
      model.predict(reviews.tokens,
                    {.batch_size = 64, .device = options.device, .progress = options.repeat == 0});
  const std::chrono::duration<double> passed = std::chrono::steady_clock::now() - start;
  return {answers, passed.count()};
}

void print_accuracy(const char* who, const Tensor& answers, const Reviews& reviews) {
  const std::size_t right = count_right(answers, reviews);
  const std::size_t count = reviews.ids.size();
  const double share = 100.0 * static_cast<double>(right) / static_cast<double>(count);
  std::printf("%-7s %zu/%zu right (%.1f %%)\n", who, right, count, share);
}

/// Compares Domino with Keras and with people; true if Keras gave the same answers.
bool compare(const Timed& timed, const Reviews& reviews, const Options& options) {
  const double difference = largest_difference(timed.answers, reviews.keras);
  print_accuracy("Domino:", timed.answers, reviews);
  print_accuracy("Keras:", reviews.keras, reviews);
  std::printf("largest difference from Keras: %.1e (at most %.0e is fine)\n", difference,
              kTolerance);
  std::printf("%.0f sentences per second on %s\n",
              static_cast<double>(reviews.ids.size()) / timed.seconds, options.device.c_str());
  return difference <= kTolerance;
}

/// Prints the seconds of each repetition as JSON; true if the last one gave Keras' answers.
bool measure(const domino::Model& model, const Reviews& reviews, const Options& options) {
  std::printf(R"({"device": "%s", "sentences": %zu, "seconds": [)", options.device.c_str(),
              reviews.ids.size());
  Timed timed;
  for (int i = 0; i < options.repeat; ++i) {
    timed = predict_all(model, reviews, options);
    std::printf("%s%.6f", i == 0 ? "" : ", ", timed.seconds);
  }
  std::printf("]}\n");
  return largest_difference(timed.answers, reviews.keras) <= kTolerance;
}

/// Opens the model as Keras saved it; true if it answers as the one that was built here.
bool compare_with_file(const Tensor& answers, const Reviews& reviews, const Options& options) {
  const domino::Model model = domino::load_model(kFolder / "reviews.keras");
  const double difference =
      largest_difference(predict_all(model, reviews, options).answers, answers);
  std::printf("reviews.keras, opened: largest difference from the model built here: %.1e\n",
              difference);
  return difference <= kTolerance;
}

void judge(const domino::Model& model, const TextVectorizer& vectorize, const std::string& sentence,
           const Options& options) {
  const std::vector<std::vector<int>> tokens = {vectorize(sentence)};
  if (tokens[0].empty()) return;
  const double probability = model.predict(tokens, {.device = options.device}).item();
  std::printf("%s %.2f  %s\n", probability > 0.5 ? "positive" : "negative", probability,
              sentence.c_str());
}

/// Judges the lines of stdin; without a terminal and without lines, two sentences of its own.
void judge_stdin(const domino::Model& model, const TextVectorizer& vectorize,
                 const Options& options) {
  const bool typed = isatty(STDIN_FILENO) == 1;
  if (typed) std::printf("\nType a sentence about a film; Ctrl-D ends.\n");
  bool any = typed;
  for (std::string line; std::getline(std::cin, line); any = true) {
    judge(model, vectorize, line, options);
  }
  if (any) return;
  judge(model, vectorize, "A gorgeous, witty, seductive movie.", options);
  judge(model, vectorize, "The plot is dull, and it's far too long.", options);
}

bool run(const Options& options) {
  const TextVectorizer vectorize(kFolder / "vocabulary.txt");
  const Reviews reviews = read_reviews(kFolder, vectorize);
  const domino::Model model = build_model();
  domino::load_weights(model, kFolder / "reviews.safetensors");
  if (options.repeat > 0) return measure(model, reviews, options);

  std::cout << model.summary() << std::endl;
  const Timed timed = predict_all(model, reviews, options);
  const bool as_keras = compare(timed, reviews, options);
  const bool as_file = compare_with_file(timed.answers, reviews, options);
  judge_stdin(model, vectorize, options);
  return as_keras && as_file;
}

std::optional<Options> parse(const std::vector<std::string>& arguments) {
  Options options;
  for (std::size_t i = 0; i < arguments.size(); i += 2) {
    const std::string value = i + 1 < arguments.size() ? arguments[i + 1] : "";
    const bool device = value == "cpu" || value == "onednn" || value == "reference";
    if (arguments[i] == "--device" && device) {
      options.device = value;
    } else if (arguments[i] == "--repeat" && std::atoi(value.c_str()) > 0) {
      options.repeat = std::atoi(value.c_str());
    } else {
      return std::nullopt;
    }
  }
  return options;
}

}  // namespace

int main(int argc, char** argv) {
  const std::optional<Options> options = parse({argv + 1, argv + argc});
  if (!options) {
    std::cerr << "usage: reviews [--device cpu|onednn|reference] [--repeat N]\n";
    return 2;
  }
  try {
    return run(*options) ? 0 : 1;
  } catch (const std::exception& error) {
    std::cerr << "reviews: " << error.what() << '\n';
    return 1;
  }
}
