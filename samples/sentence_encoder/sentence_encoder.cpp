// Which sentences are close to yours? all-MiniLM-L6-v2, built of Domino's layers, makes a vector of
// each sentence; close vectors mean alike.
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <exception>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <numeric>
#include <optional>
#include <string>
#include <vector>

#include "domino/backends/ops.h"
#include "domino/core/error.h"
#include "domino/io/safetensors.h"
#include "domino/utils/pad_sequences.h"
#include "model_folder.h"

namespace {

namespace ops = domino::ops;
using domino::Tensor;
using sentence_encoder::SentenceEncoder;

constexpr std::size_t kShown = 5;

struct Options {
  std::filesystem::path model;
  std::filesystem::path sentences = DOMINO_REVIEWS_FOLDER "/reviews.tsv";
  std::string ask;                   // empty: the lines of stdin
  std::filesystem::path embeddings;  // empty: answer questions
  bool tokens = false;               // print them and nothing else
};

/// Sentences, their tokens, and their vectors, a row each.
struct Library {
  std::vector<std::string> sentences;
  std::vector<std::vector<int>> tokens;
  Tensor embeddings;
};

/// The lines of a text file. In a .tsv file the first line has the names of the columns, and the last
/// column the sentences.
std::vector<std::string> read_sentences(const std::filesystem::path& path) {
  std::ifstream file(path);
  std::string line;
  const bool table = path.extension() == ".tsv";
  if (table) std::getline(file, line);
  std::vector<std::string> sentences;
  while (std::getline(file, line)) {
    sentences.push_back(table ? line.substr(line.rfind('\t') + 1) : line);
  }
  if (sentences.empty()) throw domino::IoError("no sentences in '" + path.string() + "'");
  return sentences;
}

std::vector<std::vector<int>> tokenize(const SentenceEncoder& encoder,
                                       const std::vector<std::string>& sentences) {
  std::vector<std::vector<int>> tokens;
  for (const std::string& sentence : sentences) tokens.push_back(encoder.tokenize(sentence));
  return tokens;
}

Library encode(const SentenceEncoder& encoder, const std::vector<std::string>& sentences) {
  Library library{.sentences = sentences, .tokens = tokenize(encoder, sentences)};
  library.embeddings = encoder.model.predict(library.tokens, {.progress = true});
  return library;
}

/// The cosine of the sentence to each one of the library: all vectors have length 1.
std::vector<float> cosines(const SentenceEncoder& encoder, const Library& library,
                           const std::string& sentence) {
  const Library asked = encode(encoder, {sentence});
  const Tensor products = ops::matmul(library.embeddings, ops::transpose(asked.embeddings, {1, 0}));
  const auto numbers = products.data<float>();
  return {numbers.begin(), numbers.end()};
}

void answer(const SentenceEncoder& encoder, const Library& library, const std::string& sentence) {
  const std::vector<float> cosine = cosines(encoder, library, sentence);
  std::vector<std::size_t> order(cosine.size());
  std::iota(order.begin(), order.end(), 0);
  const auto shown = order.begin() + static_cast<std::ptrdiff_t>(std::min(kShown, order.size()));
  std::ranges::partial_sort(order, shown, std::ranges::greater(),
                            [&](std::size_t i) { return cosine[i]; });
  std::printf("%s\n", sentence.c_str());
  for (const std::size_t i : std::vector(order.begin(), shown)) {
    std::printf("  %.2f  %s\n", cosine[i], library.sentences[i].c_str());
  }
}

void answer_stdin(const SentenceEncoder& encoder, const Library& library) {
  if (isatty(STDIN_FILENO) == 1) std::printf("Type a sentence; Ctrl-D ends.\n");
  for (std::string line; std::getline(std::cin, line);) answer(encoder, library, line);
}

void write_embeddings(const Library& library, const std::filesystem::path& file) {
  const Tensor ids = domino::utils::pad_sequences(library.tokens, {.padding = "post"});
  domino::write_safetensors(file, {{"ids", ids}, {"embeddings", library.embeddings}});
}

void print_tokens(const std::vector<std::vector<int>>& tokens) {
  for (const std::vector<int>& ids : tokens) {
    for (const int id : ids) std::cout << id << ' ';
    std::cout << '\n';
  }
}

void run(const Options& options) {
  const SentenceEncoder encoder = sentence_encoder::open_sentence_encoder(options.model);
  const std::vector<std::string> sentences = read_sentences(options.sentences);
  if (options.tokens) return print_tokens(tokenize(encoder, sentences));
  const Library library = encode(encoder, sentences);
  if (!options.embeddings.empty()) {
    write_embeddings(library, options.embeddings);
  } else if (!options.ask.empty()) {
    answer(encoder, library, options.ask);
  } else {
    answer_stdin(encoder, library);
  }
}

std::optional<Options> parse(const std::vector<std::string>& arguments) {
  Options options;
  std::vector<std::string> files;
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    const bool has_value = i + 1 < arguments.size();
    if (arguments[i] == "--ask" && has_value) {
      options.ask = arguments[++i];
    } else if (arguments[i] == "--embeddings" && has_value) {
      options.embeddings = arguments[++i];
    } else if (arguments[i] == "--tokens") {
      options.tokens = true;
    } else if (!arguments[i].starts_with("-")) {
      files.push_back(arguments[i]);
    } else {
      return std::nullopt;
    }
  }
  if (files.empty() || files.size() > 2) return std::nullopt;
  options.model = files[0];
  if (files.size() == 2) options.sentences = files[1];
  return options;
}

}  // namespace

int main(int argc, char** argv) {
  const std::optional<Options> options = parse({argv + 1, argv + argc});
  if (!options) {
    std::cerr << "usage: sentence_encoder MODEL_FOLDER [SENTENCES_FILE] [--ask SENTENCE]\n"
                 "                        [--embeddings OUT.safetensors] [--tokens]\n";
    return 2;
  }
  try {
    run(*options);
  } catch (const std::exception& error) {
    std::cerr << "sentence_encoder: " << error.what() << '\n';
    return 1;
  }
  return 0;
}
