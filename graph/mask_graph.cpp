#include "domino/graph/mask_graph.h"

#include <algorithm>
#include <array>
#include <set>

#include "domino/core/check.h"
#include "domino/graph/report.h"

namespace domino {
namespace {

struct Look {
  std::string_view meaning;
  std::string_view fill;
  std::string_view line;
  std::string_view style = "rounded,filled";
};

constexpr Look kPlain{"", "#ffffff", "#94a3b8"};
constexpr Look kMakes{"makes a mask", "#d6f5e3", "#15803d"};
constexpr Look kUses{"uses the mask", "#dbeafe", "#2563eb"};
constexpr Look kLoses{"loses a mask that is missed", "#fecaca", "#b91c1c"};
constexpr Look kEnds{"ends a mask, missed by nobody", "#ffffff", "#b91c1c", "rounded,dashed"};
constexpr Look kMisses{"runs unmasked", "#ffedd5", "#c2410c", "rounded,filled,dashed"};
constexpr std::string_view kLostEdge = "#dc2626";
constexpr std::array<std::string_view, 6> kMaskColours = {"#16a34a", "#7c3aed", "#0891b2",
                                                          "#a16207", "#db2777", "#4d7c0f"};

std::string escaped(std::string_view text) {
  std::string result;
  for (const char c : text) {
    switch (c) {
      case '&':
        result += "&amp;";
        break;
      case '<':
        result += "&lt;";
        break;
      case '>':
        result += "&gt;";
        break;
      case '"':
        result += "&quot;";
        break;
      default:
        result += c;
    }
  }
  return result;
}

class Drawing {
 public:
  Drawing(const Model& model, const std::vector<bool>& masked);
  std::string text() const;

 private:
  const Look& look_of(int vertex) const;
  bool has_fact(int vertex, MaskFate fate) const;
  std::string_view colour_of(MaskId mask) const;
  std::string title() const;
  std::string name_of_maker(int vertex) const;
  std::string legend_of_edges() const;
  std::string legend_of_boxes() const;
  std::string legend() const;
  std::vector<std::string> notes_of(int vertex) const;
  std::string label_of(int vertex) const;
  std::string box(int vertex) const;
  std::string edge(const MaskFact& fact) const;
  std::string edge_of_mask_given(const MaskFact& fact) const;
  std::string outputs() const;

  const Model& model_;
  const Dag& dag_;
  const MaskPlan& plan_;
  std::set<int> losing_;
  std::set<int> missing_;
};

Drawing::Drawing(const Model& model, const std::vector<bool>& masked)
    : model_(model), dag_(model.dag()), plan_(model.plan(masked)) {
  for (const MaskFact* loss : lost_masks(dag_, plan_)) {
    losing_.insert(loss->target);
    missing_.insert(loss->missed_by.begin(), loss->missed_by.end());
  }
}

bool Drawing::has_fact(int vertex, MaskFate fate) const {
  const auto& facts = plan_.vertices[static_cast<std::size_t>(vertex)].facts;
  return std::ranges::any_of(facts, [&](const MaskFact& fact) { return fact.fate == fate; });
}

const Look& Drawing::look_of(int vertex) const {
  if (missing_.contains(vertex)) return kMisses;
  if (losing_.contains(vertex)) return kLoses;
  const std::string words = mask_words(dag_, plan_, vertex);
  for (const char* made : {"made", "given", "changed"}) {
    if (words.find(made) != std::string::npos) return kMakes;
  }
  if (has_fact(vertex, MaskFate::Used)) return kUses;
  return has_fact(vertex, MaskFate::Destroyed) ? kEnds : kPlain;
}

std::string_view Drawing::colour_of(MaskId mask) const {
  return kMaskColours[static_cast<std::size_t>(mask) % kMaskColours.size()];
}

std::string Drawing::title() const {
  return fmt::format("<b>{}</b>, mask rules: {}", escaped(model_.title()), name_of(model_.rules()));
}

/// The maker's name, numbered if its layer is called several times.
std::string Drawing::name_of_maker(int vertex) const {
  const Layer& layer = dag_.layer(vertex);
  int calls = 0;
  int number = 0;
  for (const int other : dag_.order()) {
    if (dag_.layer(other).identity() == layer.identity()) ++calls;
    if (other == vertex) number = calls;
  }
  return calls == 1 ? layer.name() : fmt::format("{}, call {}", layer.name(), number);
}

/// A line of the masks' colours: "-> mask of words".
std::string Drawing::legend_of_edges() const {
  std::string line;
  std::set<MaskId> seen;
  for (const int vertex : dag_.order()) {
    for (const MaskFact& fact : plan_.vertices[static_cast<std::size_t>(vertex)].facts) {
      if (fact.mask == kNoMaskId || !seen.insert(fact.mask).second) continue;
      if (seen.size() > kMaskColours.size()) continue;
      line += fmt::format("<font color=\"{}\"><b>&#8594;</b></font> mask of {} &#160; ",
                          colour_of(fact.mask), escaped(name_of_maker(maker_of(plan_, fact))));
    }
  }
  if (missing_.empty()) return line;
  return line + fmt::format("<font color=\"{}\"><b>&#8867;</b></font> lost mask", kLostEdge);
}

std::string Drawing::legend_of_boxes() const {
  std::set<const Look*> looks;
  for (const int vertex : dag_.order()) {
    if (is_shown(plan_, vertex)) looks.insert(&look_of(vertex));
  }
  std::string cells;
  for (const Look* look : {&kMakes, &kUses, &kLoses, &kMisses, &kEnds}) {
    if (!looks.contains(look)) continue;
    cells += fmt::format("<td bgcolor=\"{}\" color=\"{}\" border=\"1\">{}</td>", look->fill,
                         look->line, look->meaning);
  }
  if (cells.empty()) return "";
  return fmt::format("<table border=\"0\" cellspacing=\"6\" cellpadding=\"3\"><tr>{}</tr></table>",
                     cells);
}

std::string Drawing::legend() const {
  std::string rows = fmt::format("<tr><td><font point-size=\"13\">{}</font></td></tr>", title());
  for (const std::string& line : {legend_of_edges(), legend_of_boxes()}) {
    if (!line.empty()) rows += fmt::format("<tr><td>{}</td></tr>", line);
  }
  return fmt::format("<table border=\"0\">{}</table>", rows);
}

/// `text` in lines of about `width` letters.
std::string wrapped(std::string_view text, std::size_t width) {
  std::string lines;
  std::size_t start = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != ' ' || i - start < width) continue;
    lines += escaped(text.substr(start, i - start)) + "<br/>";
    start = i + 1;
  }
  return lines + escaped(text.substr(start));
}

/// What stands below the layer's name: what happens to masks, whether it computes padding, and where
/// Keras departs from its rules.
std::vector<std::string> Drawing::notes_of(int vertex) const {
  std::vector<std::string> notes;
  const std::string words = mask_words(dag_, plan_, vertex);
  if (!words.empty()) notes.push_back("<i>" + escaped(words) + "</i>");
  const std::string padding = padding_words(dag_, plan_, vertex);
  if (!padding.empty()) notes.push_back("<i>" + wrapped(padding, 34) + "</i>");
  for (const std::string& accident : plan_.vertices[static_cast<std::size_t>(vertex)].accidents) {
    const std::string_view sentence = accident;
    notes.push_back(fmt::format("<font color=\"{}\">{}</font>", kLostEdge,
                                wrapped(sentence.substr(0, sentence.find(", as Keras")), 34)));
  }
  return notes;
}

std::string Drawing::label_of(int vertex) const {
  const Layer& layer = dag_.layer(vertex);
  std::string shapes;
  for (const EdgeFacts& output : dag_.node(vertex).outputs) {
    shapes += (shapes.empty() ? "" : ", ") + to_string(output.shape);
  }
  std::string rows = fmt::format("<tr><td><b>{}</b></td></tr>", escaped(layer.name()));
  std::vector<std::string> lines = notes_of(vertex);
  lines.insert(lines.begin(), escaped(layer.type()) + " " + escaped(shapes));
  for (const std::string& line : lines) {
    rows +=
        fmt::format("<tr><td><font point-size=\"9\" color=\"#475569\">{}</font></td></tr>", line);
  }
  return fmt::format("<table border=\"0\" cellspacing=\"0\" cellpadding=\"1\">{}</table>", rows);
}

std::string Drawing::box(int vertex) const {
  const Layer& layer = dag_.layer(vertex);
  const Look& look = look_of(vertex);
  const bool heavy = &look == &kLoses || &look == &kMisses;
  return fmt::format(
      "  {} [label=<{}>, fillcolor=\"{}\", color=\"{}\", style=\"{}\", penwidth={}{}{}];\n", vertex,
      label_of(vertex), look.fill, look.line, look.style, heavy ? 2.2 : 1.0,
      layer.is_model() ? ", peripheries=2" : "",
      layer.is_operation() ? ", fontsize=9, margin=\"0.04,0.01\"" : "");
}

std::string Drawing::edge_of_mask_given(const MaskFact& fact) const {
  return fmt::format(
      "  {} -> {} [color=\"{}\", penwidth=1.8, style=dashed, constraint=false, fontcolor=\"{}\", "
      "label=\" given with the call\"];\n",
      maker_of(plan_, fact), fact.target, colour_of(fact.mask), colour_of(fact.mask));
}

std::string Drawing::edge(const MaskFact& fact) const {
  const std::string ends = fmt::format("  {} -> {} ", fact.from.vertex, fact.target);
  if (fact.mask == kNoMaskId) return ends + ";\n";
  if (fact.by_hand) return ends + ";\n" + edge_of_mask_given(fact);
  const bool taken_off = fact.fate == MaskFate::TakenOff;
  const bool ends_here =
      taken_off || fact.fate == MaskFate::Destroyed || fact.fate == MaskFate::Dropped;
  const std::string_view style = taken_off ? ", style=dashed" : "";
  if (fact.missed_by.empty()) {
    return ends + fmt::format("[color=\"{}\", penwidth=2{}{}];\n", colour_of(fact.mask),
                              ends_here ? ", arrowhead=tee, arrowsize=1" : "", style);
  }
  return ends + fmt::format(
                    "[color=\"{}\", penwidth=2, arrowhead=tee, arrowsize=1, "
                    "fontcolor=\"{}\", label=\" {}\"{}];\n",
                    kLostEdge, kLostEdge, name_of(fact.fate), style);
}

std::string Drawing::outputs() const {
  std::string text;
  const std::vector<Endpoint>& ends = dag_.outputs();
  for (std::size_t i = 0; i < ends.size(); ++i) {
    text += fmt::format(
        "  out{} [shape=plaintext, style=\"\", margin=\"0.02,0\", label=\"output\", "
        "fontsize=9];\n  {} -> out{}",
        i, ends[i].vertex, i);
    const MaskId mask = plan_.output_masks[i];
    text +=
        mask == kNoMaskId ? ";\n" : fmt::format(" [color=\"{}\", penwidth=2];\n", colour_of(mask));
  }
  return text;
}

std::string Drawing::text() const {
  std::string text = fmt::format(
      "digraph domino {{\n"
      "  graph [label=<{}>, labelloc=t, fontname=\"Helvetica\", fontsize=10, nodesep=0.3, "
      "ranksep=0.32];\n"
      "  node [shape=box, fontname=\"Helvetica\", fontsize=11, margin=\"0.09,0.05\", height=0];\n"
      "  edge [color=\"#94a3b8\", arrowsize=0.7, fontname=\"Helvetica\", fontsize=9];\n",
      legend());
  for (const int vertex : dag_.order()) {
    if (is_shown(plan_, vertex)) text += box(vertex);
  }
  for (const int vertex : dag_.order()) {
    if (!is_shown(plan_, vertex)) continue;
    // A call that reads one tensor twice gets one line.
    std::set<std::string> lines;
    for (const MaskFact& fact : plan_.vertices[static_cast<std::size_t>(vertex)].facts) {
      if (std::string line = edge(fact); lines.insert(line).second) text += line;
    }
  }
  return text + outputs() + "}\n";
}

}  // namespace

std::string mask_graph(const Model& model, const std::vector<bool>& masked) {
  return Drawing(model, masked).text();
}

}  // namespace domino
