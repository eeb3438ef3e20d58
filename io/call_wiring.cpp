#include "domino/io/call_wiring_internal.h"

#include <algorithm>
#include <optional>

#include "domino/graph/accidents.h"
#include "domino/graph/invoke.h"
#include "domino/graph/operation.h"
#include "domino/graph/places_in_keras_internal.h"
#include "domino/io/mask_wiring_internal.h"

namespace domino {
namespace {

using Kind = MaskArgument<SymbolicTensor>::Kind;

/// Whether the call says that it takes no mask for this tensor. In a list given to a model, Keras reads
/// None as what the tensor carries.
bool is_off(const CallNode& node, std::size_t parameter, std::size_t index) {
  if (parameter >= node.call.masks.size()) return false;
  const MaskArgument<SymbolicTensor>& mask = node.call.masks[parameter];
  if (mask.kind() == Kind::Given) return node.layer->is_model() && !mask.masks()[index];
  return mask.kind() == Kind::None;
}

/// A model hangs the masks that it is given on its inputs, where all find them.
bool leaves_mask(const CallNode& node) {
  return node.layer->is_model() && !node.call.masks.empty() &&
         node.call.masks[0].kind() == Kind::Given;
}

MaskArgument<SymbolicTensor> if_any(std::vector<std::optional<SymbolicTensor>> given) {
  const bool any = std::any_of(given.begin(), given.end(), [](const auto& m) { return m; });
  return any ? MaskArgument<SymbolicTensor>(std::move(given)) : MaskArgument<SymbolicTensor>();
}

SymbolicTensor with_axis_behind(const SymbolicTensor& x) {
  return call_operation("ExpandDims", {x}, {Operation::argument_place(0)},
                        Config::object({{"axis", -1}}));
}

SymbolicTensor both(const SymbolicTensor& a, const SymbolicTensor& b) {
  return call_operation("LogicalAnd", {a, b},
                        {Operation::argument_place(0), Operation::argument_place(1)});
}

/// The sizes of the mask that the call uses for its first tensor, if it uses one.
std::optional<Shape> used_mask(const RunTimeMasks& masks, const CallNode& node,
                               const Call<SymbolicTensor>& call) {
  if (call.masks[0].kind() == Kind::Given) return call.masks[0].masks()[0]->shape();
  const auto mask = masks.mask(node.call.arguments[0][0], masks.count() - 1);
  return mask && !is_off(node, 0, 0) ? std::optional(mask->shape) : std::nullopt;
}

}  // namespace

SymbolicTensor CallWiring::now(const SymbolicTensor& before) {
  changed_ = changed_ || before.is_mask();
  return tensors_.now(before);
}

SymbolicTensor CallWiring::argument(const CallNode& node, std::size_t parameter, std::size_t index,
                                    Copies& copies) {
  const SymbolicTensor& before = node.call.arguments[parameter][index];
  SymbolicTensor x = now(before);
  if (rules_ == MaskRules::Keras || node.layer->is_operation() || before.is_mask()) return x;
  const bool carries = tensors_.masks().may_carry(before);
  if (leaves_mask(node) || (carries && is_off(node, parameter, index))) {
    changed_ = true;
    return without_mask(x);
  }
  if (!carries || !takes_masks_off_inputs(*node.layer)) return x;
  changed_ = true;
  const auto [copy, is_new] = copies.try_emplace(std::pair(x.node().get(), x.index()), x);
  if (is_new) copy->second = tensors_.copy_of(before);
  return copy->second;
}

MaskArgument<SymbolicTensor> CallWiring::masks(const CallNode& node, std::size_t parameter) {
  const Kind kind =
      parameter < node.call.masks.size() ? node.call.masks[parameter].kind() : Kind::Attached;
  std::vector<std::optional<SymbolicTensor>> given;
  if (kind == Kind::Given) {
    for (const auto& mask : node.call.masks[parameter].masks()) {
      given.push_back(mask ? std::optional(now(*mask)) : std::nullopt);
    }
    return given;
  }
  // Keras looks for `mask` on the tensor only if there is no second one.
  const bool hidden = kind == Kind::Attached && node.call.count_given() > 1 &&
                      node.layer->signature()[parameter].mask == "mask";
  if (rules_ == MaskRules::Keras || !hidden) return {};
  for (const SymbolicTensor& x : node.call.arguments[parameter]) {
    const bool carries = tensors_.masks().may_carry(x);
    given.push_back(carries ? std::optional(tensors_.mask_of(x)) : std::nullopt);
    changed_ = changed_ || carries;
  }
  return if_any(std::move(given));
}

/// Gives the masks that Keras would write while it loads the file: their functions would get names that
/// may be taken, and what is found while wiring is not always what is meant.
void CallWiring::write_masks(const CallNode& node, Call<SymbolicTensor>& call) {
  if (!writes_masks_while_wired(*node.layer, edge_facts(call))) return;
  // Under the intended rules what hangs on the tensor is meant; but a call of a model cannot say so.
  const bool given = rules_ == MaskRules::Keras || node.layer->is_model();
  std::vector<std::optional<SymbolicTensor>> masks(call.arguments[0].size());
  for (std::size_t i = 0; i < masks.size(); ++i) {
    if (!call.arguments[0][i].edge_facts().mask) continue;
    if (given) masks[i] = tensors_.written_mask(node.call.arguments[0][i]);
    if (given && !masks[i]) continue;
    rewritten_ = true;
    call.positional = false;
  }
  call.masks[0] = if_any(std::move(masks));
}

/// Keras overwrites an explicit query_mask by the one that the query carries.
void CallWiring::give_query_mask_as_attention_mask(const CallNode& node,
                                                   Call<SymbolicTensor>& call) {
  const Signature& signature = node.layer->signature();
  const auto place = std::find_if(signature.begin(), signature.end(),
                                  [](const Parameter& p) { return p.name == "attention_mask"; });
  const bool given = call.masks[0].kind() == Kind::Given;
  if (!given || signature[0].mask != "query_mask" || place == signature.end()) return;
  changed_ = true;
  const SymbolicTensor rows = with_axis_behind(*call.masks[0].masks()[0]);
  SymbolicTensors& attention = call.arguments[static_cast<std::size_t>(place - signature.begin())];
  attention = {attention.empty() ? rows : both(attention[0], rows)};
  call.masks[0] = {};
  call.arguments[0][0] = without_mask(call.arguments[0][0]);
}

/// Keras' Softmax broadcasts a mask from the right; one of the steps needs an axis for the features.
void CallWiring::give_mask_of_steps(const CallNode& node, Call<SymbolicTensor>& call) {
  if (node.layer->type() != "Softmax") return;
  const SymbolicTensor& x = node.call.arguments[0][0];
  const auto shape = used_mask(tensors_.masks(), node, call);
  if (!shape || shape->rank() >= x.shape().rank()) return;
  changed_ = true;
  const bool given = call.masks[0].kind() == Kind::Given;
  SymbolicTensor mask = given ? *call.masks[0].masks()[0] : tensors_.mask_of(x);
  while (mask.shape().rank() < x.shape().rank()) mask = with_axis_behind(mask);
  call.masks[0] = mask;
}

/// Keras' mean divides by the sum of the mask, so that a (batch, 1) mask has to be spread over the steps.
void CallWiring::spread_mask_over_steps(const CallNode& node, Call<SymbolicTensor>& call) {
  if (node.layer->type() != "GlobalAveragePooling1D") return;
  const bool last = node.layer->config().at("data_format").as_string() == "channels_last";
  const SymbolicTensor& x = call.arguments[0][0];
  const auto shape = used_mask(tensors_.masks(), node, call);
  if (!shape || shape->rank() != 2 || (*shape)[1] != 1 || x.shape()[last ? 1 : 2] == 1) return;
  changed_ = true;
  const bool given = call.masks[0].kind() == Kind::Given;
  const SymbolicTensor mask =
      given ? *call.masks[0].masks()[0] : tensors_.mask_of(node.call.arguments[0][0]);
  const Config::Array one = {Operation::argument_place(0)};
  const SymbolicTensor steps = call_operation(
      "Any", {x}, one, Config::object({{"axis", last ? -1 : 1}, {"keepdims", false}}));
  call.masks[0] =
      both(mask, call_operation("OnesLike", {steps}, one, Config::object({{"dtype", "bool"}})));
}

/// Masks have to be named for Keras to hand them on.
std::size_t CallWiring::by_place(const CallNode& node) {
  const std::size_t all = node.call.by_place;
  if (rules_ == MaskRules::Keras || node.layer->is_operation()) return all;
  std::size_t unnamed = all;
  for (const Parameter& parameter : node.layer->signature()) {
    while (stands_by_place(*node.layer, unnamed, parameter.mask)) --unnamed;
  }
  changed_ = changed_ || unnamed < all;
  return unnamed;
}

Call<SymbolicTensor> CallWiring::call_of(const CallNode& node) {
  Call<SymbolicTensor> call;
  call.options = node.call.options;
  call.by_place = by_place(node);
  call.where = {};
  Copies copies;
  for (std::size_t i = 0; i < node.call.arguments.size(); ++i) {
    SymbolicTensors& tensors = call.arguments.emplace_back();
    for (std::size_t j = 0; j < node.call.arguments[i].size(); ++j) {
      tensors.push_back(argument(node, i, j, copies));
    }
    call.masks.push_back(masks(node, i));
  }
  if (node.layer->is_operation()) return call;
  if (rules_ == MaskRules::Intended) {
    give_query_mask_as_attention_mask(node, call);
    give_mask_of_steps(node, call);
    spread_mask_over_steps(node, call);
  }
  call.positional = node.call.positional &&
                    std::all_of(call.masks.begin(), call.masks.end(),
                                [](const auto& mask) { return mask.kind() == Kind::Attached; });
  write_masks(node, call);
  return call;
}

}  // namespace domino
