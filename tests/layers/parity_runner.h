#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "domino/core/tensor.h"
#include "domino/graph/mask_rules.h"
#include "domino/graph/session.h"
#include "tests/layers/parity_file.h"

namespace domino::testing {

/// How a recorded case is run.
struct Way {
  std::string_view name;
  std::string_view expected;  ///< key in CASE
  MaskRules rules;
  bool model;       ///< in a model, not eagerly
  bool made_masks;  ///< the masks are made inside the model
};

/// What one run of a case gave.
struct Outcome {
  Tensors outputs;
  Tensors consumed;
  std::optional<bool> warned;
  std::string error;
};

/// Runs the cases of a file one way, on the current backend and in order: a case may go on with the
/// state of the one before.
class ParityRunner {
 public:
  ParityRunner(const ParityFile& file, const Way& way) : file_(file), way_(way) {}

  /// Runs the case CASE; `expected`, a RESULT, says which consumers there are.
  Outcome run(const nlohmann::json& recorded, const nlohmann::json& expected);

 private:
  struct Given;
  static Given given_tensors(const ParityFile& file, const nlohmann::json& recorded);
  const nlohmann::json& described(const nlohmann::json& recorded) const;
  LayerHandle consumer(const nlohmann::json& consumption, const Shape& shape) const;
  void run_eagerly(const nlohmann::json& recorded, const nlohmann::json& expected,
                   const Given& given, Outcome& outcome) const;
  void run_model(const nlohmann::json& recorded, const nlohmann::json& expected, const Given& given,
                 Outcome& outcome) const;

  const ParityFile& file_;
  const Way& way_;
  LayerHandle layer_;
  std::optional<Session> session_;
};

}  // namespace domino::testing
