#include "domino/cli/mask_json.h"

#include <algorithm>
#include <string>

#include "domino/graph/report.h"

namespace domino::cli {
namespace {

using Json = nlohmann::ordered_json;

class Writer {
 public:
  Writer(const Model& model, const std::vector<bool>& masked, const std::vector<CallWork>& work)
      : model_(model), masked_(masked), work_(work), dag_(model.dag()), plan_(model.plan(masked)) {}

  Json write() const {
    Json result;
    result["model"] = {{"name", model_.name()}, {"type", model_.type()}};
    result["rules"] = name_of(model_.rules());
    result["masked_inputs"] = masked_inputs();
    for (const char* list : {"calls", "masks", "edges", "lost", "ended", "models"}) {
      result[list] = Json::array();
    }
    for (const int vertex : dag_.order()) result["calls"].push_back(call(vertex));
    for (const MaskOrigin& mask : plan_.masks) result["masks"].push_back(origin(mask));
    for (const int vertex : dag_.order()) {
      for (const MaskFact& fact : at(vertex).facts) result["edges"].push_back(edge(fact));
    }
    for (const MaskFact* fact : lost_masks(dag_, plan_)) result["lost"].push_back(end(*fact));
    for (const MaskFact* fact : ended_masks(dag_, plan_)) result["ended"].push_back(end(*fact));
    for (const NestedModel& nested : nested_models(model_, masked_)) {
      Json inner = masks_as_json(nested.model, nested.masked, work_);
      inner["call"] = nested.vertex;
      result["models"].push_back(std::move(inner));
    }
    return result;
  }

 private:
  const MaskPlan::Vertex& at(int vertex) const {
    return plan_.vertices[static_cast<std::size_t>(vertex)];
  }
  std::string name(int vertex) const { return dag_.layer(vertex).name(); }

  Json names(const std::vector<int>& vertices) const {
    Json result = Json::array();
    for (const int vertex : vertices) result.push_back(name(vertex));
    return result;
  }

  Json masked_inputs() const {
    Json result = Json::array();
    const std::vector<std::string> inputs = model_.input_names();
    for (std::size_t i = 0; i < inputs.size() && i < masked_.size(); ++i) {
      if (masked_[i]) result.push_back(inputs[i]);
    }
    return result;
  }

  static Json id(MaskId mask) { return mask == kNoMaskId ? Json() : Json(mask); }

  static Json shape(const Shape& shape) {
    Json result = Json::array();
    for (const std::int64_t size : shape) result.push_back(size == kAny ? Json() : Json(size));
    return result;
  }

  Json call(int vertex) const {
    Json outputs = Json::array();
    const std::vector<EdgeFacts>& facts = dag_.node(vertex).outputs;
    for (std::size_t i = 0; i < facts.size(); ++i) {
      outputs.push_back({{"shape", shape(facts[i].shape)}, {"mask", id(at(vertex).outputs[i])}});
    }
    return {{"id", vertex},
            {"layer", name(vertex)},
            {"type", dag_.layer(vertex).type()},
            {"outputs", outputs},
            {"padding", padding(at(vertex).padding)},
            {"computed", computed(vertex)},
            {"on_host", at(vertex).on_host},
            {"departures", at(vertex).accidents}};
  }

  Json padding(const MaskPlan::Padding& padding) const {
    using Kind = MaskPlan::Padding::Kind;
    using SeenBy = MaskPlan::Padding::SeenBy;
    if (padding.kind == Kind::None) return {};
    if (padding.kind == Kind::Packed) return {{"computed", false}};
    switch (padding.seen_by) {
      case SeenBy::Call:
        return {{"computed", true}, {"seen_by", name(padding.seer)}};
      case SeenBy::Output:
        return {{"computed", true}, {"output", true}};
      case SeenBy::TwoMasks:
        return {{"computed", true}, {"two_masks", true}};
      case SeenBy::Nobody:
        break;
    }
    return {{"computed", true}, {"nobody", true}};
  }

  Json computed(int vertex) const {
    const auto call = std::ranges::find_if(
        work_, [&](const CallWork& each) { return each.dag == &dag_ && each.vertex == vertex; });
    if (call == work_.end()) return {};
    return {{"steps", call->rows}, {"flops", call->flops}};
  }

  Json origin(const MaskOrigin& mask) const {
    return {{"made_by", name(mask.vertex)},
            {"call", mask.vertex},
            {"changed_from", mask.changed ? Json(*mask.changed) : Json()},
            {"shape", shape(mask.shape)},
            {"dtype", name_of(mask.dtype)}};
  }

  Json source(const MaskFact& fact) const {
    return {{"call", fact.from.vertex},
            {"layer", name(fact.from.vertex)},
            {"output", fact.from.output}};
  }

  Json maker(const MaskFact& fact) const {
    return fact.mask == kNoMaskId ? Json() : Json(name(maker_of(plan_, fact)));
  }

  Json taker(const MaskFact& fact) const {
    return fact.taken_off_by < 0 ? Json() : Json(name(fact.taken_off_by));
  }

  Json edge(const MaskFact& fact) const {
    return {
        {"from", source(fact)},
        {"to", {{"call", fact.target}, {"layer", name(fact.target)}, {"argument", fact.argument}}},
        {"mask", id(fact.mask)},
        {"made_by", maker(fact)},
        {"takes_mask", fact.takes_mask},
        {"given_with_call", fact.by_hand},
        {"fate", name_of(fact.fate)},
        {"taken_off_by", taker(fact)},
        {"missed_by", names(fact.missed_by)}};
  }

  /// Of a mask that is lost, or ends.
  Json end(const MaskFact& fact) const {
    return {{"mask", fact.mask},
            {"made_by", maker(fact)},
            {"from", source(fact)},
            {"at", {{"call", fact.target}, {"layer", name(fact.target)}}},
            {"how", name_of(fact.fate)},
            {"taken_off_by", taker(fact)},
            {"missed_by", names(fact.missed_by)},
            {"why", describe_loss(dag_, plan_, fact)}};
  }

  const Model& model_;
  const std::vector<bool>& masked_;
  const std::vector<CallWork>& work_;
  const Dag& dag_;
  const MaskPlan& plan_;
};

}  // namespace

nlohmann::ordered_json masks_as_json(const Model& model, const std::vector<bool>& masked,
                                     const std::vector<CallWork>& work) {
  return Writer(model, masked, work).write();
}

}  // namespace domino::cli
