#include "domino/cli/model_argument.h"

#include <algorithm>

#include "domino/core/check.h"
#include "domino/io/load_model.h"

namespace domino::cli {

void ModelArgument::add_to(CLI::App& command) {
  command.add_option("MODEL", file, "A model saved by Keras 3: .keras, or .h5 of a whole model")
      ->required();
  command
      .add_option("--rules", rules,
                  "keras: masks go as in Keras 3.15.1; intended: as Keras documents them")
      ->check(CLI::IsMember({"keras", "intended"}))
      ->capture_default_str();
}

Model ModelArgument::load() const {
  return load_model(
      file, {.rules = rules == "keras" ? MaskRules::Keras : MaskRules::Intended, .progress = true});
}

void MaskedInputs::add_to(CLI::App& command) {
  command.add_option("--masked", names,
                     "Inputs that bring a mask of their own, by name; by default none does");
}

std::vector<bool> MaskedInputs::flags(const Model& model) const {
  const std::vector<std::string> inputs = model.input_names();
  std::vector<bool> flags(inputs.size(), false);
  for (const std::string& name : names) {
    const auto found = std::ranges::find(inputs, name);
    check<ValueError>(found != inputs.end(), "--masked {}: {} has no such input; it has: {}", name,
                      model.title(), fmt::join(inputs, ", "));
    flags[static_cast<std::size_t>(found - inputs.begin())] = true;
  }
  return flags;
}

}  // namespace domino::cli
