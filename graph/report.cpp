#include "domino/graph/report.h"

#include <algorithm>
#include <array>
#include <set>
#include <tuple>
#include <utility>
#include <vector>

#include "domino/core/check.h"
#include "domino/graph/dag.h"

namespace domino {
namespace {

const std::vector<MaskFact>& facts_at(const MaskPlan& plan, int vertex) {
  return plan.vertices[static_cast<std::size_t>(vertex)].facts;
}

}  // namespace

int maker_of(const MaskPlan& plan, const MaskFact& fact) {
  if (fact.by_hand) return plan.masks[static_cast<std::size_t>(fact.mask)].vertex;
  int vertex = fact.from.vertex;
  for (bool passed = true; passed;) {
    passed = false;
    for (const MaskFact& before : facts_at(plan, vertex)) {
      if (before.mask != fact.mask || before.fate == MaskFate::TakenOff) continue;
      if (before.by_hand) return plan.masks[static_cast<std::size_t>(fact.mask)].vertex;
      vertex = before.from.vertex;
      passed = true;
      break;
    }
  }
  return vertex;
}

namespace {

std::string title_of(const Dag& dag, int vertex) { return dag.layer(vertex).title(); }

std::string titles_of(const Dag& dag, const std::vector<int>& vertices) {
  std::string text;
  for (std::size_t i = 0; i < vertices.size(); ++i) {
    if (i > 0) text += i + 1 == vertices.size() ? " and " : ", ";
    text += title_of(dag, vertices[i]);
  }
  return text;
}

std::string shapes_of(const CallNode& node) {
  std::string text;
  for (const EdgeFacts& output : node.outputs) {
    text += (text.empty() ? "" : ", ") + to_string(output.shape);
  }
  return text;
}

bool has_mask(const MaskFact& fact) { return fact.mask != kNoMaskId; }

bool carries(const std::vector<MaskId>& masks) {
  return std::any_of(masks.begin(), masks.end(), [](MaskId id) { return id != kNoMaskId; });
}

bool contains(const std::vector<int>& vertices, int vertex) {
  return std::ranges::find(vertices, vertex) != vertices.end();
}

/// The losses for which this call runs unmasked.
std::vector<const MaskFact*> losses_for(const Dag& dag, const MaskPlan& plan, int vertex) {
  std::vector<const MaskFact*> losses = lost_masks(dag, plan);
  std::erase_if(losses, [&](const MaskFact* loss) { return !contains(loss->missed_by, vertex); });
  return losses;
}

/// "used", "dropped", "taken off, unmasked", ...: what happens to the masks that come in.
std::string words_for_masks_in(const Dag& dag, const MaskPlan& plan, int vertex) {
  std::vector<std::string> words;
  const auto add = [&](std::string_view word) {
    if (std::ranges::find(words, word) == words.end()) words.emplace_back(word);
  };
  for (const MaskFact& fact : facts_at(plan, vertex)) {
    if (fact.fate != MaskFate::None) add(name_of(fact.fate));
  }
  if (!losses_for(dag, plan, vertex).empty()) add("unmasked");
  return fmt::format("{}", fmt::join(words, ", "));
}

}  // namespace

bool is_shown(const MaskPlan& plan, int vertex) {
  return plan.vertices[static_cast<std::size_t>(vertex)].runs;
}

std::string mask_words(const Dag& dag, const MaskPlan& plan, int vertex) {
  const std::vector<MaskId>& outputs = plan.vertices[static_cast<std::size_t>(vertex)].outputs;
  if (dag.is_input(vertex)) return carries(outputs) ? "-> given" : "";
  std::string in = words_for_masks_in(dag, plan, vertex);
  const auto out = std::ranges::find_if(outputs, [](MaskId id) { return id != kNoMaskId; });
  if (out == outputs.end()) return in;
  const MaskOrigin& origin = plan.masks[static_cast<std::size_t>(*out)];
  const bool passed =
      origin.vertex != vertex && std::ranges::any_of(facts_at(plan, vertex), has_mask);
  const std::string_view made = origin.changed ? "-> changed" : "-> made";
  return fmt::format("{}{}{}", in, in.empty() ? "" : " ", passed ? "-> passed" : made);
}

std::string padding_words(const Dag& dag, const MaskPlan& plan, int vertex) {
  using Padding = MaskPlan::Padding;
  const Padding& padding = plan.vertices[static_cast<std::size_t>(vertex)].padding;
  if (padding.kind == Padding::Kind::None) return "";
  if (padding.kind == Padding::Kind::Packed) return "packed";
  switch (padding.seen_by) {
    case Padding::SeenBy::Call:
      break;
    case Padding::SeenBy::Output:
      return "dense: the model gives what the mask hides, unless its masked outputs are zero";
    case Padding::SeenBy::TwoMasks:
      return "dense: the masks behind it hide different steps";
    case Padding::SeenBy::Nobody:
      return "dense: nobody sees what the mask hides, but no other call would use the rows, or the "
             "mask of those who see the rest is made later";
  }
  const std::string seer = padding.seer == vertex ? "it" : title_of(dag, padding.seer);
  return fmt::format("dense: {} sees what the mask hides", seer);
}

std::string batching_words(const Dag& dag, const MaskPlan& plan) {
  const EdgeFacts& input = dag.node(dag.inputs()[0].vertex).outputs[0];
  const bool takes_ids = dag.inputs().size() == 1 && input.shape.rank() == 2 &&
                         input.shape[1] == kAny && is_integer(input.dtype);
  if (!takes_ids || plan.lengths.size() != 1) return "";
  const MaskPlan::LengthUse& use = plan.lengths.front();
  switch (use.kind) {
    case MaskPlan::LengthUse::Kind::None:
      return "batched by length";
    case MaskPlan::LengthUse::Kind::Steps:
      return "padded to the longest, or batched by length if masked outputs are zero";
    case MaskPlan::LengthUse::Kind::Depends:
      break;
  }
  return fmt::format("padded to the longest, since {} depends on that", title_of(dag, use.vertex));
}

std::string host_words(const Dag& dag, const MaskPlan& plan) {
  std::vector<std::string> calls;
  for (const int vertex : dag.order()) {
    const auto& ops = plan.vertices[static_cast<std::size_t>(vertex)].on_host;
    if (ops.empty() || !is_shown(plan, vertex)) continue;
    calls.push_back(fmt::format("{} ({})", title_of(dag, vertex), fmt::join(ops, ", ")));
  }
  return fmt::format("{}", fmt::join(calls, ", "));
}

namespace {

std::string connections_of(const Dag& dag, int vertex) {
  std::string text;
  for (const InputEdge& edge : dag.in_edges(vertex)) {
    if (edge.parameter < 0) continue;
    text += (text.empty() ? "" : ", ") + dag.layer(edge.from.vertex).name();
    if (edge.from.output > 0) text += fmt::format("[{}]", edge.from.output);
  }
  return text;
}

using Row = std::array<std::string, 5>;

std::string table(const std::vector<Row>& rows) {
  std::array<std::size_t, 5> width{};
  for (const Row& row : rows) {
    for (std::size_t i = 0; i < row.size(); ++i) width[i] = std::max(width[i], row[i].size());
  }
  std::string text;
  for (const Row& row : rows) {
    std::string line;
    for (std::size_t i = 0; i < row.size(); ++i) line += fmt::format("{:<{}}  ", row[i], width[i]);
    line.erase(line.find_last_not_of(' ') + 1);
    text += line + '\n';
    if (&row == &rows.front()) text += std::string(line.size(), '-') + '\n';
  }
  return text;
}

}  // namespace

std::string summary_table(const Model& model, const std::vector<bool>& masked) {
  const Dag& dag = model.dag();
  const MaskPlan& plan = model.plan(masked);
  std::vector<Row> rows{{"layer", "output shape", "parameters", "connected to", "mask in -> out"}};
  for (const int vertex : dag.order()) {
    if (!is_shown(plan, vertex)) continue;
    const Layer& layer = dag.layer(vertex);
    rows.push_back({fmt::format("{} ({})", layer.name(), layer.type()), shapes_of(dag.node(vertex)),
                    std::to_string(layer.count_params()), connections_of(dag, vertex),
                    mask_words(dag, plan, vertex)});
  }
  return fmt::format("{}, mask rules: {}\n{}Parameters: {}\n", model.title(),
                     name_of(model.rules()), table(rows), model.count_params());
}

namespace {

/// What else a call that dropped a mask was given, if that carries none.
std::string unmasked_inputs(const Dag& dag, const MaskPlan& plan, const MaskFact& dropped) {
  std::vector<int> sources;
  std::string text;
  if (dropped.fate != MaskFate::Dropped) return text;
  for (const MaskFact& fact : facts_at(plan, dropped.target)) {
    if (fact.fate == MaskFate::None) sources.push_back(fact.from.vertex);
    if (fact.fate != MaskFate::TakenOff || !text.empty()) continue;
    text = fmt::format(" ({} has taken the mask off its input from {}, as Keras 3.15 does)",
                       title_of(dag, fact.taken_off_by), title_of(dag, fact.from.vertex));
  }
  if (sources.empty()) return text;
  return text + fmt::format(" (its input from {} carries none here)", titles_of(dag, sources));
}

std::string what_happened(const Dag& dag, const MaskPlan& plan, const MaskFact& fact) {
  const std::string reader = title_of(dag, fact.target);
  const std::string mask = "the mask made by " + title_of(dag, maker_of(plan, fact));
  if (fact.fate == MaskFate::TakenOff) {
    return fmt::format("{} has taken {} off the input of {} from {}, as Keras 3.15 does",
                       title_of(dag, fact.taken_off_by), mask, reader,
                       title_of(dag, fact.from.vertex));
  }
  if (fact.fate == MaskFate::Ignored) {
    const auto& accidents = plan.vertices[static_cast<std::size_t>(fact.target)].accidents;
    return fmt::format("{} {} ({})", reader, fmt::join(accidents, ", and "), mask);
  }
  if (fact.fate == MaskFate::Destroyed) {
    return fmt::format("{} does not support masking and ends {}", reader, mask);
  }
  return fmt::format("{} drops {}{}", reader, mask, unmasked_inputs(dag, plan, fact));
}

/// Whether one line tells of both: of a call that reads a tensor twice, or that drops the other mask
/// because this one was taken off.
bool says_the_same(const MaskFact& told, const MaskFact& fact) {
  if (told.target != fact.target) return false;
  if (fact.fate == MaskFate::TakenOff && told.fate == MaskFate::Dropped) return true;
  return told.fate == fact.fate && told.from.vertex == fact.from.vertex &&
         told.from.output == fact.from.output;
}

/// The facts that `counts`, each told once.
template <class Counts>
std::vector<const MaskFact*> told_once(const Dag& dag, const MaskPlan& plan, Counts counts) {
  std::vector<const MaskFact*> told;
  for (const int vertex : dag.order()) {
    for (const bool taken_off : {false, true}) {
      for (const MaskFact& fact : facts_at(plan, vertex)) {
        if ((fact.fate == MaskFate::TakenOff) != taken_off || !counts(fact)) continue;
        const bool known = std::ranges::any_of(
            told, [&](const MaskFact* other) { return says_the_same(*other, fact); });
        if (!known) told.push_back(&fact);
      }
    }
  }
  return told;
}

}  // namespace

std::vector<const MaskFact*> lost_masks(const Dag& dag, const MaskPlan& plan) {
  return told_once(dag, plan, [](const MaskFact& fact) { return !fact.missed_by.empty(); });
}

std::vector<const MaskFact*> ended_masks(const Dag& dag, const MaskPlan& plan) {
  return told_once(dag, plan, [](const MaskFact& fact) {
    return fact.fate == MaskFate::Destroyed && fact.missed_by.empty();
  });
}

std::string describe_loss(const Dag& dag, const MaskPlan& plan, const MaskFact& fact) {
  std::string text = what_happened(dag, plan, fact);
  if (fact.missed_by.empty()) return text;
  return fmt::format("{}; {} would have used it and {} unmasked", text,
                     titles_of(dag, fact.missed_by), fact.missed_by.size() == 1 ? "runs" : "run");
}

namespace {

/// " (mask of Embedding 'words')": who made the masks that come in.
std::string makers_at(const Dag& dag, const MaskPlan& plan, int vertex) {
  std::vector<std::string> makers;
  for (const MaskFact& fact : facts_at(plan, vertex)) {
    if (!has_mask(fact)) continue;
    std::string maker = title_of(dag, maker_of(plan, fact));
    if (fact.by_hand) maker += ", given with the call";
    if (std::ranges::find(makers, maker) == makers.end()) makers.push_back(std::move(maker));
  }
  return makers.empty() ? "" : fmt::format(" (mask of {})", fmt::join(makers, " and "));
}

constexpr std::string_view kOnlyKeras = "; rules = intended does not";

/// What the masks lost or ended in a call come to, a line each.
std::string losses_at(const Dag& dag, const MaskPlan& plan, int vertex) {
  std::string text;
  for (const MaskFact* loss : lost_masks(dag, plan)) {
    if (loss->target != vertex) continue;
    text += fmt::format("    lost: {}{}\n", describe_loss(dag, plan, *loss),
                        loss->fate == MaskFate::Ignored ? kOnlyKeras : "");
  }
  for (const MaskFact* end : ended_masks(dag, plan)) {
    if (end->target != vertex) continue;
    text +=
        fmt::format("    ends here: {}; nobody behind misses it\n", describe_loss(dag, plan, *end));
  }
  for (const MaskFact* loss : losses_for(dag, plan, vertex)) {
    if (loss->target == vertex) continue;
    text += fmt::format("    would have used the mask made by {}, which is lost at {}\n",
                        title_of(dag, maker_of(plan, *loss)), title_of(dag, loss->target));
  }
  return text;
}

/// Where Keras departs from its rules, unless a lost mask has told it.
std::string accidents_at(const Dag& dag, const MaskPlan& plan, int vertex) {
  const bool told = std::ranges::any_of(losses_for(dag, plan, vertex), [](const MaskFact* loss) {
    return loss->fate == MaskFate::Ignored;
  });
  std::string text;
  if (told) return text;
  for (const auto& accident : plan.vertices[static_cast<std::size_t>(vertex)].accidents) {
    text += fmt::format("    {} {}{}\n", title_of(dag, vertex), accident, kOnlyKeras);
  }
  return text;
}

std::string report_call(const Dag& dag, const MaskPlan& plan, int vertex) {
  const std::string column = mask_words(dag, plan, vertex);
  const std::string text = losses_at(dag, plan, vertex) + accidents_at(dag, plan, vertex);
  const std::string padding = padding_words(dag, plan, vertex);
  const bool says_nothing = text.empty() && column.empty() && padding.empty();
  if (!is_shown(plan, vertex) || says_nothing) return "";
  std::vector<std::string> words;
  if (!column.empty()) words.push_back(column + makers_at(dag, plan, vertex));
  if (!padding.empty()) words.push_back(padding);
  return fmt::format("  {}: {}\n{}", title_of(dag, vertex), fmt::join(words, ", "), text);
}

/// The models that a layer is or holds, not those inside them.
std::vector<Model> models_in(const Layer& layer) {
  if (const auto* model = dynamic_cast<const Model*>(&layer)) return {*model};
  std::vector<Model> models;
  for (const auto& [name, inner] : layer.sublayers()) {
    for (const Model& model : models_in(*inner)) models.push_back(model);
  }
  return models;
}

/// Per input of a model, whether this call hands it a mask.
std::vector<bool> masks_brought(const MaskPlan& plan, int vertex, const Model& inner) {
  std::vector<bool> brings;
  for (const MaskId mask : plan.vertices[static_cast<std::size_t>(vertex)].passed.front()) {
    brings.push_back(mask != kNoMaskId);
  }
  brings.resize(inner.dag().inputs().size());
  return brings;
}

}  // namespace

std::vector<NestedModel> nested_models(const Model& model, const std::vector<bool>& masked,
                                       const UnseenOutputs& unseen) {
  const MaskPlan& plan = model.plan(masked, unseen);
  std::vector<NestedModel> nested;
  std::set<std::tuple<const void*, std::vector<bool>, UnseenOutputs>> seen;
  for (const int vertex : model.dag().order()) {
    for (const Model& inner : models_in(model.dag().layer(vertex))) {
      if (!inner.built()) continue;
      std::vector<bool> brings = masks_brought(plan, vertex, inner);
      const UnseenOutputs& hidden = plan.vertices[static_cast<std::size_t>(vertex)].unseen;
      if (!seen.emplace(inner.identity(), brings, hidden).second) continue;
      const bool same = inner.rules() == model.rules();
      nested.push_back({vertex, same ? inner : inner.with_rules(model.rules()), brings, hidden});
    }
  }
  return nested;
}

std::string mask_report(const Model& model, const std::vector<bool>& masked,
                        const UnseenOutputs& unseen) {
  const Dag& dag = model.dag();
  const MaskPlan& plan = model.plan(masked, unseen);
  std::string calls;
  for (const int vertex : dag.order()) calls += report_call(dag, plan, vertex);
  if (calls.empty()) calls = "  no layer makes a mask, and no input brings one\n";
  std::string text =
      fmt::format("Masks of {}, rules: {}\n{}", model.title(), name_of(model.rules()), calls);
  const std::string batching = batching_words(dag, plan);
  if (!batching.empty()) text += fmt::format("Sequences of different lengths: {}\n", batching);
  const std::string on_host = host_words(dag, plan);
  if (!on_host.empty()) text += fmt::format("On the host, whatever the device: {}\n", on_host);
  for (const NestedModel& nested : nested_models(model, masked, unseen)) {
    text += fmt::format("Inside {}: {}", model.title(),
                        mask_report(nested.model, nested.masked, nested.unseen));
  }
  return text;
}

}  // namespace domino
