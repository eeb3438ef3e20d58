// domino_save_built_models FOLDER
//
// Models built in C++ under the intended rules, saved to FOLDER as cases that Keras can judge; each once
// more under Keras' rules, as NAME_keras.

#include <exception>
#include <filesystem>
#include <iostream>

#include "domino/graph/warnings.h"
#include "domino/io/save_model.h"
#include "tests/differential/built_models.h"

namespace domino::testing {
namespace {

void save(const Model& model, const std::string& name, const std::vector<Tensors>& batches,
          const std::filesystem::path& folder) {
  save_model(model, folder / (name + ".keras"));
  write_case(folder, name, model, batches);
}

void save_all(const std::filesystem::path& folder) {
  set_warning_sink([](const std::string&) {});
  std::filesystem::create_directories(folder);
  for (const BuiltModel& built : built_models()) {
    save(built.model, built.name, built.batches, folder);
    if (!built.runs_by_keras_rules) continue;
    save(built.model.with_rules(MaskRules::Keras), built.name + "_keras", built.batches, folder);
  }
}

}  // namespace
}  // namespace domino::testing

int main(int argc, char** argv) {
  if (argc != 2) {
    std::cerr << "usage: domino_save_built_models FOLDER\n";
    return 2;
  }
  try {
    domino::testing::save_all(argv[1]);
  } catch (const std::exception& error) {
    std::cerr << "domino_save_built_models: " << error.what() << '\n';
    return 1;
  }
}
