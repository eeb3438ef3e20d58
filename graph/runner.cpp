#include "domino/graph/runner.h"

#include <map>
#include <utility>

#include "domino/backends/backend.h"
#include "domino/backends/caller.h"
#include "domino/backends/execution.h"
#include "domino/backends/ops.h"
#include "domino/backends/packing.h"
#include "domino/core/error.h"
#include "domino/graph/accidents.h"
#include "domino/graph/call_observer.h"
#include "domino/graph/invoke.h"

namespace domino {
namespace {

class Run {
 public:
  Run(const Dag& dag, const MaskPlan& plan, MaskRules rules);
  Tensors operator()(const Tensors& inputs);

 private:
  void feed(const Tensors& inputs);
  void visit(int vertex);
  Call<Tensor> gather(int vertex, const MaskPlan::Given& attached) const;
  void pack(Call<Tensor>& call, const std::vector<std::vector<MaskPlan::Packing>>& by);
  OptionalMask kept_by_any(const std::vector<MaskId>& ids);
  std::vector<OptionalMasks> masks(const MaskPlan::Given& given) const;
  OptionalMasks masks(const std::vector<MaskId>& ids) const;
  const OptionalMask& mask(MaskId id) const;
  void keep(int vertex, Tensors outputs);
  void evaluate(int vertex, const MaskPlan::Evaluation& evaluation);
  void release_inputs(int vertex);

  const Dag& dag_;
  const MaskPlan& plan_;
  MaskRules rules_;
  std::vector<Tensors> values_;
  OptionalMasks masks_;
  std::map<std::vector<MaskId>, OptionalMask> joined_masks_;
  std::vector<int> readers_left_;
};

Run::Run(const Dag& dag, const MaskPlan& plan, MaskRules rules)
    : dag_(dag),
      plan_(plan),
      rules_(rules),
      values_(static_cast<std::size_t>(dag.size())),
      masks_(plan.masks.size()),
      readers_left_(dag.reader_counts()) {}

Tensors Run::operator()(const Tensors& inputs) {
  const RulesScope scope(rules_);
  feed(inputs);
  for (const int vertex : dag_.order()) {
    if (dag_.is_input(vertex)) continue;
    if (plan_.vertices[static_cast<std::size_t>(vertex)].runs) visit(vertex);
    release_inputs(vertex);
  }
  Tensors outputs;
  for (std::size_t i = 0; i < dag_.outputs().size(); ++i) {
    const Endpoint& from = dag_.outputs()[i];
    const auto vertex = static_cast<std::size_t>(from.vertex);
    const auto output = static_cast<std::size_t>(from.output);
    outputs.push_back(values_[vertex][output].with_mask(mask(plan_.output_masks[i])));
  }
  return outputs;
}

void Run::feed(const Tensors& inputs) {
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    const auto vertex = static_cast<std::size_t>(dag_.inputs()[i].vertex);
    const MaskId id = plan_.vertices[vertex].outputs[0];
    if (id != kNoMaskId) masks_[static_cast<std::size_t>(id)] = inputs[i].mask();
    keep(static_cast<int>(vertex), {inputs[i].without_mask()});
  }
}

const OptionalMask& Run::mask(MaskId id) const {
  static const OptionalMask kNone;
  return id == kNoMaskId ? kNone : masks_[static_cast<std::size_t>(id)];
}

OptionalMasks Run::masks(const std::vector<MaskId>& ids) const {
  OptionalMasks result;
  for (const MaskId id : ids) result.push_back(mask(id));
  return result;
}

std::vector<OptionalMasks> Run::masks(const MaskPlan::Given& given) const {
  std::vector<OptionalMasks> result;
  for (const std::vector<MaskId>& ids : given) result.push_back(masks(ids));
  return result;
}

Call<Tensor> Run::gather(int vertex, const MaskPlan::Given& attached) const {
  const std::vector<std::vector<Endpoint>>& arguments = dag_.arguments(vertex);
  Call<Tensor> call{.arguments = {}, .masks = {}, .options = dag_.node(vertex).call.options};
  for (std::size_t p = 0; p < arguments.size(); ++p) {
    Tensors& tensors = call.arguments.emplace_back();
    for (std::size_t i = 0; i < arguments[p].size(); ++i) {
      const Endpoint& from = arguments[p][i];
      const auto source = static_cast<std::size_t>(from.vertex);
      const auto output = static_cast<std::size_t>(from.output);
      const Tensor& value = from.is_mask ? mask(plan_.vertices[source].outputs[output])->tensor()
                                         : values_[source][output];
      tensors.push_back(value.with_mask(mask(attached[p][i])));
    }
  }
  return call;
}

/// The rows that a (batch, steps) mask leaves of the first axes of `x`; null if they are hardly fewer.
SharedRowMap rows_of(const Mask& mask, const Tensor& x, Masked masked) {
  if (mask.tensor().is_meta() || x.dtype() == DType::String) return nullptr;
  if (!is_mask_of_steps(mask.shape(), x.shape())) return nullptr;
  const SharedRowMap map = on_host(mask).row_map(masked);
  return map && map->is_worth() ? map : nullptr;
}

/// `x` with the rows of `map`, or with its own if they are fewer.
Tensor packed_by(const Tensor& x, const SharedRowMap& map) {
  if (!x.is_packed() || x.row_map()->rows() >= map->rows()) return domino::pack(x, map);
  const bool is_known = x.row_map()->unseen() >= 0 || map->unseen() < 0;
  const SharedRowMap own = is_known ? nullptr : with_unseen_of(*x.row_map(), *map);
  return own ? Tensor::packed(x.rows(), own, x.shape()) : x;
}

/// On the host; none if the masks do not fit each other.
OptionalMask joined(const Mask& a, const Mask& b) {
  if (a.tensor().is_meta() || b.tensor().is_meta() || a.shape() != b.shape()) return std::nullopt;
  const Tensor first = on_host(a).tensor();
  const Tensor second = on_host(b).tensor();
  const BackendScope host(backend("cpu"));
  return ops::logical_or(first, second);
}

/// None if one of them is not there.
OptionalMask Run::kept_by_any(const std::vector<MaskId>& ids) {
  if (ids.size() < 2) return mask(ids.empty() ? kNoMaskId : ids.front());
  OptionalMask& known = joined_masks_[ids];
  if (known) return known;
  OptionalMask all = mask(ids.front());
  for (const MaskId id : ids) {
    const OptionalMask& one = mask(id);
    all = all && one ? joined(*all, *one) : std::nullopt;
  }
  return known = all;
}

void Run::pack(Call<Tensor>& call, const std::vector<std::vector<MaskPlan::Packing>>& by) {
  if (!execution().packing) return;
  for (std::size_t p = 0; p < by.size(); ++p) {
    for (std::size_t i = 0; i < by[p].size(); ++i) {
      Tensor& x = call.arguments[p][i];
      const OptionalMask kept = kept_by_any(by[p][i].masks);
      const SharedRowMap rows = kept ? rows_of(*kept, x, by[p][i].masked) : nullptr;
      if (rows) x = packed_by(x, rows).with_mask(x.mask());
    }
  }
}

void Run::visit(int vertex) {
  const Layer& layer = dag_.layer(vertex);
  const MaskPlan::Vertex& planned = plan_.vertices[static_cast<std::size_t>(vertex)];
  Call<Tensor> call = in_compute_dtype(layer, gather(vertex, planned.attached));
  const CallerScope caller([&] { return call_title(layer, call); });
  try {
    for (const MaskPlan::Evaluation& evaluation : planned.evaluations) {
      if (evaluation.before_call) evaluate(vertex, evaluation);
    }
    pack(call, planned.packed);
    MaskResolution given{.passed = masks(planned.passed), .previous = {}, .accidents = {}};
    if (rules_ == MaskRules::Keras) adapt_numbers(layer, call, given);
    Arguments arguments(layer.signature(), call.arguments, given.passed, call.options);
    arguments.set_unseen(planned.unseen);
    Tensors outputs = call_layer(layer, arguments);
    for (std::size_t i = 0; i < planned.hung.size(); ++i) {
      if (planned.hung[i] == kNoMaskId) continue;
      masks_[static_cast<std::size_t>(planned.hung[i])] = outputs[i].mask();
    }
    for (const MaskPlan::Evaluation& evaluation : planned.evaluations) {
      if (!evaluation.before_call) evaluate(vertex, evaluation);
    }
    CallObserver::tell(dag_, vertex, outputs);
    keep(vertex, std::move(outputs));
  } catch (Error& error) {
    error.add_context(call_title(layer, call));
    throw;
  }
}

void Run::evaluate(int vertex, const MaskPlan::Evaluation& evaluation) {
  const Layer& layer = dag_.layer(vertex);
  const Call<Tensor> call = gather(vertex, evaluation.attached);
  const Arguments arguments(layer.signature(), call.arguments, masks(evaluation.passed),
                            call.options);
  OptionalMasks computed;
  if (evaluation.by_call) {
    for (const Tensor& output : call_layer(layer, arguments)) computed.push_back(output.mask());
  } else {
    MaskResolution resolution{
        .passed = {}, .previous = masks(evaluation.previous), .accidents = {}};
    computed = output_masks(layer, arguments, resolution, evaluation.outputs.size(), rules_);
  }
  for (std::size_t i = 0; i < evaluation.outputs.size(); ++i) {
    const MaskId id = evaluation.outputs[i];
    if (id != kNoMaskId) masks_[static_cast<std::size_t>(id)] = computed[i];
  }
}

void Run::keep(int vertex, Tensors outputs) {
  for (const auto& [from, id] : plan_.values) {
    if (from.vertex != vertex || from.is_mask) continue;
    masks_[static_cast<std::size_t>(id)] = outputs[static_cast<std::size_t>(from.output)];
  }
  values_[static_cast<std::size_t>(vertex)] = std::move(outputs);
}

void Run::release_inputs(int vertex) {
  for (const InputEdge& edge : dag_.in_edges(vertex)) {
    const auto source = static_cast<std::size_t>(edge.from.vertex);
    if (--readers_left_[source] == 0) values_[source].clear();
  }
}

}  // namespace

Tensors run_graph(const Dag& dag, const MaskPlan& plan, const Tensors& inputs, MaskRules rules) {
  return Run(dag, plan, rules)(inputs);
}

}  // namespace domino
