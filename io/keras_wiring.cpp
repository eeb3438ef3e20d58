#include "domino/io/keras_wiring_internal.h"

#include <algorithm>
#include <map>
#include <string_view>
#include <vector>

#include "domino/core/check.h"
#include "domino/graph/accidents.h"
#include "domino/graph/invoke.h"
#include "domino/io/call_wiring_internal.h"
#include "domino/io/mask_wiring_internal.h"
#include "domino/io/rewired_tensors_internal.h"

namespace domino {
namespace {

/// Wires the calls of a model anew, one by one.
class Rewiring {
 public:
  Rewiring(const Model& model, MaskRules rules, const InputMasks& inputs);
  Model run();
  /// Whether Keras would compute something else with the calls as they were.
  bool changed() const { return changed_ || calls_.changed(); }
  /// Whether a call says more than it did.
  bool rewritten() const { return rewritten_ || calls_.rewritten(); }

 private:
  void visit(int vertex);
  LayerHandle layer_of(const CallNode& node);
  void check_held_models(const Layer& layer);
  LayerHandle rewired_model(const Layer& model);
  std::vector<bool> kept_masks(int vertex, const Call<SymbolicTensor>& call);
  SymbolicTensor with_intended_mask(int vertex, std::size_t output, const SymbolicTensor& computed);

  const Model& model_;
  const Dag& dag_;
  const MaskRules rules_;
  RewiredTensors tensors_;
  CallWiring calls_;
  std::map<const void*, LayerHandle> models_;
  bool changed_ = false;
  bool rewritten_ = false;
};

Rewiring::Rewiring(const Model& model, MaskRules rules, const InputMasks& inputs)
    : model_(model),
      dag_(model.dag()),
      rules_(rules),
      tensors_(model, rules, inputs),
      calls_(tensors_, rules) {}

/// A layer calls the models that it holds as they are.
void Rewiring::check_held_models(const Layer& layer) {
  for (const auto& [name, inner] : layer.sublayers()) {
    if (!inner->is_model()) continue;
    const auto& held = dynamic_cast<const Model&>(*inner);
    const std::vector<bool> none(held.dag().inputs().size(), false);
    Rewiring inside(held, rules_, {none, none});
    inside.run();
    check<BuildError>(
        !inside.changed(),
        "{} holds {}, which Keras would compute otherwise; call that model on its own",
        layer.title(), inner->title());
  }
}

LayerHandle Rewiring::rewired_model(const Layer& model) {
  const bool intended = rules_ == MaskRules::Intended;
  const InputMasks inputs = intended ? tensors_.masks().of_inner(model) : InputMasks();
  Rewiring inside(dynamic_cast<const Model&>(model), rules_, inputs);
  const Model rewired = inside.run();
  changed_ = changed_ || inside.changed();
  rewritten_ = rewritten_ || inside.rewritten();
  return inside.changed() || inside.rewritten() ? LayerHandle(rewired) : LayerHandle();
}

LayerHandle Rewiring::layer_of(const CallNode& node) {
  if (!node.layer->is_model()) {
    if (rules_ == MaskRules::Intended) check_held_models(*node.layer);
    return node.layer;
  }
  LayerHandle& made = models_[node.layer->identity()];
  if (!made) made = rewired_model(*node.layer);
  if (!made) made = node.layer;
  return made;
}

/// Per output, whether Keras hangs on it what the documented rules hang there.
std::vector<bool> Rewiring::kept_masks(int vertex, const Call<SymbolicTensor>& call) {
  const Layer& layer = dag_.layer(vertex);
  std::vector<bool> kept(dag_.node(vertex).outputs.size(), true);
  if (layer.is_model()) return kept;
  for (int run = 0; run < tensors_.masks().count(); ++run) {
    const auto edges =
        call.mapped<EdgeFacts>([&](const SymbolicTensor& t) { return tensors_.facts(t, run); });
    const InferredCall keras = infer_call(layer, edges, MaskRules::Keras);
    const InferredCall intended = infer_call(layer, edges, MaskRules::Intended);
    for (std::size_t i = 0; i < kept.size(); ++i) {
      const SymbolicTensor old(dag_.share(vertex), static_cast<int>(i));
      const auto wanted = tensors_.masks().mask(old, run);
      const auto& hung = keras.outputs[i].mask;
      const auto& meant = intended.outputs[i].mask;
      const bool same = wanted && hung && meant && hung->value == meant->value &&
                        hung->shape.rank() == wanted->shape.rank();
      kept[i] = kept[i] && (same || (!wanted && !hung));
    }
  }
  return kept;
}

/// The output with the mask that the documented rules hang on it.
SymbolicTensor Rewiring::with_intended_mask(int vertex, std::size_t output,
                                            const SymbolicTensor& computed) {
  changed_ = true;
  const RunTimeMasks& masks = tensors_.masks();
  const SymbolicTensor old(dag_.share(vertex), static_cast<int>(output));
  if (!masks.may_carry(old) || !masks.matters(old)) return without_mask(computed);
  if (masks.always_carries(old)) {
    return with_mask(computed, tensors_.made(masks.mask(old, masks.count() - 1)->value));
  }
  const CallNode& node = dag_.node(vertex);
  const SymbolicTensor& carrier = node.call.arguments[0][0];
  check<BuildError>(masks.same(old, carrier),
                    "{}: an input of the model may bring a mask when it runs, and Keras has no "
                    "layers that make of it the mask of this output; the model can be saved for "
                    "inputs without masks: save_model(model, file, {{.masked_inputs = false}})",
                    node.layer->title());
  return with_mask_of(computed, tensors_.now(carrier), tensors_.mask_of(carrier));
}

void Rewiring::visit(int vertex) {
  const CallNode& before = dag_.node(vertex);
  const LayerHandle layer = layer_of(before);
  const Call<SymbolicTensor> call = calls_.call_of(before);
  const SymbolicTensors outputs = wire(*layer, call);
  const std::vector<bool> kept = rules_ == MaskRules::Intended
                                     ? kept_masks(vertex, call)
                                     : std::vector<bool>(outputs.size(), true);
  for (std::size_t i = 0; i < outputs.size(); ++i) {
    tensors_.set(SymbolicTensor(dag_.share(vertex), static_cast<int>(i)), outputs[i],
                 kept[i] ? outputs[i] : with_intended_mask(vertex, i, outputs[i]));
  }
}

Model Rewiring::run() {
  const RulesScope as_keras_wires(MaskRules::Keras);
  for (const int vertex : dag_.order()) {
    if (!dag_.is_input(vertex)) visit(vertex);
  }
  // A Sequential has its layers called positionally in any case.
  const bool told_more = rewritten() && model_.type() != "Sequential";
  if (!changed() && !told_more) return model_.with_rules(MaskRules::Keras);
  SymbolicTensors inputs;
  SymbolicTensors outputs;
  for (const Endpoint& input : dag_.inputs()) {
    inputs.emplace_back(dag_.share(input.vertex), input.output);
  }
  for (const Endpoint& output : dag_.outputs()) {
    outputs.push_back(
        calls_.now(SymbolicTensor(dag_.share(output.vertex), output.output, output.is_mask)));
  }
  return Model(inputs, outputs, {.name = model_.name(), .rules = MaskRules::Keras});
}

bool may_differ(const Layer& layer) {
  const Config config = layer.config();
  const bool turns = config.is_true("go_backwards") && config.is_true("return_sequences");
  if (turns || layer.type() == "Softmax" || ends_masks_while_wired(layer)) return true;
  const auto inside = layer.sublayers();
  // The backward layer of Bidirectional turns its outputs round again.
  const bool both = layer.type() == "Bidirectional";
  return std::any_of(inside.begin(), inside.end(), [&](const auto& each) {
    return !(both && each.first == "backward_layer") && may_differ(*each.second);
  });
}

}  // namespace

void check_unwired(const Model& model) {
  if (model.rules() == MaskRules::Keras) return;
  for (const LayerHandle& layer : model.row()) {
    check<BuildError>(
        !may_differ(*layer),
        "{} has not been called yet, and Keras may handle the mask of {} otherwise, which "
        "can be mended only in a graph; call it once, or give it an InputLayer in front",
        model.title(), layer->title());
  }
}

Model as_keras_computes(const Model& model, bool masked_inputs) {
  const std::size_t count = model.dag().inputs().size();
  const InputMasks inputs{std::vector<bool>(count, masked_inputs), std::vector<bool>(count, false)};
  return Rewiring(model, model.rules(), inputs).run();
}

}  // namespace domino
