// Computes batches whenever it is told to, so that compare/ can time Domino in turn with others.
//
//   domino_bench_passes MODEL THREADS [DEVICE]
//
// Commands come on stdin, a line each; each is answered by a line:
//   case NAME FILE      reads batches from a .safetensors file, "0000.words", "0001.words", ...: ok
//   outputs NAME FILE   writes what the model gives for them, "0000", "0001", ...: ok
//   go NAME             computes all of them in turn: the seconds that took

#include <chrono>
#include <cstdlib>
#include <exception>
#include <iostream>
#include <map>
#include <sstream>
#include <string>
#include <utility>

#include "domino/io/load_model.h"
#include "domino/io/safetensors.h"

namespace {

using Batches = std::map<std::string, domino::Tensors>;

/// The inputs of each batch, in the order of the model's inputs.
Batches read_batches(const std::string& file, const domino::Model& model) {
  std::map<std::string, std::map<std::string, domino::Tensor>> by_name;
  for (const auto& [name, value] : domino::read_safetensors(file)) {
    const std::size_t dot = name.find('.');
    by_name[name.substr(0, dot)][name.substr(dot + 1)] = value;
  }
  Batches batches;
  for (const auto& [number, inputs] : by_name) {
    for (const std::string& name : model.input_names()) {
      batches[number].push_back(inputs.at(name));
    }
  }
  return batches;
}

class Passes {
 public:
  Passes(const std::string& model, int threads, std::string device)
      : model_(domino::load_model(model)), threads_(threads), device_(std::move(device)) {}

  std::string answer(const std::string& line) {
    std::istringstream words(line);
    std::string command;
    std::string name;
    std::string file;
    words >> command >> name >> file;
    if (command == "case") cases_[name] = read_batches(file, model_);
    if (command == "outputs") write_outputs(cases_.at(name), file);
    if (command == "go") return std::to_string(seconds_of(cases_.at(name)));
    return "ok";
  }

 private:
  domino::Tensors compute(const domino::Tensors& inputs) const {
    return model_.predict(
        inputs, {.batch_size = inputs.front().size(0), .device = device_, .threads = threads_});
  }

  void write_outputs(const Batches& batches, const std::string& file) const {
    domino::NamedTensors outputs;
    for (const auto& [number, inputs] : batches) {
      outputs.push_back({number, compute(inputs).front()});
    }
    domino::write_safetensors(file, outputs);
  }

  double seconds_of(const Batches& batches) const {
    const auto start = std::chrono::steady_clock::now();
    for (const auto& [number, inputs] : batches) static_cast<void>(compute(inputs));
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  }

  const domino::Model model_;
  const int threads_;
  const std::string device_;
  std::map<std::string, Batches> cases_;
};

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3 && argc != 4) {
    std::cerr << "usage: domino_bench_passes MODEL THREADS [DEVICE]\n";
    return 2;
  }
  try {
    Passes passes(argv[1], std::atoi(argv[2]), argc == 4 ? argv[3] : "cpu");
    for (std::string line; std::getline(std::cin, line);) {
      std::cout << passes.answer(line) << std::endl;
    }
  } catch (const std::exception& error) {
    std::cerr << "domino_bench_passes: " << error.what() << '\n';
    return 1;
  }
}
