#pragma once

#include <map>
#include <optional>
#include <vector>

#include "domino/graph/dag.h"
#include "domino/graph/model.h"

namespace domino {

/// Which inputs of a model bring masks when it runs, as far as the graph around it tells.
struct InputMasks {
  std::vector<bool> may;
  std::vector<bool> always;
};

/// The masks of a model's tensors under the intended rules, for the different inputs that may bring
/// masks: for those that always do, for each of the others with them, for all that may.
///
/// Masks of inputs are taken to be (batch, steps). What the model refuses to run is left out.
class RunTimeMasks {
 public:
  RunTimeMasks(const Dag& dag, const InputMasks& inputs);

  int count() const { return static_cast<int>(plans_.size()); }
  /// The mask that hangs on a tensor in one of the cases.
  std::optional<ValueFacts> mask(const SymbolicTensor& tensor, int run) const;
  /// Whether one hangs on it in any, and in every case.
  bool may_carry(const SymbolicTensor& tensor) const;
  bool always_carries(const SymbolicTensor& tensor) const;
  /// The mask, if it is the same one in every case.
  std::optional<ValueFacts> fixed(const SymbolicTensor& tensor) const;
  /// Whether two tensors carry the same mask, or none, in every case.
  bool same(const SymbolicTensor& a, const SymbolicTensor& b) const;
  /// The tensor itself in one of the cases.
  ValueNumber value(const SymbolicTensor& tensor, int run) const;
  /// Whether a call uses the mask of a tensor, or it reaches an output of the model.
  bool matters(const SymbolicTensor& tensor) const;
  /// What the calls of a model inside this one bring it.
  InputMasks of_inner(const Layer& model) const;

 private:
  void follow(const std::vector<bool>& masked);
  bool is_used_by(int vertex, const Endpoint& from) const;
  void add_carriers(int vertex, std::vector<Endpoint>& carriers) const;

  const Dag& dag_;
  std::vector<MaskPlan> plans_;
};

}  // namespace domino
