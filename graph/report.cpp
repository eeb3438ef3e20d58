#include "domino/graph/report.h"

#include <algorithm>
#include <array>
#include <vector>

#include "domino/core/check.h"
#include "domino/graph/dag.h"

namespace domino {
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

const std::vector<MaskFact>& facts_at(const MaskPlan& plan, int vertex) {
  return plan.vertices[static_cast<std::size_t>(vertex)].facts;
}

bool carries(const std::vector<MaskId>& masks) {
  return std::any_of(masks.begin(), masks.end(), [](MaskId id) { return id != kNoMaskId; });
}

/// "-> made", "used -> passed", "destroyed", ...: what happens to masks in one call.
std::string mask_column(const MaskPlan& plan, const Dag& dag, int vertex) {
  if (dag.is_input(vertex))
    return carries(plan.vertices[static_cast<std::size_t>(vertex)].outputs) ? "-> given" : "";
  std::string in;
  for (const MaskFact& fact : facts_at(plan, vertex)) {
    if (fact.fate == MaskFate::None) continue;
    const std::string fate(name_of(fact.fate));
    if (in.find(fate) == std::string::npos) in += (in.empty() ? "" : ", ") + fate;
  }
  const std::vector<MaskId>& outputs = plan.vertices[static_cast<std::size_t>(vertex)].outputs;
  if (!carries(outputs)) return in;
  const MaskOrigin& origin = plan.masks[static_cast<std::size_t>(
      *std::find_if(outputs.begin(), outputs.end(), [](MaskId id) { return id != kNoMaskId; }))];
  if (origin.vertex != vertex) return (in.empty() ? "" : in + " ") + "-> passed";
  return (in.empty() ? "" : in + " ") + (origin.changed ? "-> changed" : "-> made");
}

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
  std::vector<int> vertices = dag.order();
  for (const int vertex : vertices) {
    const Layer& layer = dag.layer(vertex);
    rows.push_back({fmt::format("{} ({})", layer.name(), layer.type()), shapes_of(dag.node(vertex)),
                    std::to_string(layer.count_params()), connections_of(dag, vertex),
                    mask_column(plan, dag, vertex)});
  }
  return fmt::format("{}, mask rules: {}\n{}Parameters: {}\n", model.title(),
                     name_of(model.rules()), table(rows), model.count_params());
}

/// Where the other tensors of a call that dropped a mask come from, if they carry none.
std::vector<int> unmasked_sources(const MaskPlan& plan, const MaskFact& dropped) {
  std::vector<int> sources;
  if (dropped.fate != MaskFate::Dropped) return sources;
  for (const MaskFact& fact : facts_at(plan, dropped.target)) {
    if (fact.mask == kNoMaskId) sources.push_back(fact.from.vertex);
  }
  return sources;
}

std::string describe_loss(const Dag& dag, const MaskPlan& plan, const MaskFact& fact) {
  const MaskOrigin& origin = plan.masks[static_cast<std::size_t>(fact.mask)];
  const std::string why =
      fact.fate == MaskFate::Destroyed ? "does not support masking and ends" : "drops";
  std::string text = fmt::format("{} {} the mask made by {}", title_of(dag, fact.target), why,
                                 title_of(dag, origin.vertex));
  const std::vector<int> unmasked = unmasked_sources(plan, fact);
  if (!unmasked.empty()) {
    text += fmt::format(" (its input from {} carries none here)", titles_of(dag, unmasked));
  }
  if (!fact.missed_by.empty()) {
    text +=
        fmt::format("; {} would have used it and runs unmasked", titles_of(dag, fact.missed_by));
  }
  return text;
}

std::string mask_report(const Model& model, const std::vector<bool>& masked) {
  const Dag& dag = model.dag();
  const MaskPlan& plan = model.plan(masked);
  std::string text = fmt::format("Masks of {}, rules: {}\n", model.title(), name_of(model.rules()));
  for (const int vertex : dag.order()) {
    const MaskPlan::Vertex& planned = plan.vertices[static_cast<std::size_t>(vertex)];
    const std::string column = mask_column(plan, dag, vertex);
    if (column.empty() && planned.accidents.empty()) continue;
    text += fmt::format("  {}: {}\n", title_of(dag, vertex), column);
    for (const MaskFact& fact : facts_at(plan, vertex)) {
      if (fact.fate != MaskFate::Destroyed && fact.missed_by.empty()) continue;
      text += fmt::format("    lost: {}\n", describe_loss(dag, plan, fact));
    }
    for (const std::string& accident : planned.accidents) {
      text +=
          fmt::format("    {} {}; rules = intended does not\n", title_of(dag, vertex), accident);
    }
  }
  return text;
}

}  // namespace domino
