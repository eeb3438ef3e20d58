#pragma once

#include <map>
#include <optional>
#include <utility>

#include "domino/backends/meta/trace.h"
#include "domino/graph/model.h"
#include "domino/io/mask_operations_internal.h"
#include "domino/io/run_time_masks_internal.h"

namespace domino {

/// The tensors of a model, and those that stand for them in the graph that is wired for Keras.
class RewiredTensors {
 public:
  /// `rules` are those of the outermost model; under Keras' the masks are the wired ones.
  RewiredTensors(const Model& model, MaskRules rules, const InputMasks& inputs);

  /// What stands for a tensor, or for the mask that is read off one.
  SymbolicTensor now(const SymbolicTensor& before);
  /// The mask of a tensor as a tensor.
  SymbolicTensor mask_of(const SymbolicTensor& before);
  /// The same where Keras sees a mask while it wires, under its rules that one; none if there are no
  /// words for it, so that Keras has to write it.
  std::optional<SymbolicTensor> written_mask(const SymbolicTensor& before);
  /// What stands for a tensor, as an object of its own that carries the same mask.
  SymbolicTensor copy_of(const SymbolicTensor& before);
  /// A value of the old graph, made of the tensors that are known.
  SymbolicTensor made(const ValueNumber& value) { return operations_.tensor(value); }

  /// From now on `after` stands for `before`, whose numbers `computed` has too.
  void set(const SymbolicTensor& before, const SymbolicTensor& computed,
           const SymbolicTensor& after);

  const RunTimeMasks& masks() const { return *masks_; }
  /// A tensor of the new graph with the mask that it carries in one of the cases.
  EdgeFacts facts(const SymbolicTensor& after, int run) const;

 private:
  using Place = std::pair<const CallNode*, int>;
  static Place place(const SymbolicTensor& tensor);
  void follow_values(MaskRules rules);

  const Dag& dag_;
  meta::Trace trace_;
  std::optional<RunTimeMasks> masks_;
  MaskOperations operations_;
  std::map<Place, SymbolicTensor> now_;
  std::map<Place, SymbolicTensor> before_;
};

}  // namespace domino
