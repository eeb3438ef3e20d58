#pragma once

#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "domino/core/config.h"
#include "domino/core/mask.h"
#include "domino/core/tensor.h"
#include "domino/graph/layer.h"

namespace domino::testing {

/// JSON as a Config.
Config config_of(const nlohmann::json& json);

/// What Keras computed: tests/parity/data/<name>.json and the tensors beside it. The format is
/// described in tests/parity/record.py.
class ParityFile {
 public:
  explicit ParityFile(const std::string& name);

  const nlohmann::json& index() const { return index_; }
  /// The tensor called `name`.
  Tensor tensor(const nlohmann::json& name) const;
  /// The mask called `name`; none for null.
  OptionalMask mask(const nlohmann::json& name) const;

 private:
  void read_strings();

  nlohmann::json index_;
  std::map<std::string, Tensor, std::less<>> tensors_;
};

/// The layer that LAYER describes, without weights until `give_weights`.
LayerHandle make_layer(const nlohmann::json& layer);
/// Builds the layer for inputs of these shapes and gives it the recorded weights.
void give_weights(const Layer& layer, const nlohmann::json& recorded, const ParityFile& file,
                  const std::vector<std::vector<Shape>>& shapes);

}  // namespace domino::testing
