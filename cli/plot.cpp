#include <memory>

#include "domino/cli/commands.h"
#include "domino/cli/graphviz.h"
#include "domino/cli/model_argument.h"
#include "domino/graph/mask_graph.h"
#include "domino/io/new_file_internal.h"

namespace domino::cli {
namespace {

struct PlotOptions {
  ModelArgument model;
  MaskedInputs masked;
  std::filesystem::path file;
};

std::string check_suffix(const std::string& file) {
  const std::string suffix = std::filesystem::path(file).extension();
  if (suffix == ".svg" || suffix == ".png" || suffix == ".dot") return "";
  return "'" + file + "' ends in none of .svg, .png and .dot";
}

void run(const PlotOptions& options) {
  const Model model = options.model.load();
  const std::string graph = mask_graph(model, options.masked.flags(model));
  const std::string format = options.file.extension().string().substr(1);
  if (format != "dot") return draw(graph, format, options.file);
  NewFile file(options.file);
  file.write(std::as_bytes(std::span(graph)));
  file.commit();
}

}  // namespace

void add_plot(CLI::App& program) {
  const auto options = std::make_shared<PlotOptions>();
  CLI::App* command = program.add_subcommand(
      "plot", "Draws the graph of a model, with the ways of its masks in colour");
  options->model.add_to(*command);
  options->masked.add_to(*command);
  command
      ->add_option("-o,--output", options->file,
                   "The picture to write: .svg or .png, drawn by Graphviz' dot, or its .dot source")
      ->required()
      ->check(CLI::Validator(check_suffix, "FILE.svg|png|dot"));
  command->footer(
      "Examples:\n"
      "  domino plot model.keras -o model.svg\n"
      "  domino plot model.keras -o model.png --rules intended");
  command->callback([options] { run(*options); });
}

}  // namespace domino::cli
