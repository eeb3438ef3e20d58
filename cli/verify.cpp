#include <algorithm>
#include <iostream>
#include <memory>
#include <set>

#include "domino/backends/backend.h"
#include "domino/backends/ops.h"
#include "domino/cli/commands.h"
#include "domino/cli/compare.h"
#include "domino/cli/model_argument.h"
#include "domino/cli/run_options.h"
#include "domino/cli/tensor_files.h"
#include "domino/core/check.h"
#include "domino/graph/call_observer.h"

namespace domino::cli {
namespace {

struct VerifyOptions {
  ModelArgument model;
  std::filesystem::path inputs;
  std::filesystem::path expected;
  Tolerance tolerance;
  RunOptions run;
};

/// An output of a call inside the model, which the file of expected tensors names.
struct Intermediate {
  int vertex = 0;
  std::size_t output = 0;
  std::string name;
};

/// The first call of a layer, or -1.
int find_call(const Dag& dag, const std::string& layer) {
  for (const int vertex : dag.order()) {
    if (!dag.is_input(vertex) && dag.layer(vertex).name() == layer) return vertex;
  }
  return -1;
}

Intermediate find_intermediate(const Model& model, const std::string& name) {
  const Dag& dag = model.dag();
  if (const int vertex = find_call(dag, name); vertex >= 0) return {vertex, 0, name};
  const std::size_t colon = name.rfind(':');
  const std::string number = colon == std::string::npos ? "" : name.substr(colon + 1);
  const bool is_number =
      !number.empty() && number.find_first_not_of("0123456789") == std::string::npos;
  const int vertex = is_number && number.size() < 6 ? find_call(dag, name.substr(0, colon)) : -1;
  check<ValueError>(vertex >= 0,
                    "'{}' is no output of {}, no mask of one and no layer; its outputs are {}",
                    name, model.title(), fmt::join(names_of_outputs(model), ", "));
  const std::size_t output = std::stoul(number);
  const std::size_t count = dag.node(vertex).outputs.size();
  check<ValueError>(output < count, "'{}': {} has {} outputs, counted from 0", name,
                    dag.layer(vertex).title(), count);
  return {vertex, output, name};
}

/// The tensors that belong to no output, in the order in which they are computed.
std::vector<Intermediate> intermediates_in(const TensorsByName& expected, const Model& model) {
  std::set<std::string> outputs;
  for (const std::string& name : names_of_outputs(model)) {
    outputs.insert({name, name + std::string(kMaskSuffix)});
  }
  std::vector<Intermediate> found;
  for (const auto& [name, tensor] : expected) {
    if (!outputs.contains(name)) found.push_back(find_intermediate(model, name));
  }
  const std::vector<int>& order = model.dag().order();
  std::ranges::stable_sort(found, {}, [&](const Intermediate& each) {
    return std::ranges::find(order, each.vertex) - order.begin();
  });
  return found;
}

/// Hears what the calls of a model compute, batch by batch.
class Listener {
 public:
  Listener(const Model& model, const std::vector<Intermediate>& wanted)
      : wanted_(wanted),
        heard_(wanted.size()),
        observer_([this, &model](const Dag& dag, int vertex, const Tensors& outputs) {
          if (&dag == &model.dag()) hear(vertex, outputs);
        }) {}

  Tensor value(std::size_t index) const {
    const Tensors& batches = heard_[index];
    if (batches.size() == 1) return batches.front();
    return batches.empty() ? Tensor() : ops::concatenate(batches, 0);
  }

 private:
  void hear(int vertex, const Tensors& outputs) {
    for (std::size_t i = 0; i < wanted_.size(); ++i) {
      if (wanted_[i].vertex != vertex) continue;
      heard_[i].push_back(current_backend().download(outputs[wanted_[i].output].without_mask()));
    }
  }

  const std::vector<Intermediate>& wanted_;
  std::vector<Tensors> heard_;
  CallObserver observer_;
};

/// All comparisons, printed as they are made.
class Report {
 public:
  explicit Report(const Tolerance& tolerance) : tolerance_(tolerance) {}

  void compare(const std::string& what, const Tensor& actual, const Tensor& expected) {
    add(what, compare_numbers(actual, expected, tolerance_));
  }
  void compare_mask(const std::string& what, const OptionalMask& actual, const Tensor& expected) {
    add(what, compare_masks(actual ? actual->tensor() : Tensor(), expected));
  }
  void skip(const std::string& what) { std::cout << what << ": not in the expected tensors\n"; }

  const std::vector<std::string>& differing() const { return differing_; }
  int compared() const { return compared_; }

 private:
  void add(const std::string& what, const Comparison& comparison) {
    std::cout << what << ": " << comparison.text << '\n';
    if (comparison.differs) differing_.push_back(what);
    ++compared_;
  }

  const Tolerance tolerance_;
  std::vector<std::string> differing_;
  int compared_ = 0;
};

Tensor found(const TensorsByName& tensors, const std::string& name) {
  const auto it = tensors.find(name);
  return it == tensors.end() ? Tensor() : it->second;
}

void compare_outputs(const Model& model, const Tensors& outputs, const TensorsByName& expected,
                     Report& report) {
  const std::vector<std::string> names = names_of_outputs(model);
  for (std::size_t i = 0; i < names.size(); ++i) {
    const Tensor mask = found(expected, names[i] + std::string(kMaskSuffix));
    const Tensor values = found(expected, names[i]);
    const std::string what = "output '" + names[i] + "'";
    if (!values.defined() && !mask.defined()) {
      report.skip(what);
      continue;
    }
    if (values.defined()) report.compare(what, outputs[i], values);
    if (mask.defined() || outputs[i].mask()) {
      report.compare_mask("mask of " + what, outputs[i].mask(), mask);
    }
  }
}

void run(const VerifyOptions& options) {
  options.run.check_device();
  const Model model = options.model.load();
  const Tensors inputs = read_inputs(options.inputs, model);
  const TensorsByName expected = read_tensors(options.expected);
  const std::vector<Intermediate> inside = intermediates_in(expected, model);
  const Listener listener(model, inside);
  const Tensors outputs = options.run.predict(model, inputs);

  Report report(options.tolerance);
  for (std::size_t i = 0; i < inside.size(); ++i) {
    const std::string what =
        fmt::format("layer {} '{}'", model.dag().layer(inside[i].vertex).type(), inside[i].name);
    report.compare(what, listener.value(i), expected.at(inside[i].name));
  }
  compare_outputs(model, outputs, expected, report);
  check<ValueError>(report.compared() > 0, "{}: holds no tensor", options.expected.string());
  check<ValueError>(report.differing().empty(), "{}: {} of {} tensors differ from {}, first {}",
                    options.model.file.string(), report.differing().size(), report.compared(),
                    options.expected.string(),
                    report.differing().empty() ? "" : report.differing().front());
}

}  // namespace

void add_verify(CLI::App& program) {
  const auto options = std::make_shared<VerifyOptions>();
  CLI::App* command = program.add_subcommand(
      "verify",
      "Compares what a model computes with what Keras computed; exits with 1 if it differs");
  options->model.add_to(*command);
  command->add_option("--inputs", options->inputs, "A file as for predict")->required();
  command
      ->add_option(
          "--expected", options->expected,
          "A .safetensors file as predict writes it. It may hold what layers inside compute, "
          "too, under the layer's name, or NAME:1 for its second output (of a layer called "
          "several times, its first call)")
      ->required();
  command
      ->add_option("--rtol", options->tolerance.relative,
                   "Numbers may differ by atol + rtol * |expected|; masks must be equal")
      ->check(CLI::NonNegativeNumber)
      ->capture_default_str();
  command->add_option("--atol", options->tolerance.absolute)
      ->check(CLI::NonNegativeNumber)
      ->capture_default_str();
  options->run.add_device_to(*command);
  options->run.add_batch_size_to(*command);
  options->run.add_threads_to(*command);
  command->footer(
      "Examples:\n"
      "  domino verify model.keras --inputs in.safetensors --expected keras.safetensors\n"
      "  domino verify model.keras --inputs in.safetensors --expected keras.safetensors --rules "
      "intended\n"
      "The second shows which outputs change if masks go as Keras documents them.");
  command->callback([options] { run(*options); });
}

}  // namespace domino::cli
