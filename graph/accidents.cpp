#include "domino/graph/accidents.h"

#include <algorithm>
#include <array>

#include "domino/backends/ops.h"
#include "domino/graph/carried_masks_internal.h"
#include "domino/graph/places_in_keras_internal.h"

namespace domino {
namespace {

// keras/src/layers/layer.py, Layer.__call__: a mask of None is looked up on the tensor.
bool none_is_not_given(const Layer& layer, const Call<Tensor>& call, MaskResolution& masks) {
  bool changed = false;
  for (std::size_t i = 0; i < call.masks.size(); ++i) {
    if (call.masks[i].kind() != MaskArgument<Tensor>::Kind::None) continue;
    if (layer.signature()[i].mask.empty()) continue;
    masks.passed[i] = carried(call.arguments[i]);
    if (i == 0) masks.previous = masks.passed[i];
    changed = changed || any_mask(masks.passed[i]);
  }
  return changed;
}

// keras/src/models/functional.py, call: of a list of masks only those that are there are hung on the
// inputs; the others keep what they carry.
bool none_in_list_is_not_given(const Layer& layer, const Call<Tensor>& call,
                               MaskResolution& masks) {
  if (!layer.is_model() || call.masks.empty()) return false;
  if (call.masks[0].kind() != MaskArgument<Tensor>::Kind::Given) return false;
  bool changed = false;
  for (std::size_t i = 0; i < call.arguments[0].size(); ++i) {
    const OptionalMask& attached = call.arguments[0][i].mask();
    if (call.masks[0].masks()[i] || !attached) continue;
    masks.passed[0][i] = attached;
    changed = true;
  }
  return changed;
}

// functional.py, call, again: the masks are hung one after the other, and of one tensor the last stays.
bool one_object_has_one_mask(const Layer& layer, const Call<Tensor>& call, MaskResolution& masks) {
  if (!layer.is_model() || call.masks.empty()) return false;
  if (call.masks[0].kind() != MaskArgument<Tensor>::Kind::Given) return false;
  const Tensors& inputs = call.arguments[0];
  bool changed = false;
  for (std::size_t last = 0; last < inputs.size(); ++last) {
    const std::optional<Tensor>& hung = call.masks[0].masks()[last];
    for (std::size_t i = 0; hung && i < inputs.size(); ++i) {
      if (!inputs[i].same_object(inputs[last])) continue;
      masks.passed[0][i] = *hung;
      changed = changed || i != last;
    }
  }
  return changed;
}

// Layer.__call__ again: with two tensor arguments only NAME_mask is filled, never `mask`.
bool second_tensor_hides_mask(const Layer& layer, const Call<Tensor>& call, MaskResolution& masks) {
  if (call.count_given() < 2) return false;
  bool changed = false;
  for (std::size_t i = 0; i < layer.signature().size(); ++i) {
    if (layer.signature()[i].mask != "mask") continue;
    if (i < call.masks.size() && call.masks[i].kind() == MaskArgument<Tensor>::Kind::Given)
      continue;
    changed = changed || any_mask(masks.passed[i]);
    std::ranges::fill(masks.passed[i], std::nullopt);
  }
  return changed;
}

// keras/src/layers/attention/multi_head_attention.py: query_mask is overwritten by the carried one.
bool query_mask_is_ignored(const Layer& layer, const Call<Tensor>& call, MaskResolution& masks) {
  if (layer.type() != "MultiHeadAttention") return false;
  if (call.masks.empty() || call.masks[0].kind() != MaskArgument<Tensor>::Kind::Given) return false;
  masks.passed[0] = carried(call.arguments[0]);
  masks.previous = masks.passed[0];
  return true;
}

// keras/src/layers/layer.py, Layer.__call__: only a keyword `mask` decides the output's mask.
bool given_mask_stays_inside(const Layer& layer, const Call<Tensor>& call, MaskResolution& masks) {
  const std::string_view name = layer.signature()[0].mask;
  if (name.empty() || call.masks.empty()) return false;
  if (name == "mask" && (layer.is_model() || !stands_by_place(layer, call.by_place, name))) {
    return false;
  }
  if (layer.type() == "MultiHeadAttention") return false;  // ignores it, which says more
  if (call.masks[0].kind() != MaskArgument<Tensor>::Kind::Given) return false;
  masks.previous = carried(call.arguments[0]);
  return true;
}

// keras/src/layers/activations/softmax.py: the mask is broadcast from the right.
bool softmax_masks_features(const Layer& layer, const Call<Tensor>& call, MaskResolution& masks) {
  if (layer.type() != "Softmax" || !masks.passed[0][0]) return false;
  Tensor mask = masks.passed[0][0]->tensor();
  const int rank = call.arguments[0][0].rank();
  if (mask.rank() >= rank) return false;
  // Keras checks no shape while wiring, and neither do we: only numbers meet the mask of features.
  if (mask.is_meta()) return true;
  while (mask.rank() < rank) mask = ops::expand_dims(mask, 0);
  masks.passed[0][0] = mask;
  return true;
}

constexpr std::array<std::string_view, 6> kRecurrent = {"RNN",       "LSTM",       "GRU",
                                                        "SimpleRNN", "ConvLSTM1D", "Bidirectional"};
bool is_recurrent(const Layer& layer) {
  return std::ranges::find(kRecurrent, layer.type()) != kRecurrent.end();
}

bool unrolls_backwards(const Layer& layer) {
  const Config config = layer.config();
  return config.is_true("unroll") && config.is_true("go_backwards") &&
         config.is_true("return_sequences") && config.is_true("zero_output_for_mask");
}

// keras/src/backend/tensorflow/rnn.py, unroll. The layers do it (layers/rnn/recurrent.cpp), as no
// mask changes on its way in; the row is for the report.
bool unrolled_zeroes_other_steps(const Layer& layer, const Call<Tensor>&, MaskResolution& masks) {
  if (!is_recurrent(layer) || !any_mask(masks.passed[0])) return false;
  const auto inner = layer.sublayers();
  return unrolls_backwards(layer) || std::ranges::any_of(inner, [](const auto& each) {
           return unrolls_backwards(*each.second);
         });
}

/// Of Bidirectional, its forward layer says in which order the outputs are.
bool reads_backwards(const Layer& layer) {
  for (const auto& [name, inner] : layer.sublayers()) {
    if (name == "forward_layer") return inner->config().is_true("go_backwards");
  }
  return layer.config().is_true("go_backwards");
}

// keras/src/layers/rnn/rnn.py, bidirectional.py: compute_mask returns the mask as it came, also with
// go_backwards.
bool backwards_keeps_mask_order(const Layer& layer, const MaskResolution& masks,
                                OptionalMasks& outputs) {
  if (!is_recurrent(layer)) return false;
  if (outputs.empty() || !outputs[0] || !reads_backwards(layer)) return false;
  for (OptionalMask& mask : outputs) {
    if (mask) mask = masks.previous[0];
  }
  return true;
}

constexpr auto kAccidents = std::to_array<Accident>({
    {"mask=None does not switch a mask off",
     "uses the mask that its input carries although mask=None was given, as Keras 3.15 does",
     none_is_not_given, nullptr},
    {"None in a model's list of masks does not switch a mask off",
     "uses the mask that an input carries although the list of masks has None in its place, "
     "as Keras 3.15 does",
     none_in_list_is_not_given, nullptr},
    {"a tensor that a model is given twice has one mask",
     "is given one tensor more than once, and hangs the last of the masks given with it on all, as "
     "Keras 3.15 does",
     one_object_has_one_mask, nullptr},
    {"a second tensor argument switches the carried mask off",
     "ignores the mask that its input carries because it is given a second tensor "
     "(initial_state), as Keras 3.15 does",
     second_tensor_hides_mask, nullptr},
    {"explicit query_mask is ignored",
     "ignores the query_mask that it is given, as Keras 3.15 does", query_mask_is_ignored, nullptr},
    {"explicit query_mask, or a mask without its name, is not handed on",
     "hands on the mask that its first input carries, not the one that it is given, as Keras 3.15 "
     "does",
     given_mask_stays_inside, nullptr},
    {"Softmax broadcasts a mask from the right",
     "reads a (batch, steps) mask as a mask of features, as Keras 3.15 does",
     softmax_masks_features, nullptr, true},
    {"unroll with go_backwards zeroes other steps",
     "reads unrolled steps from the end but zeroes its outputs by the unreversed mask, "
     "as Keras 3.15 does",
     unrolled_zeroes_other_steps, nullptr},
    {"go_backwards hands on an unreversed mask",
     "reverses the steps but not the mask that it hands on, as Keras 3.15 does", nullptr,
     backwards_keeps_mask_order},
});

}  // namespace

std::span<const Accident> accidents() { return kAccidents; }

void adapt_numbers(const Layer& layer, const Call<Tensor>& call, MaskResolution& masks) {
  for (const Accident& accident : accidents()) {
    if (accident.on_numbers) accident.masks_in(layer, call, masks);
  }
}

bool ends_masks_while_wired(const Layer& layer) {
  return layer.is_model() || layer.type() == "SpectralNormalization" ||
         layer.type() == "ReversibleEmbedding";
}

bool writes_masks_while_wired(const Layer& layer, const Call<EdgeFacts>& call) {
  const bool named =
      !call.masks.empty() && call.masks[0].kind() == MaskArgument<EdgeFacts>::Kind::Given;
  if (call.count_given() != 1 || named || layer.signature()[0].mask != "mask") return false;
  // What is not in the layer's dtype is cast first, but for the inputs of models.
  return layer.is_model() || (call.positional && call.arguments[0][0].dtype == DType::Float32);
}

bool takes_masks_off_inputs(const Layer& layer) { return layer.type() == "MultiHeadAttention"; }

}  // namespace domino
