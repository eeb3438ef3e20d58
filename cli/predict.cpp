#include <memory>

#include "domino/cli/commands.h"
#include "domino/cli/model_argument.h"
#include "domino/cli/run_options.h"
#include "domino/cli/tensor_files.h"

namespace domino::cli {
namespace {

struct PredictOptions {
  ModelArgument model;
  std::filesystem::path inputs;
  std::filesystem::path outputs;
  RunOptions run;
};

void run(const PredictOptions& options) {
  options.run.check_device();
  const Model model = options.model.load();
  const Tensors outputs = options.run.predict(model, read_inputs(options.inputs, model));
  write_safetensors(options.outputs, named_outputs(model, outputs));
}

}  // namespace

void add_predict(CLI::App& program) {
  const auto options = std::make_shared<PredictOptions>();
  CLI::App* command = program.add_subcommand(
      "predict", "Computes a model's outputs, and the masks that they carry");
  options->model.add_to(*command);
  command
      ->add_option(
          "--inputs", options->inputs,
          "A .safetensors file with a tensor for each input under its name (any name if there "
          "is one input); NAME.mask is the mask that an input brings. For a model of texts also a "
          ".txt file, a string per line")
      ->required();
  command
      ->add_option(
          "--outputs", options->outputs,
          "The .safetensors file to write: each output under its name in Keras (the second of "
          "one name is NAME_1), and the mask that Keras' model(x) leaves on it as NAME.mask")
      ->required();
  options->run.add_device_to(*command);
  options->run.add_batch_size_to(*command);
  options->run.add_threads_to(*command);
  command->footer(
      "Examples:\n"
      "  domino predict model.keras --inputs in.safetensors --outputs out.safetensors\n"
      "  domino predict model.keras --inputs in.safetensors --outputs out.safetensors --threads 4");
  command->callback([options] { run(*options); });
}

}  // namespace domino::cli
