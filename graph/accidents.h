#pragma once

#include <span>
#include <string_view>

#include "domino/graph/invoke.h"

namespace domino {

/// Where Keras 3.15.1 departs from its documented mask rules. Layers implement the documented rule;
/// under MaskRules::Keras each row that applies changes masks on their way in or out.
struct Accident {
  std::string_view name;
  /// What the report says; follows the layer's title.
  std::string_view sentence;
  /// Changes what the call is given; false if it changed nothing. Null if the row is about outputs.
  bool (*masks_in)(const Layer& layer, const Call<Tensor>& call, MaskResolution& masks);
  /// Changes the masks of the outputs; false if it changed nothing. Null if the row is about inputs.
  bool (*masks_out)(const Layer& layer, const MaskResolution& masks, OptionalMasks& outputs);
  /// The row changes what a mask is, not where it goes: a planned graph applies it to numbers.
  bool on_numbers = false;
};

/// Applies the rows that change numbers to masks that a plan has already sent their ways.
void adapt_numbers(const Layer& layer, const Call<Tensor>& call, MaskResolution& masks);

/// All of them, in the order in which they act.
std::span<const Accident> accidents();

/// Models, SpectralNormalization and ReversibleEmbedding hand masks on when they run, but not while
/// Keras wires a graph: then their outputs are new objects (keras/src/models/functional.py,
/// spectral_normalization.py, reversible_embedding.py).
bool ends_masks_while_wired(const Layer& layer);

/// Whether Keras, while it wires a graph, writes the masks that it sees into a call that names none: on
/// the fast path of keras/src/layers/layer.py, __call__, and in every call of a model, whose keywords
/// are not copied there.
bool writes_masks_while_wired(const Layer& layer, const Call<EdgeFacts>& call);

/// MultiHeadAttention deletes the masks of its query, key and value objects at run time
/// (keras/src/layers/attention/multi_head_attention.py); symbolically nothing happens.
bool takes_masks_off_inputs(const Layer& layer);
inline constexpr std::string_view kTakesOffSentence =
    "takes the mask off its inputs, as Keras 3.15 does";

}  // namespace domino
