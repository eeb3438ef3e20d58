#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "domino/core/mask.h"
#include "domino/graph/call.h"
#include "domino/graph/layer.h"
#include "domino/graph/mask_rules.h"
#include "domino/graph/symbolic_tensor.h"

namespace domino {

/// Which masks go where in one call.
struct MaskResolution {
  std::vector<OptionalMasks> passed;  ///< per parameter and tensor, what `call` is given
  OptionalMasks previous;  ///< per tensor of the first argument, what compute_mask is given
  std::vector<std::string> accidents;  ///< sentences on what Keras' rules changed
};

/// What a layer's outputs are that it hands through: the input's object, whose mask they keep under
/// Keras' rules, or, while Keras wires a graph, objects of their own.
enum class Objects : std::uint8_t { Shared, New };

/// What one call did with masks.
struct CallTrace {
  MaskResolution masks;
  std::vector<bool> hung;  ///< per output: its mask was hung on it by `call` itself
  /// Per output: which input object it is (parameter, position), if the layer handed one through.
  std::vector<std::optional<std::pair<int, int>>> alias = {};
  /// Of a layer of one tensor that hangs masks itself, on meta: what its compute_mask gives beside that.
  OptionalMasks computed = {};
  /// What a model left hanging on its input objects, under Keras' rules.
  std::optional<OptionalMasks> left_on_inputs = {};
};

/// Decides which masks a call is given: the one place where masks meet rules, for eager calls,
/// sublayers, nested models and the pass alike.
///
/// An explicit mask beats the one that the tensor carries. Throws MaskError if the layer takes no mask
/// for an argument that is given one.
MaskResolution resolve_masks(const Layer& layer, const Call<Tensor>& call, MaskRules rules);

/// Masks of the outputs of a layer that supports masking, by its `compute_mask`; per output. What
/// Keras' rules changed in them is added to `masks.accidents`.
OptionalMasks output_masks(const Layer& layer, const Arguments& arguments, MaskResolution& masks,
                           std::size_t outputs, MaskRules rules);

/// The call with floating tensors (and masks given by hand) in float32, in which layers compute. A
/// model is left alone, as its inputs have dtypes of their own, and so is a function.
Call<Tensor> in_compute_dtype(const Layer& layer, Call<Tensor> call);

/// Runs the layer's `call`. Layers called inside it must be its sublayers, or have no weights.
Tensors call_layer(const Layer& layer, const Arguments& arguments);

/// Calls a layer: builds it if this is its first call, resolves the masks, computes, hangs the output
/// masks. Warns, once per layer, if the layer ends a mask because it does not support masking.
///
/// Works on numbers and on meta tensors. Errors leave with the layer's name and input shapes in front.
Tensors invoke(const Layer& layer, const Call<Tensor>& call, MaskRules rules,
               CallTrace* trace = nullptr, Objects objects = Objects::Shared);

/// The first call builds the layer; `shapes` may hold unknown sizes.
void build(const Layer& layer, const std::vector<std::vector<Shape>>& shapes);

/// `LSTM 'lstm' on (2, 3, 4)`.
std::string call_title(const Layer& layer, const Call<Tensor>& call);

/// What a call gives, with sizes known only where they do not depend on unknown ones.
struct InferredCall {
  std::vector<EdgeFacts> outputs;
  CallTrace trace;  ///< on meta tensors of probe sizes: compare value numbers, not sizes
};

/// Runs the call twice on meta tensors, with two different probe sizes for the unknown sizes; where
/// the outputs' sizes differ they are unknown. Throws what the layer throws.
InferredCall infer_call(const Layer& layer, const Call<EdgeFacts>& call, MaskRules rules,
                        Objects objects = Objects::Shared);

/// A call as far as it is known while a graph is wired.
Call<EdgeFacts> edge_facts(const Call<SymbolicTensor>& call);

/// The same as `infer_call`, while a graph is wired: what a layer hands through is a new object, and
/// some layers of Keras end masks only then.
InferredCall infer_wired_call(const Layer& layer, const Call<EdgeFacts>& call, MaskRules rules);

/// Records a call for a Model: infers its outputs and makes a CallNode. Errors name the user's line.
SymbolicTensors wire(const Layer& layer, Call<SymbolicTensor> call);

/// Calls a layer at once, under the current rules.
Tensors call_eagerly(const Layer& layer, const Call<Tensor>& call);

}  // namespace domino
