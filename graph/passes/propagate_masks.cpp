#include "domino/graph/passes/propagate_masks.h"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "domino/core/check.h"
#include "domino/graph/accidents.h"
#include "domino/graph/invoke.h"
#include "domino/graph/passes/equal_padding_internal.h"
#include "domino/graph/passes/explain_packing_internal.h"
#include "domino/graph/passes/find_host_ops_internal.h"
#include "domino/graph/passes/find_length_use_internal.h"
#include "domino/graph/passes/mask_use_internal.h"
#include "domino/graph/passes/pack_padding_internal.h"
#include "domino/graph/passes/prune_plan_internal.h"

namespace domino {
namespace {

using Given = MaskPlan::Given;
using Kind = MaskArgument<SymbolicTensor>::Kind;

/// What every output of every vertex is and carries, in one reading of the graph.
class Environment {
 public:
  explicit Environment(int vertices) : edges_(static_cast<std::size_t>(vertices)) {}

  void set(int vertex, std::vector<EdgeFacts> outputs) {
    edges_[static_cast<std::size_t>(vertex)] = std::move(outputs);
  }
  const EdgeFacts& at(const Endpoint& from) const {
    return edges_[static_cast<std::size_t>(from.vertex)][static_cast<std::size_t>(from.output)];
  }
  EdgeFacts& at(const Endpoint& from) {
    return edges_[static_cast<std::size_t>(from.vertex)][static_cast<std::size_t>(from.output)];
  }

 private:
  std::vector<std::vector<EdgeFacts>> edges_;
};

class Propagation {
 public:
  Propagation(const Dag& dag, const std::vector<EdgeFacts>& inputs, MaskRules rules,
              const UnseenOutputs& unseen);
  MaskPlan run();
  MaskPlan run_to_the_ends();

 private:
  void feed(const std::vector<EdgeFacts>& inputs);
  void reach_the_ends();
  void visit(int vertex);
  Call<EdgeFacts> call_in(const Environment& environment, int vertex) const;
  void name_objects(int vertex, Call<EdgeFacts>& call) const;
  void write_masks_into(int vertex, Call<EdgeFacts>& call, const Call<EdgeFacts>& wired,
                        const CallTrace& trace) const;
  void visit_as_wired(int vertex, Call<EdgeFacts>& call);
  void take_masks_off(int vertex);
  std::set<std::string> later_readers(int vertex, const Endpoint& from) const;
  void follow_objects(int vertex, const CallTrace& trace);
  void hang_on_object(const std::pair<int, int>& object, const std::optional<ValueFacts>& mask,
                      int by);
  void hang_what_models_left(int vertex, const OptionalMasks& left);
  void settle_ends();

  bool is_told_none(int vertex, std::size_t parameter, std::size_t position) const;
  MaskId id_of(const OptionalMask& mask) const;
  std::optional<ValueFacts> facts_of(const OptionalMask& mask) const;
  Given ids_of(const std::vector<OptionalMasks>& masks) const;
  Given attached_ids(const Call<EdgeFacts>& call) const;
  MaskId number(const ValueFacts& mask, int vertex, const std::vector<MaskId>& previous);
  void number_values(int vertex, const Call<EdgeFacts>& call);
  MaskPlan::Evaluation evaluation_beside(const Call<EdgeFacts>& call, const CallTrace& trace) const;
  bool is_computed(MaskId mask, const CallTrace& trace, std::size_t output) const;
  void number_outputs(int vertex, const Call<EdgeFacts>& call, const InferredCall& inferred,
                      bool is_run);
  void record_facts(int vertex, const Call<EdgeFacts>& call, const CallTrace& trace,
                    const std::vector<EdgeFacts>& outputs);
  Call<EdgeFacts> with_passed_masks(Call<EdgeFacts> call, const CallTrace& trace) const;
  void find_missed();

  const Dag& dag_;
  MaskRules rules_;
  const UnseenOutputs& unseen_;
  bool only_ends_ = false;
  MaskPlan plan_;
  Environment carried_;  ///< what hangs on tensors when the graph runs
  Environment wired_;    ///< what hung on symbolic tensors when it was wired; Keras' rules only
  std::map<ValueNumber, MaskId> ids_;
  std::map<std::pair<int, int>, std::vector<Endpoint>> objects_;  ///< edges that are one object
  std::map<std::pair<int, int>, std::pair<int, int>> object_of_;
  struct Removal {
    int by;
    MaskId mask;
  };
  std::map<std::pair<int, int>, Removal> taken_off_;  ///< edges whose mask a call has taken off
  meta::Trace trace_;                                 ///< of all calls
  std::vector<int> vertex_of_made_;                   ///< for each value that the trace saw
};

Propagation::Propagation(const Dag& dag, const std::vector<EdgeFacts>& inputs, MaskRules rules,
                         const UnseenOutputs& unseen)
    : dag_(dag), rules_(rules), unseen_(unseen), carried_(dag.size()), wired_(dag.size()) {
  plan_.vertices.resize(static_cast<std::size_t>(dag.size()));
  feed(inputs);
}

/// The first of the inputs that is one object with input `i`.
std::size_t first_same(const std::vector<EdgeFacts>& inputs, std::size_t i) {
  if (!inputs[i].object) return i;
  const auto same = std::ranges::find(inputs, inputs[i].object, &EdgeFacts::object);
  return static_cast<std::size_t>(same - inputs.begin());
}

void Propagation::feed(const std::vector<EdgeFacts>& inputs) {
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    const int vertex = dag_.inputs()[i].vertex;
    carried_.set(vertex, {inputs[i]});
    // An Input never carries a mask while a graph is wired.
    wired_.set(vertex, {EdgeFacts{static_cast<const ValueFacts&>(inputs[i]), std::nullopt}});
    MaskPlan::Vertex& planned = plan_.vertices[static_cast<std::size_t>(vertex)];
    planned.outputs = {inputs[i].mask ? number(*inputs[i].mask, vertex, {}) : kNoMaskId};
    planned.hung = planned.outputs;
    planned.values = {inputs[i].value};
    const std::pair<int, int> object{dag_.inputs()[first_same(inputs, i)].vertex, 0};
    object_of_[{vertex, 0}] = object;
    objects_[object].push_back({vertex, 0, false});
  }
}

void Propagation::reach_the_ends() {
  for (const int vertex : dag_.order()) {
    if (!dag_.is_input(vertex)) visit(vertex);
  }
  settle_ends();
}

MaskPlan Propagation::run_to_the_ends() {
  only_ends_ = true;
  reach_the_ends();
  return std::move(plan_);
}

MaskPlan Propagation::run() {
  reach_the_ends();
  const FreePadding free = find_free_padding(dag_, plan_, trace_, unseen_);
  prune_plan(dag_, plan_, pack_unseen_padding(dag_, plan_, free));
  explain_packing(dag_, plan_, trace_, vertex_of_made_, free);
  find_host_ops(plan_, trace_);
  find_missed();
  plan_.lengths = find_length_use(dag_, plan_, trace_, vertex_of_made_);
  return std::move(plan_);
}

void Propagation::settle_ends() {
  for (const Endpoint& output : dag_.outputs()) {
    const EdgeFacts& edge = carried_.at(output);
    plan_.outputs.push_back(edge);
    plan_.output_masks.push_back(edge.mask ? ids_.at(edge.mask->value) : kNoMaskId);
    const int source = object_of_.at({output.vertex, output.output}).first;
    plan_.handed_through.push_back(dag_.is_input(source) ? std::optional(source) : std::nullopt);
  }
  for (const Endpoint& input : dag_.inputs()) {
    plan_.left_on_inputs.push_back(carried_.at(input).mask);
  }
}

/// The facts behind a tensor named in a call: the tensor itself, or the mask that hangs on it.
EdgeFacts facts_at(const Environment& environment, const Endpoint& from) {
  const EdgeFacts& edge = environment.at(from);
  if (!from.is_mask) return edge;
  EdgeFacts mask;
  if (edge.mask) static_cast<ValueFacts&>(mask) = *edge.mask;
  return mask;
}

/// A mask read off a tensor that carries none here is no mask at all.
MaskArgument<EdgeFacts> without_missing(const MaskArgument<EdgeFacts>& argument) {
  const auto is_missing = [](const std::optional<EdgeFacts>& mask) {
    return mask && mask->value == ValueNumber{};
  };
  if (std::ranges::none_of(argument.masks(), is_missing)) return argument;
  std::vector<std::optional<EdgeFacts>> present = argument.masks();
  for (std::optional<EdgeFacts>& mask : present) {
    if (is_missing(mask)) mask.reset();
  }
  const bool any = std::ranges::any_of(present, [](const auto& mask) { return mask.has_value(); });
  return any ? MaskArgument<EdgeFacts>(std::move(present)) : MaskArgument<EdgeFacts>();
}

Call<EdgeFacts> Propagation::call_in(const Environment& environment, int vertex) const {
  const CallNode& node = dag_.node(vertex);
  Call<EdgeFacts> call = node.call.mapped<EdgeFacts>([&](const SymbolicTensor& tensor) {
    const Endpoint from = dag_.endpoint(tensor);
    // In Keras, x._keras_mask of a symbolic tensor is what was seen while wiring.
    const bool as_wired = from.is_mask && rules_ == MaskRules::Keras;
    return facts_at(as_wired ? wired_ : environment, from);
  });
  for (MaskArgument<EdgeFacts>& argument : call.masks) argument = without_missing(argument);
  return call;
}

/// A model finds out which of its inputs are one object.
void Propagation::name_objects(int vertex, Call<EdgeFacts>& call) const {
  for (std::size_t p = 0; p < call.arguments.size(); ++p) {
    for (std::size_t i = 0; i < call.arguments[p].size(); ++i) {
      const Endpoint& from = dag_.arguments(vertex)[p][i];
      if (!from.is_mask) call.arguments[p][i].object = object_of_.at({from.vertex, from.output});
    }
  }
}

MaskId Propagation::id_of(const OptionalMask& mask) const {
  if (!mask) return kNoMaskId;
  const auto it = ids_.find(mask->tensor().value_number());
  return it == ids_.end() ? kNoMaskId : it->second;
}

/// A numbered mask with the sizes of its origin, since the one seen in a trace has probe sizes.
std::optional<ValueFacts> Propagation::facts_of(const OptionalMask& mask) const {
  const MaskId id = id_of(mask);
  if (id == kNoMaskId) return std::nullopt;
  const MaskOrigin& origin = plan_.masks[static_cast<std::size_t>(id)];
  return ValueFacts{origin.shape, origin.dtype, mask->tensor().value_number()};
}

Given Propagation::ids_of(const std::vector<OptionalMasks>& masks) const {
  Given given;
  for (const OptionalMasks& argument : masks) {
    std::vector<MaskId>& ids = given.emplace_back();
    for (const OptionalMask& mask : argument) ids.push_back(id_of(mask));
  }
  return given;
}

Given Propagation::attached_ids(const Call<EdgeFacts>& call) const {
  Given given;
  for (const auto& argument : call.arguments) {
    std::vector<MaskId>& ids = given.emplace_back();
    for (const EdgeFacts& facts : argument) {
      const auto it = facts.mask ? ids_.find(facts.mask->value) : ids_.end();
      ids.push_back(it == ids_.end() ? kNoMaskId : it->second);
    }
  }
  return given;
}

MaskId Propagation::number(const ValueFacts& mask, int vertex,
                           const std::vector<MaskId>& previous) {
  const auto [it, is_new] = ids_.try_emplace(mask.value, static_cast<MaskId>(plan_.masks.size()));
  if (is_new) {
    MaskOrigin origin{vertex, std::nullopt, mask.shape, mask.dtype, mask.value};
    for (const MaskId from : previous) {
      if (from != kNoMaskId && !origin.changed) origin.changed = from;
    }
    plan_.masks.push_back(origin);
  }
  return it->second;
}

/// Masks given by hand that are tensors of the graph, not the mask of one.
void Propagation::number_values(int vertex, const Call<EdgeFacts>& call) {
  const CallNode& node = dag_.node(vertex);
  for (std::size_t i = 0; i < node.call.masks.size() && i < call.masks.size(); ++i) {
    const auto& named = node.call.masks[i].masks();
    for (std::size_t j = 0; j < named.size() && j < call.masks[i].masks().size(); ++j) {
      const std::optional<EdgeFacts>& facts = call.masks[i].masks()[j];
      if (!named[j] || !facts || ids_.contains(facts->value)) continue;
      const Endpoint from = dag_.endpoint(*named[j]);
      plan_.values.emplace_back(from, number(*facts, from.vertex, {}));
    }
  }
}

/// Computes no mask yet.
MaskPlan::Evaluation Propagation::evaluation_beside(const Call<EdgeFacts>& call,
                                                    const CallTrace& trace) const {
  MaskPlan::Evaluation evaluation{
      .attached = attached_ids(call), .passed = ids_of(trace.masks.passed), .outputs = {}};
  for (const OptionalMask& mask : trace.masks.previous) evaluation.previous.push_back(id_of(mask));
  evaluation.outputs.assign(trace.hung.size(), kNoMaskId);
  return evaluation;
}

void Propagation::number_outputs(int vertex, const Call<EdgeFacts>& call,
                                 const InferredCall& inferred, bool is_run) {
  MaskPlan::Vertex& planned = plan_.vertices[static_cast<std::size_t>(vertex)];
  MaskPlan::Evaluation computed = evaluation_beside(call, inferred.trace);
  MaskPlan::Evaluation hung = computed;
  hung.by_call = true;
  for (std::size_t i = 0; i < inferred.outputs.size(); ++i) {
    const std::optional<ValueFacts>& mask = inferred.outputs[i].mask;
    const bool known = mask && ids_.contains(mask->value);
    const MaskId id = mask ? number(*mask, vertex, computed.previous) : kNoMaskId;
    const bool is_hung = inferred.trace.hung[i] && !is_computed(id, inferred.trace, i);
    if (is_run) planned.outputs.push_back(id);
    if (is_run) planned.hung.push_back(!known && is_hung ? id : kNoMaskId);
    if (id == kNoMaskId || known) continue;
    if (!is_hung) computed.outputs[i] = id;
    if (is_hung && !is_run) hung.outputs[i] = id;
  }
  for (MaskPlan::Evaluation& evaluation : {std::ref(computed), std::ref(hung)}) {
    const auto& ids = evaluation.outputs;
    if (std::any_of(ids.begin(), ids.end(), [](MaskId id) { return id != kNoMaskId; })) {
      planned.evaluations.push_back(evaluation);
    }
  }
}

/// A mask that the call hangs and compute_mask gives as well can be known before the call.
bool Propagation::is_computed(MaskId mask, const CallTrace& trace, std::size_t output) const {
  return mask != kNoMaskId && output < trace.computed.size() &&
         id_of(trace.computed[output]) == mask;
}

/// Step 8 of Keras' __call__: the mask found while wiring becomes a keyword argument of the node. A
/// written null means "look at what the tensor carries".
void Propagation::write_masks_into(int vertex, Call<EdgeFacts>& call, const Call<EdgeFacts>& wired,
                                   const CallTrace& trace) const {
  if (!writes_masks_while_wired(dag_.layer(vertex), wired)) return;
  std::vector<std::optional<EdgeFacts>> written;
  for (const OptionalMask& mask : trace.masks.passed[0]) {
    std::optional<EdgeFacts>& one = written.emplace_back();
    if (const auto facts = facts_of(mask)) one = EdgeFacts{*facts, std::nullopt};
  }
  const bool none = std::all_of(written.begin(), written.end(), [](const auto& m) { return !m; });
  if (!none) call.masks = {MaskArgument<EdgeFacts>(std::move(written))};
}

/// Keras' first reading of the graph: what the call saw and gave when it was wired.
void Propagation::visit_as_wired(int vertex, Call<EdgeFacts>& call) {
  const Layer& layer = dag_.layer(vertex);
  const Call<EdgeFacts> wired = call_in(wired_, vertex);
  number_values(vertex, wired);
  InferredCall inferred = infer_wired_call(layer, wired, rules_);
  write_masks_into(vertex, call, wired, inferred.trace);
  number_outputs(vertex, wired, inferred, false);
  wired_.set(vertex, std::move(inferred.outputs));
}

/// Edges that are one object count as its first.
std::vector<std::vector<ValueNumber>> values_read_by(const Call<EdgeFacts>& call) {
  std::vector<std::vector<ValueNumber>> values;
  std::map<std::pair<int, int>, ValueNumber> objects;
  for (const auto& argument : call.arguments) {
    std::vector<ValueNumber>& of_argument = values.emplace_back();
    for (const EdgeFacts& input : argument) {
      const bool is_object = input.object.has_value();
      of_argument.push_back(
          is_object ? objects.try_emplace(*input.object, input.value).first->second : input.value);
    }
  }
  return values;
}

void Propagation::visit(int vertex) {
  Call<EdgeFacts> call = call_in(carried_, vertex);
  name_objects(vertex, call);
  if (rules_ == MaskRules::Keras) visit_as_wired(vertex, call);
  number_values(vertex, call);
  InferredCall inferred = infer_call(dag_.layer(vertex), call, rules_);
  MaskPlan::Vertex& planned = plan_.vertices[static_cast<std::size_t>(vertex)];
  planned.attached = attached_ids(call);
  planned.reads = values_read_by(call);
  planned.passed = ids_of(inferred.trace.masks.passed);
  planned.accidents = inferred.trace.masks.accidents;
  for (const EdgeFacts& output : inferred.outputs) planned.values.push_back(output.value);
  vertex_of_made_.resize(trace_.made().size(), vertex);
  number_outputs(vertex, call, inferred, true);
  pack_equal_padding(plan_, vertex, call, trace_);
  if (!only_ends_) record_facts(vertex, call, inferred.trace, inferred.outputs);
  carried_.set(vertex, std::move(inferred.outputs));
  follow_objects(vertex, inferred.trace);
  if (rules_ == MaskRules::Keras && inferred.trace.left_on_inputs) {
    hang_what_models_left(vertex, *inferred.trace.left_on_inputs);
  }
  if (rules_ == MaskRules::Keras && takes_masks_off_inputs(dag_.layer(vertex))) {
    take_masks_off(vertex);
  }
}

/// Layers that return their input object make two edges one object; a mask taken off one is off both.
void Propagation::follow_objects(int vertex, const CallTrace& trace) {
  for (int i = 0; i < static_cast<int>(trace.alias.size()); ++i) {
    std::pair<int, int> object{vertex, i};
    if (const auto& alias = trace.alias[static_cast<std::size_t>(i)]) {
      const auto [parameter, position] = *alias;
      const Endpoint& from = dag_.arguments(
          vertex)[static_cast<std::size_t>(parameter)][static_cast<std::size_t>(position)];
      object = object_of_.at({from.vertex, from.output});
    }
    object_of_[{vertex, i}] = object;
    objects_[object].push_back({vertex, i, false});
    if (rules_ != MaskRules::Keras) continue;
    hang_on_object(object, carried_.at({vertex, i, false}).mask, vertex);
  }
}

void Propagation::hang_on_object(const std::pair<int, int>& object,
                                 const std::optional<ValueFacts>& mask, int by) {
  for (const Endpoint& same : objects_[object]) {
    std::optional<ValueFacts>& carried = carried_.at(same).mask;
    const std::pair<int, int> edge{same.vertex, same.output};
    if (mask) taken_off_.erase(edge);
    if (!mask && carried) taken_off_[edge] = {by, ids_.at(carried->value)};
    carried = mask;
  }
}

/// A nested model hangs the mask that it is given on its input objects, and attention inside takes it
/// off there (keras/src/models/functional.py, call).
void Propagation::hang_what_models_left(int vertex, const OptionalMasks& left) {
  const std::vector<Endpoint>& inputs = dag_.arguments(vertex)[0];
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    hang_on_object(object_of_.at({inputs[i].vertex, inputs[i].output}), facts_of(left[i]), vertex);
  }
}

void Propagation::take_masks_off(int vertex) {
  bool took = false;
  std::set<std::string> later;
  const Signature& signature = dag_.layer(vertex).signature();
  const std::vector<std::vector<Endpoint>>& arguments = dag_.arguments(vertex);
  for (std::size_t p = 0; p < arguments.size(); ++p) {
    if (signature[p].mask.empty()) continue;
    for (const Endpoint& from : arguments[p]) {
      const std::pair<int, int> object = object_of_.at({from.vertex, from.output});
      for (const Endpoint& same : objects_[object]) {
        if (!carried_.at(same).mask) continue;
        took = true;
        later.merge(later_readers(vertex, same));
      }
      hang_on_object(object, std::nullopt, vertex);
    }
  }
  if (!took) return;
  std::string sentence(kTakesOffSentence);
  if (!later.empty()) sentence += fmt::format("; {} will find none there", fmt::join(later, ", "));
  plan_.vertices[static_cast<std::size_t>(vertex)].accidents.push_back(std::move(sentence));
}

/// Titles of the calls that run after `vertex` and read the object at `from`.
std::set<std::string> Propagation::later_readers(int vertex, const Endpoint& from) const {
  std::set<std::string> titles;
  const std::vector<int>& order = dag_.order();
  const auto now = std::find(order.begin(), order.end(), vertex);
  for (const int reader : dag_.readers(from.vertex)) {
    if (std::find(now + 1, order.end(), reader) != order.end()) {
      titles.insert(dag_.layer(reader).title());
    }
  }
  return titles;
}

MaskFate fate_of(const Layer& layer, bool used, bool takes, bool handed_on, bool hung) {
  if (used) return MaskFate::Used;
  if (takes) return MaskFate::Ignored;
  if (handed_on || hung) return MaskFate::Carried;
  // What a model ends, a layer inside has ended.
  const bool may_hand_on = layer.supports_masking() || layer.is_model();
  return may_hand_on ? MaskFate::Dropped : MaskFate::Destroyed;
}

/// Whether the user wrote that the call uses no mask of this tensor.
bool Propagation::is_told_none(int vertex, std::size_t parameter, std::size_t position) const {
  const auto& masks = dag_.node(vertex).call.masks;
  if (parameter >= masks.size()) return false;
  if (masks[parameter].kind() == Kind::None) return rules_ == MaskRules::Intended;
  if (masks[parameter].kind() == Kind::Attached) return false;
  return position >= masks[parameter].masks().size() || !masks[parameter].masks()[position];
}

/// The call with the masks that it is given on its tensors.
Call<EdgeFacts> Propagation::with_passed_masks(Call<EdgeFacts> call, const CallTrace& trace) const {
  call.masks.clear();
  for (std::size_t p = 0; p < call.arguments.size(); ++p) {
    for (std::size_t i = 0; i < call.arguments[p].size(); ++i) {
      call.arguments[p][i].mask = facts_of(trace.masks.passed[p][i]);
    }
  }
  return call;
}

void Propagation::record_facts(int vertex, const Call<EdgeFacts>& call, const CallTrace& trace,
                               const std::vector<EdgeFacts>& outputs) {
  const Layer& layer = dag_.layer(vertex);
  const bool handed_on = std::any_of(outputs.begin(), outputs.end(),
                                     [](const EdgeFacts& edge) { return edge.mask.has_value(); });
  const bool hung = std::find(trace.hung.begin(), trace.hung.end(), true) != trace.hung.end();
  const Signature& signature = layer.signature();
  const Call<EdgeFacts> masked = with_passed_masks(call, trace);
  for (std::size_t p = 0; p < call.arguments.size(); ++p) {
    for (std::size_t i = 0; i < call.arguments[p].size(); ++i) {
      const bool takes = !signature[p].mask.empty() && uses_mask(layer, masked, {p, i}, rules_);
      const MaskId passed = id_of(trace.masks.passed[p][i]);
      const std::optional<ValueFacts>& mask = call.arguments[p][i].mask;
      const MaskId attached = mask ? ids_.at(mask->value) : kNoMaskId;
      MaskFact fact{.from = dag_.arguments(vertex)[p][i],
                    .target = vertex,
                    .argument = std::string(signature[p].name),
                    .takes_mask = takes && !is_told_none(vertex, p, i),
                    .mask = passed != kNoMaskId ? passed : attached,
                    .by_hand = passed != kNoMaskId && passed != attached};
      if (fact.mask != kNoMaskId) {
        fact.fate = fate_of(layer, takes && passed != kNoMaskId, takes, handed_on, hung);
      } else if (const auto off = taken_off_.find({fact.from.vertex, fact.from.output});
                 off != taken_off_.end() && !fact.from.is_mask && !is_told_none(vertex, p, i)) {
        fact.mask = off->second.mask;
        fact.taken_off_by = off->second.by;
        fact.fate = MaskFate::TakenOff;
      }
      plan_.vertices[static_cast<std::size_t>(vertex)].facts.push_back(std::move(fact));
    }
  }
}

/// Whether such a mask can be meant for such a tensor: (batch, steps) for (batch, steps, features), or for
/// scores of (batch, steps).
bool may_mask(const Shape& mask, const Shape& tensor) {
  return mask.rank() < tensor.rank() || mask == tensor;
}

bool is_missing(const MaskFact& fact) {
  return fact.takes_mask && (fact.fate == MaskFate::None || fact.fate == MaskFate::TakenOff);
}

/// For each lost mask: the calls behind the loss that take a mask and were given none.
void Propagation::find_missed() {
  const auto misses = [&](int vertex, MaskId lost) {
    const Shape& mask = plan_.masks[static_cast<std::size_t>(lost)].shape;
    return std::ranges::any_of(
        plan_.vertices[static_cast<std::size_t>(vertex)].facts, [&](const MaskFact& fact) {
          const auto& outputs = dag_.node(fact.from.vertex).outputs;
          return is_missing(fact) &&
                 may_mask(mask, outputs[static_cast<std::size_t>(fact.from.output)].shape);
        });
  };
  for (MaskPlan::Vertex& vertex : plan_.vertices) {
    for (MaskFact& fact : vertex.facts) {
      const bool kept_from_call = fact.fate == MaskFate::Ignored && !vertex.accidents.empty();
      if (kept_from_call) fact.missed_by = {fact.target};
      if (fact.fate != MaskFate::Destroyed && fact.fate != MaskFate::Dropped &&
          fact.fate != MaskFate::TakenOff) {
        continue;
      }
      fact.missed_by = dag_.reachable_from(fact.target);
      if (is_missing(fact)) fact.missed_by.insert(fact.missed_by.begin(), fact.target);
      std::erase_if(fact.missed_by, [&](int behind) { return !misses(behind, fact.mask); });
    }
  }
}

}  // namespace

std::string_view name_of(MaskFate fate) {
  switch (fate) {
    case MaskFate::None:
      return "none";
    case MaskFate::Carried:
      return "carried";
    case MaskFate::Used:
      return "used";
    case MaskFate::Ignored:
      return "ignored";
    case MaskFate::Destroyed:
      return "destroyed";
    case MaskFate::Dropped:
      return "dropped";
    case MaskFate::TakenOff:
      return "taken off";
  }
  return "unknown";
}

MaskPlan propagate_masks(const Dag& dag, const std::vector<EdgeFacts>& inputs, MaskRules rules,
                         const UnseenOutputs& unseen) {
  return Propagation(dag, inputs, rules, unseen).run();
}

MaskPlan propagate_to_the_ends(const Dag& dag, const std::vector<EdgeFacts>& inputs,
                               MaskRules rules) {
  return Propagation(dag, inputs, rules, {}).run_to_the_ends();
}

}  // namespace domino
