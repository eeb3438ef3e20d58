#pragma once

#include <string>
#include <utility>
#include <vector>

#include "domino/graph/layer_templates.h"

namespace domino::layers {

/// Options of the merging layers that have none but a name.
struct MergeOptions {
  std::string name = {};
  void fields(Fields&) {}
};

/// Throws ShapeError unless tensors of these shapes can be merged element by element.
void check_mergeable(const std::vector<Shape>& shapes);

/// The tensors brought to one rank by axes of size 1 behind the batch axis. Those that need none
/// keep their masks; the others lose them, as in Keras.
Tensors with_one_rank(const Tensors& inputs);

/// Kept where any of the masks keeps; none unless every input has one.
OptionalMask any_of_masks(const OptionalMasks& masks);

/// A (batch, ...) mask on every feature of `x`, or an undefined tensor if `x` carries none.
Tensor mask_of_entries(const Tensor& x);

/// The entries as a mask again: kept where any feature is. `entries` may be undefined.
OptionalMask mask_of_steps(const Tensor& entries);

/// Merges one input after the other by `merge`, a masked entry yielding to the other side; the
/// result carries its mask. Once an input has none, neither has what came before.
Tensor merge_unmasked(const Tensors& inputs, Tensor (*merge)(const Tensor&, const Tensor&));

/// A layer that merges a list of tensors element by element, broadcasting (keras' base_merge.py).
///
/// `D` has `Tensor merge(const Tensors&) const`, which gets tensors of one rank.
template <class D>
class Merge : public ListLayer<D> {
 public:
  using Options = MergeOptions;
  const MergeOptions& options() const { return options_; }

  void build(const std::vector<Shape>& shapes) const { check_mergeable(shapes); }
  Tensor call(const Tensors& inputs) const { return this->self().merge(with_one_rank(inputs)); }
  OptionalMask compute_mask(const Tensors&, const OptionalMasks& masks) const {
    return any_of_masks(masks);
  }

 protected:
  explicit Merge(MergeOptions options) : ListLayer<D>(options.name), options_(std::move(options)) {}

 private:
  const MergeOptions options_;
};

}  // namespace domino::layers
