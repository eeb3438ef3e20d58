// domino_resave_cases RULES FOLDER FILE_OR_FOLDER...
//
// The other way: loads each case under these rules, "keras" or "intended", and writes to FOLDER the case
// of the same name whose model Domino saved and whose outputs Domino computed. Keras can judge it. Prints,
// a JSON object per line, {"begin": name} and {"case": name, "refused": error or null}.

#include <exception>
#include <filesystem>
#include <iostream>
#include <nlohmann/json.hpp>

#include "domino/core/error.h"
#include "domino/graph/warnings.h"
#include "domino/io/load_model.h"
#include "domino/io/save_model.h"
#include "tests/differential/saved_case.h"

namespace domino::testing {
namespace {

using nlohmann::json;

void print(const json& record) {
  std::cout << record.dump(-1, ' ', true, json::error_handler_t::replace) << std::endl;
}

void resave(const std::filesystem::path& file, MaskRules rules,
            const std::filesystem::path& folder) {
  const SavedCase saved = read_case(file);
  const Model model = load_model(file, {.rules = rules});
  std::vector<Tensors> batches;
  for (const SavedBatch& batch : saved.batches) batches.push_back(batch.inputs);
  save_model(model, folder / (saved.name() + ".keras"));
  write_case(folder, saved.name(), model, batches);
}

int run(const std::string& rules, const std::filesystem::path& folder,
        const std::vector<std::filesystem::path>& places) {
  set_warning_sink([](const std::string&) {});
  for (const auto& file : find_models(places)) {
    const std::string name = file.stem().string();
    print({{"begin", name}});
    json refused;
    try {
      resave(file, rules == "keras" ? MaskRules::Keras : MaskRules::Intended, folder);
    } catch (const Error& error) {
      refused = error.what();
    }
    print({{"case", name}, {"refused", refused}});
  }
  return 0;
}

}  // namespace
}  // namespace domino::testing

int main(int argc, char** argv) {
  if (argc < 4) {
    std::cerr << "usage: domino_resave_cases keras|intended FOLDER FILE_OR_FOLDER...\n";
    return 2;
  }
  try {
    return domino::testing::run(argv[1], argv[2], {argv + 3, argv + argc});
  } catch (const std::exception& error) {
    std::cerr << "domino_resave_cases: " << error.what() << '\n';
    return 1;
  }
}
