#include <iostream>
#include <memory>

#include "domino/cli/commands.h"
#include "domino/cli/model_argument.h"

namespace domino::cli {

void add_summary(CLI::App& program) {
  struct Options {
    ModelArgument model;
    MaskedInputs masked;
  };
  const auto options = std::make_shared<Options>();
  CLI::App* command =
      program.add_subcommand("summary", "Prints a table of the layers, with what they do to masks");
  options->model.add_to(*command);
  options->masked.add_to(*command);
  command->footer(
      "Examples:\n"
      "  domino summary model.keras\n"
      "  domino summary model.keras --rules intended");
  command->callback([options] {
    const Model model = options->model.load();
    std::cout << model.summary(options->masked.flags(model));
  });
}

}  // namespace domino::cli
