#include <algorithm>
#include <chrono>
#include <functional>
#include <iostream>
#include <memory>
#include <nlohmann/json.hpp>

#include "domino/backends/ops.h"
#include "domino/cli/commands.h"
#include "domino/cli/model_argument.h"
#include "domino/cli/run_options.h"
#include "domino/cli/tensor_files.h"
#include "domino/core/check.h"
#include "domino/core/progress.h"

namespace domino::cli {
namespace {

struct BenchOptions {
  ModelArgument model;
  std::vector<std::filesystem::path> inputs;
  int repeat = 10;
  bool json = false;
  RunOptions run{.batch_size = 0, .progress = false};
};

double seconds(const std::function<void()>& work) {
  const auto start = std::chrono::steady_clock::now();
  work();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

/// The first mask that an input brings or a layer makes, with its numbers.
OptionalMask first_mask(const Model& model, const Tensors& inputs) {
  for (const Tensor& input : inputs) {
    if (input.mask()) return input.mask();
  }
  const Dag& dag = model.dag();
  SymbolicTensors wired;
  for (const Endpoint& input : dag.inputs()) {
    wired.emplace_back(dag.share(input.vertex), input.output);
  }
  for (const int vertex : dag.order()) {
    const auto& carried = model.plan().vertices[static_cast<std::size_t>(vertex)].outputs;
    for (int i = 0; i < static_cast<int>(carried.size()); ++i) {
      if (carried[static_cast<std::size_t>(i)] == kNoMaskId) continue;
      const Model cut(wired, SymbolicTensor(dag.share(vertex), i), {.rules = model.rules()});
      return cut(inputs).front().mask();
    }
  }
  return std::nullopt;
}

struct Steps {
  std::int64_t valid = 0;
  std::int64_t all = 0;
};

Steps count_steps(const Model& model, const Tensors& inputs) {
  const OptionalMask mask = first_mask(model, inputs);
  if (!mask) {
    const Shape& shape = inputs.front().shape();
    const std::int64_t steps = shape[0] * (shape.rank() > 1 ? shape[1] : 1);
    return {steps, steps};
  }
  const Tensor kept = ops::cast(mask->tensor(), DType::Bool);
  return {std::ranges::count(kept.data<bool>(), true), kept.elements()};
}

struct Measured {
  double load = 0;
  double first = 0;
  std::vector<double> passes;
  Steps steps;
};

Measured measure(const BenchOptions& options) {
  options.run.check_device();
  Measured measured;
  std::optional<Model> model;
  measured.load = seconds([&] { model.emplace(options.model.load()); });
  std::vector<Tensors> batches;
  for (const auto& file : options.inputs) {
    batches.push_back(read_inputs(file, *model));
    const Steps steps = count_steps(*model, batches.back());
    measured.steps.valid += steps.valid;
    measured.steps.all += steps.all;
  }
  const auto pass = [&] {
    for (const Tensors& batch : batches) options.run.predict(*model, batch);
  };
  Progress progress("bench", options.repeat + 1);
  measured.first = seconds(pass);
  progress.advance();
  for (int i = 0; i < options.repeat; ++i) {
    measured.passes.push_back(seconds(pass));
    progress.advance();
  }
  std::ranges::sort(measured.passes);
  return measured;
}

double median(const std::vector<double>& sorted) {
  const std::size_t middle = sorted.size() / 2;
  return sorted.size() % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

void print(const BenchOptions& options, const Measured& measured) {
  const double typical = median(measured.passes);
  const double least = measured.passes.front();
  if (options.json) {
    const nlohmann::ordered_json result = {{"median_s", typical},
                                           {"min_s", least},
                                           {"valid_steps", measured.steps.valid},
                                           {"steps", measured.steps.all},
                                           {"load_s", measured.load},
                                           {"first_pass_s", measured.first}};
    std::cout << result.dump() << '\n';
    return;
  }
  std::cout << fmt::format(
      "load        {:.6f} s\nfirst pass  {:.6f} s\nmedian      {:.6f} s of {} passes\n"
      "minimum     {:.6f} s\nsteps       {}, {} of them valid: {:.0f} valid steps/s\n",
      measured.load, measured.first, typical, measured.passes.size(), least, measured.steps.all,
      measured.steps.valid, static_cast<double>(measured.steps.valid) / typical);
}

}  // namespace

void add_bench(CLI::App& program) {
  const auto options = std::make_shared<BenchOptions>();
  CLI::App* command = program.add_subcommand(
      "bench", "Measures how long a model takes; one pass runs all files in turn");
  options->model.add_to(*command);
  command
      ->add_option("--inputs", options->inputs,
                   "One file as for predict, or several; each is one batch")
      ->required();
  command->add_option("--repeat", options->repeat, "Passes that are measured, behind a first one")
      ->check(CLI::Range(1, 1'000'000))
      ->capture_default_str();
  options->run.add_device_to(*command);
  options->run.add_threads_to(*command);
  command->add_flag("--json", options->json,
                    "One line: median_s, min_s, valid_steps, steps, load_s, first_pass_s");
  command->footer(
      "steps counts the entries of the first mask that an input brings or a layer makes, in all "
      "files\n"
      "together, and valid_steps those that it keeps; without a mask both are rows * steps of the "
      "first\n"
      "input. load_s is for the model, first_pass_s for the pass in which kernels are prepared.\n"
      "\n"
      "Examples:\n"
      "  domino bench model.keras --inputs in.safetensors\n"
      "  domino bench model.keras --inputs short.safetensors long.safetensors --repeat 50 --json");
  command->callback([options] { print(*options, measure(*options)); });
}

}  // namespace domino::cli
