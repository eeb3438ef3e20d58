#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "domino/core/config.h"
#include "domino/graph/call.h"
#include "domino/graph/layer.h"
#include "domino/graph/symbolic_tensor.h"

namespace domino {

/// Where a tensor of a Functional configuration comes from: Keras' `keras_history`.
struct KerasHistory {
  std::string layer;
  std::int64_t call = 0;    ///< which call of the layer
  std::int64_t output = 0;  ///< which of its outputs
};

/// One call in a Functional configuration: `{"args": [...], "kwargs": {...}}`
/// (keras/src/models/functional.py, deserialize_node).
class RecordedCall {
 public:
  explicit RecordedCall(const Config& node);

  /// Every tensor that the call reads, masks included.
  const std::vector<KerasHistory>& tensors() const { return tensors_; }

  /// The call as `layer` takes it; `given` are the tensors. Throws BuildError for arguments that the
  /// layer does not have.
  Call<SymbolicTensor> on(const Layer& layer, const SymbolicTensors& given) const;

 private:
  Config args_;  // with Operation::argument_place(i) where tensors_[i] stands
  Config kwargs_;
  std::vector<KerasHistory> tensors_;
};

}  // namespace domino
