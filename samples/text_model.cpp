// A model that takes sentences: Keras saved it with its TextVectorization, and it runs here as it is.
#include <unistd.h>

#include <exception>
#include <iomanip>
#include <iostream>
#include <string>
#include <vector>

#include "domino/io/load_model.h"

int main() {
  try {
    const domino::Model model = domino::load_model(DOMINO_REVIEWS_FOLDER "/reviews_text.keras");
    std::vector<std::string> sentences;
    if (isatty(STDIN_FILENO) == 1) std::cout << "Type sentences about films; Ctrl-D ends.\n";
    for (std::string line; std::getline(std::cin, line);) sentences.push_back(line);
    if (sentences.empty()) {
      sentences = {"A gorgeous, witty, seductive movie.",
                   "The plot is dull, and it's far too long."};
    }
    const auto count = static_cast<std::int64_t>(sentences.size());
    const domino::Tensor positive = model.predict(domino::Tensor({count, 1}, sentences));
    std::cout << std::fixed << std::setprecision(2);
    for (std::int64_t i = 0; i < count; ++i) {
      std::cout << positive.item({i, 0}) << "  " << sentences[static_cast<std::size_t>(i)] << '\n';
    }
  } catch (const std::exception& error) {
    std::cerr << "text_model: " << error.what() << '\n';
    return 1;
  }
}
