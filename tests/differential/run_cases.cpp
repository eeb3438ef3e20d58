// domino_run_cases DEVICE FILE_OR_FOLDER...
//
// Compares each case with what Keras computed, packed and dense, with outputs exact and zero where masked,
// and prints, a JSON object per line, {"begin": name} and
// {"case": name, "differences": [{"kind", "text", "batch", "output"}], "accidents": {name: times},
// "padding": {name: times}} (plan_counts.h).
// A case that was begun and not reported has ended the process: it is the difference.

#include <exception>
#include <filesystem>
#include <iostream>
#include <nlohmann/json.hpp>

#include "domino/graph/warnings.h"
#include "tests/differential/compare_case.h"
#include "tests/differential/plan_counts.h"

namespace domino::testing {
namespace {

using nlohmann::json;

void print(const json& record) {
  std::cout << record.dump(-1, ' ', true, json::error_handler_t::replace) << std::endl;
}

json report(const std::filesystem::path& model, const std::string& device) {
  const SavedCase saved = read_case(model);
  json found = json::array();
  for (const bool packing : {true, false}) {
    for (const MaskedOutput masked_output : {MaskedOutput::Exact, MaskedOutput::Zero}) {
      const Way way{device, packing, masked_output};
      for (const Difference& each : compare_case(saved, way).differences) {
        found.push_back({{"kind", each.kind},
                         {"text", way.name() + ": " + each.text},
                         {"batch", each.batch},
                         {"output", each.output}});
      }
    }
  }
  const PlanCounts counts = found.empty() ? plan_counts(saved) : PlanCounts();
  return {{"case", saved.name()},
          {"differences", found},
          {"accidents", counts.accidents},
          {"padding", counts.padding}};
}

int run(const std::string& device, const std::vector<std::filesystem::path>& places) {
  set_warning_sink([](const std::string&) {});
  for (const auto& model : find_models(places)) {
    print({{"begin", model.stem().string()}});
    print(report(model, device));
  }
  return 0;
}

}  // namespace
}  // namespace domino::testing

int main(int argc, char** argv) {
  if (argc < 3) {
    std::cerr << "usage: domino_run_cases DEVICE FILE_OR_FOLDER...\n";
    return 2;
  }
  try {
    return domino::testing::run(argv[1], {argv + 2, argv + argc});
  } catch (const std::exception& error) {
    std::cerr << "domino_run_cases: " << error.what() << '\n';
    return 1;
  }
}
