#include "domino/io/keras_wiring_internal.h"

#include <algorithm>
#include <map>
#include <optional>
#include <utility>
#include <vector>

#include "domino/core/check.h"
#include "domino/graph/accidents.h"
#include "domino/graph/invoke.h"
#include "domino/graph/operation.h"
#include "domino/graph/places_in_keras_internal.h"
#include "domino/graph/sequential.h"
#include "domino/io/mask_operations_internal.h"
#include "domino/layers/preprocessing/rescaling.h"

namespace domino {
namespace {

using Kind = MaskArgument<SymbolicTensor>::Kind;

/// The copies that one call reads, by what they are copies of.
using Copies = std::map<std::pair<const CallNode*, int>, SymbolicTensor>;

/// Wires the calls of a model anew, one by one.
class Rewiring {
 public:
  Rewiring(const Model& model, MaskRules rules);
  Model run();
  bool changed() const { return changed_; }

 private:
  void follow_values();
  void visit(int vertex);
  Call<SymbolicTensor> call_of(const CallNode& node);
  std::size_t by_place(const CallNode& node);
  SymbolicTensor now(const SymbolicTensor& before);
  SymbolicTensor argument(const CallNode& node, std::size_t parameter, std::size_t index,
                          Copies& copies);
  MaskArgument<SymbolicTensor> masks(const CallNode& node, std::size_t parameter);
  void give_query_mask_as_attention_mask(const CallNode& node, Call<SymbolicTensor>& call);
  void give_mask_of_steps(const CallNode& node, Call<SymbolicTensor>& call);
  void spread_mask_over_steps(const CallNode& node, Call<SymbolicTensor>& call);
  SymbolicTensor mask_of(const SymbolicTensor& before);
  SymbolicTensor with_mask(const SymbolicTensor& x, const SymbolicTensor& mask);
  SymbolicTensor without_mask(const SymbolicTensor& x);
  LayerHandle layer_of(const CallNode& node);
  bool keeps_mask(const CallNode& before, const Call<SymbolicTensor>& call, std::size_t output);

  const Model& model_;
  const Dag& dag_;
  const MaskRules rules_;
  meta::Trace trace_;
  MaskOperations operations_;
  std::map<std::pair<const CallNode*, int>, SymbolicTensor> now_;
  std::map<const void*, LayerHandle> models_;
  bool changed_ = false;
};

Rewiring::Rewiring(const Model& model, MaskRules rules)
    : model_(model), dag_(model.dag()), rules_(rules), operations_(trace_) {}

/// Runs every call on meta tensors, so that the trace knows how its masks are made.
void Rewiring::follow_values() {
  for (const int vertex : dag_.order()) {
    if (dag_.is_input(vertex)) continue;
    const CallNode& node = dag_.node(vertex);
    infer_wired_call(*node.layer, node.call.mapped<EdgeFacts>([](const SymbolicTensor& t) {
      return t.edge_facts();
    }),
                     rules_);
  }
}

SymbolicTensor Rewiring::mask_of(const SymbolicTensor& before) {
  return operations_.tensor(before.edge_facts().mask->value);
}

SymbolicTensor Rewiring::now(const SymbolicTensor& before) {
  const SymbolicTensor base(before.node(), before.index());
  if (!before.is_mask()) return now_.at({before.node().get(), before.index()});
  changed_ = true;
  return mask_of(base);
}

/// A plain function hands no mask on.
SymbolicTensor Rewiring::without_mask(const SymbolicTensor& x) {
  changed_ = true;
  return call_operation("Add", {x}, {Operation::argument_place(0), 0});
}

/// A model hangs a mask that it is given on its input, and Rescaling hands it on.
SymbolicTensor Rewiring::with_mask(const SymbolicTensor& x, const SymbolicTensor& mask) {
  changed_ = true;
  const SymbolicTensor input =
      Input({.shape = x.shape().without(0), .dtype = x.dtype(), .batch_size = kAny});
  const Sequential hang({input.node()->layer, layers::Rescaling(1.0)});
  return wire(hang, {.arguments = {{x}}, .masks = {mask}, .where = {}})[0];
}

/// Whether the call says that it takes no mask for this tensor. In a list given to a model, Keras reads
/// None as what the tensor carries.
bool is_off(const CallNode& node, std::size_t parameter, std::size_t index) {
  if (parameter >= node.call.masks.size()) return false;
  const MaskArgument<SymbolicTensor>& mask = node.call.masks[parameter];
  if (mask.kind() == Kind::Given) return node.layer->is_model() && !mask.masks()[index];
  return mask.kind() == Kind::None;
}

SymbolicTensor Rewiring::argument(const CallNode& node, std::size_t parameter, std::size_t index,
                                  Copies& copies) {
  const SymbolicTensor& before = node.call.arguments[parameter][index];
  SymbolicTensor x = now(before);
  if (rules_ == MaskRules::Keras || node.layer->is_operation()) return x;
  // Also where no mask is seen: an input of the model may bring one.
  if (is_off(node, parameter, index)) return without_mask(x);
  if (!before.mask() || !takes_masks_off_inputs(*node.layer)) return x;
  changed_ = true;
  const auto [copy, is_new] = copies.try_emplace(std::pair(x.node().get(), x.index()), x);
  if (is_new) copy->second = layers::Rescaling(1.0)(x);
  return copy->second;
}

MaskArgument<SymbolicTensor> Rewiring::masks(const CallNode& node, std::size_t parameter) {
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
  const auto tensors = std::count_if(node.call.arguments.begin(), node.call.arguments.end(),
                                     [](const SymbolicTensors& t) { return !t.empty(); });
  const bool hidden =
      kind == Kind::Attached && tensors > 1 && node.layer->signature()[parameter].mask == "mask";
  if (rules_ == MaskRules::Keras || !hidden) return {};
  bool any = false;
  for (const SymbolicTensor& x : node.call.arguments[parameter]) {
    given.push_back(x.mask() ? std::optional(mask_of(x)) : std::nullopt);
    any = any || given.back();
  }
  changed_ = changed_ || any;
  return any ? MaskArgument<SymbolicTensor>(std::move(given)) : MaskArgument<SymbolicTensor>();
}

/// Keras overwrites an explicit query_mask by the one that the query carries.
void Rewiring::give_query_mask_as_attention_mask(const CallNode& node, Call<SymbolicTensor>& call) {
  const Signature& signature = node.layer->signature();
  const auto place = std::find_if(signature.begin(), signature.end(),
                                  [](const Parameter& p) { return p.name == "attention_mask"; });
  const bool given = !node.call.masks.empty() && node.call.masks[0].kind() == Kind::Given;
  if (!given || signature[0].mask != "query_mask" || place == signature.end()) return;
  changed_ = true;
  const SymbolicTensor rows =
      call_operation("ExpandDims", {*call.masks[0].masks()[0]}, {Operation::argument_place(0)},
                     Config::object({{"axis", -1}}));
  SymbolicTensors& attention = call.arguments[static_cast<std::size_t>(place - signature.begin())];
  attention = {attention.empty()
                   ? rows
                   : call_operation("LogicalAnd", {attention[0], rows},
                                    {Operation::argument_place(0), Operation::argument_place(1)})};
  call.masks[0] = {};
  call.arguments[0][0] = without_mask(call.arguments[0][0]);
}

/// Keras' Softmax broadcasts a mask from the right; one of the steps needs an axis for the features.
void Rewiring::give_mask_of_steps(const CallNode& node, Call<SymbolicTensor>& call) {
  if (node.layer->type() != "Softmax" || node.layer->is_operation()) return;
  const SymbolicTensor& x = node.call.arguments[0][0];
  const bool given = call.masks[0].kind() == Kind::Given;
  const bool off = !node.call.masks.empty() && node.call.masks[0].kind() == Kind::None;
  if (off || (!given && !x.mask())) return;
  SymbolicTensor mask = given ? *call.masks[0].masks()[0] : mask_of(x);
  if (mask.shape().rank() >= x.shape().rank()) return;
  changed_ = true;
  while (mask.shape().rank() < x.shape().rank()) {
    mask = call_operation("ExpandDims", {mask}, {Operation::argument_place(0)},
                          Config::object({{"axis", -1}}));
  }
  call.masks[0] = mask;
}

/// Keras' mean divides by the sum of the mask, so that a (batch, 1) mask has to be spread over the steps.
void Rewiring::spread_mask_over_steps(const CallNode& node, Call<SymbolicTensor>& call) {
  if (node.layer->type() != "GlobalAveragePooling1D") return;
  if (call.masks[0].kind() != Kind::Given) return;
  const SymbolicTensor& mask = *call.masks[0].masks()[0];
  const bool last = node.layer->config().at("data_format").as_string() == "channels_last";
  const SymbolicTensor& x = call.arguments[0][0];
  if (mask.shape().rank() != 2 || mask.shape()[1] != 1 || x.shape()[last ? 1 : 2] == 1) return;
  changed_ = true;
  const Config::Array one = {Operation::argument_place(0)};
  const SymbolicTensor steps = call_operation(
      "Any", {x}, one, Config::object({{"axis", last ? -1 : 1}, {"keepdims", false}}));
  const SymbolicTensor all =
      call_operation("OnesLike", {steps}, one, Config::object({{"dtype", "bool"}}));
  call.masks[0] = call_operation("LogicalAnd", {mask, all},
                                 {Operation::argument_place(0), Operation::argument_place(1)});
}

/// Masks have to be named for Keras to hand them on.
std::size_t Rewiring::by_place(const CallNode& node) {
  const std::size_t all = node.call.by_place;
  if (rules_ == MaskRules::Keras || node.layer->is_operation()) return all;
  std::size_t unnamed = all;
  for (const Parameter& parameter : node.layer->signature()) {
    while (stands_by_place(*node.layer, unnamed, parameter.mask)) --unnamed;
  }
  changed_ = changed_ || unnamed < all;
  return unnamed;
}

Call<SymbolicTensor> Rewiring::call_of(const CallNode& node) {
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
  if (rules_ == MaskRules::Intended) {
    give_query_mask_as_attention_mask(node, call);
    give_mask_of_steps(node, call);
    spread_mask_over_steps(node, call);
  }
  const bool explicit_masks =
      std::any_of(call.masks.begin(), call.masks.end(),
                  [](const auto& mask) { return mask.kind() != Kind::Attached; });
  call.positional = node.call.positional && !explicit_masks;
  return call;
}

LayerHandle Rewiring::layer_of(const CallNode& node) {
  if (!node.layer->is_model()) {
    for (const auto& [name, inner] : node.layer->sublayers()) {
      if (!inner->is_model() || rules_ == MaskRules::Keras) continue;
      Rewiring inside(dynamic_cast<const Model&>(*inner), rules_);
      inside.run();
      check<BuildError>(
          !inside.changed(),
          "{} holds {}, which Keras would compute otherwise; call that model on its own",
          node.layer->title(), inner->title());
    }
    return node.layer;
  }
  LayerHandle& made = models_[node.layer->identity()];
  if (!made) {
    Rewiring inside(dynamic_cast<const Model&>(*node.layer), rules_);
    const Model rewired = inside.run();
    changed_ = changed_ || inside.changed();
    made = inside.changed() ? LayerHandle(rewired) : node.layer;
  }
  return made;
}

/// Whether Keras hangs on an output what the documented rules hang there.
bool Rewiring::keeps_mask(const CallNode& before, const Call<SymbolicTensor>& call,
                          std::size_t output) {
  const auto& wanted = before.outputs[output].mask;
  const auto edges = call.mapped<EdgeFacts>([](const SymbolicTensor& t) { return t.edge_facts(); });
  const auto keras = infer_call(*before.layer, edges, MaskRules::Keras).outputs[output].mask;
  const auto intended = infer_call(*before.layer, edges, MaskRules::Intended).outputs[output].mask;
  if (wanted.has_value() != keras.has_value()) return false;
  return !wanted ||
         (keras->value == intended->value && keras->shape.rank() == wanted->shape.rank());
}

void Rewiring::visit(int vertex) {
  const CallNode& before = dag_.node(vertex);
  const LayerHandle layer = layer_of(before);
  const Call<SymbolicTensor> call = call_of(before);
  SymbolicTensors outputs = wire(*layer, call);
  for (std::size_t i = 0; i < outputs.size(); ++i) {
    const SymbolicTensor old(dag_.share(vertex), static_cast<int>(i));
    if (rules_ == MaskRules::Intended && !keeps_mask(before, call, i)) {
      outputs[i] = old.mask() ? with_mask(outputs[i], mask_of(old)) : without_mask(outputs[i]);
    }
    now_.emplace(std::pair(&before, static_cast<int>(i)), outputs[i]);
    operations_.know(before.outputs[i].value, outputs[i]);
  }
}

Model Rewiring::run() {
  follow_values();
  SymbolicTensors inputs;
  for (const Endpoint& input : dag_.inputs()) {
    inputs.emplace_back(dag_.share(input.vertex), input.output);
    now_.emplace(std::pair(inputs.back().node().get(), input.output), inputs.back());
    operations_.know(inputs.back().facts().value, inputs.back());
  }
  for (const int vertex : dag_.order()) {
    if (!dag_.is_input(vertex)) visit(vertex);
  }
  if (!changed_) return model_.with_rules(MaskRules::Keras);
  SymbolicTensors outputs;
  for (const Endpoint& output : dag_.outputs()) {
    outputs.push_back(
        now(SymbolicTensor(dag_.share(output.vertex), output.output, output.is_mask)));
  }
  return Model(inputs, outputs, {.name = model_.name(), .rules = MaskRules::Keras});
}

}  // namespace

Model as_keras_computes(const Model& model) {
  const RulesScope scope(model.rules());
  return Rewiring(model, model.rules()).run();
}

}  // namespace domino
