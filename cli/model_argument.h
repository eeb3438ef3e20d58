#pragma once

#include <CLI/CLI.hpp>
#include <filesystem>
#include <string>
#include <vector>

#include "domino/graph/model.h"

namespace domino::cli {

/// MODEL and --rules, which every command takes.
struct ModelArgument {
  std::filesystem::path file;
  std::string rules = "keras";

  void add_to(CLI::App& command);
  Model load() const;
};

/// --masked, for commands that follow masks without data.
struct MaskedInputs {
  std::vector<std::string> names;

  void add_to(CLI::App& command);
  /// Per input of the model whether it brings a mask. Throws ValueError for other names.
  std::vector<bool> flags(const Model& model) const;
};

}  // namespace domino::cli
