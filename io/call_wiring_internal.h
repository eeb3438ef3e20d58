#pragma once

#include <map>
#include <utility>

#include "domino/io/rewired_tensors_internal.h"

namespace domino {

/// Writes the calls of a model's layers so that Keras gives them the masks that the model does.
class CallWiring {
 public:
  /// `rules` are those of the outermost model.
  CallWiring(RewiredTensors& tensors, MaskRules rules) : tensors_(tensors), rules_(rules) {}

  /// The same call on the tensors of the new graph.
  Call<SymbolicTensor> call_of(const CallNode& node);
  /// What stands for a tensor, or for the mask that is read off one.
  SymbolicTensor now(const SymbolicTensor& before);

  /// Whether Keras would compute something else with the calls as they were.
  bool changed() const { return changed_; }
  /// Whether Keras computes the same, but is told more.
  bool rewritten() const { return rewritten_; }

 private:
  /// The copies that one call reads, by what they are copies of.
  using Copies = std::map<std::pair<const CallNode*, int>, SymbolicTensor>;

  SymbolicTensor argument(const CallNode& node, std::size_t parameter, std::size_t index,
                          Copies& copies);
  MaskArgument<SymbolicTensor> masks(const CallNode& node, std::size_t parameter);
  std::size_t by_place(const CallNode& node);
  void write_masks(const CallNode& node, Call<SymbolicTensor>& call);
  void give_query_mask_as_attention_mask(const CallNode& node, Call<SymbolicTensor>& call);
  void give_mask_of_steps(const CallNode& node, Call<SymbolicTensor>& call);
  void spread_mask_over_steps(const CallNode& node, Call<SymbolicTensor>& call);

  RewiredTensors& tensors_;
  const MaskRules rules_;
  bool changed_ = false;
  bool rewritten_ = false;
};

}  // namespace domino
