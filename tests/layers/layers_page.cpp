#include "tests/layers/layers_page.h"

#include <fmt/format.h>

#include <algorithm>

namespace domino::testing {
namespace {

constexpr std::string_view kHead = R"(# What each layer of Keras does with masks

`keras.layers` 3.15.1 exports {all} layer classes. Domino computes {known} of them; a model with one of the others is refused
with an error that names the class.

But for a few words in the last column, a test has written this page from what it saw. It calls each layer of Domino with
masks and without, and expects what Keras gave; of classes that Domino lacks the page tells what Keras gave. Layers are
called as `layer(x)`, so that dropout does nothing. A page that is stale fails the test; `DOMINO_RENEW_PAGES=1` writes it
anew.

| mask in | |
|---|---|
| used | what the layer computes depends on the mask |
| ignored | masked steps are computed as all others |

| mask out | |
|---|---|
| passed | the output carries the mask of the input, or of the first input |
| changed | it carries another one, made from those of the inputs |
| made | it carries a mask whether the input has one or not |
| ended | it carries none, and nobody is warned |
| destroyed | it carries none, and a warning says so: the layer does not support masking |
| stays | Keras warns that the mask is destroyed, yet returns a tensor that carries it |

These are the rules of Keras, `MaskRules::Keras`. Where the intended rules, which models built in C++ follow if not told
otherwise, give something else, the note says what; [masking.md](masking.md) says why. Layers of one family that do the same
share a row. A row that begins with … is about the layers above it, called in another way.
)";

bool tell_the_same(const LayerRow& a, const LayerRow& b) {
  return a.in_domino == b.in_domino && a.words == b.words && a.trials == b.trials;
}

/// The classes of a family in groups that tell the same; those of Domino come first.
std::vector<std::vector<LayerRow>> groups_of(const std::vector<LayerRow>& family) {
  std::vector<std::vector<LayerRow>> groups;
  for (const LayerRow& row : family) {
    const auto group = std::ranges::find_if(
        groups, [&](const auto& other) { return tell_the_same(other.front(), row); });
    if (group == groups.end()) {
      groups.push_back({row});
    } else {
      group->push_back(row);
    }
  }
  std::ranges::stable_sort(groups, std::ranges::greater{},
                           [](const auto& group) { return group.front().in_domino; });
  return groups;
}

std::string in_code(const std::string& name) { return fmt::format("`{}`", name); }

std::string names_of(const std::vector<LayerRow>& group) {
  std::vector<std::string> names;
  for (const LayerRow& row : group) names.push_back(in_code(row.names.front()));
  return fmt::format("{}", fmt::join(names, ", "));
}

/// "" if both sets of rules give the same.
std::string difference(const TrialRow& trial) {
  const MaskFacts& keras = trial.keras;
  const MaskFacts& intended = trial.intended;
  std::vector<std::string> parts;
  if (keras.takes_off) parts.emplace_back("takes the masks off its inputs");
  std::vector<std::string> other;
  if (intended.mask_in != keras.mask_in) other.push_back(intended.mask_in);
  if (intended.mask_out != keras.mask_out) other.push_back(intended.mask_out);
  if (keras.takes_off && !intended.takes_off) other.emplace_back("they stay");
  if (!other.empty()) parts.push_back(fmt::format("intended: {}", fmt::join(other, ", ")));
  return fmt::format("{}", fmt::join(parts, "; "));
}

std::string table_row(const std::string& layer, const std::string& domino, const MaskFacts& facts,
                      const std::string& note) {
  return fmt::format("| {} | {} | {} | {} | {} |\n", layer, domino, facts.mask_in, facts.mask_out,
                     note);
}

std::string joined(const std::string& a, const std::string& b) {
  return a.empty() || b.empty() ? a + b : a + "; " + b;
}

std::string rows_of(const std::vector<LayerRow>& group) {
  const LayerRow& row = group.front();
  const std::string domino = row.in_domino ? "yes" : "no";
  if (row.trials.empty()) return table_row(names_of(group), domino, {}, row.words);
  std::string text;
  for (const TrialRow& trial : row.trials) {
    text += trial.when.empty() ? table_row(names_of(group), domino, trial.keras,
                                           joined(row.words, difference(trial)))
                               : table_row("… " + trial.when, "", trial.keras, difference(trial));
  }
  return text;
}

std::size_t count_in_domino(const std::vector<LayerRow>& rows) {
  return static_cast<std::size_t>(std::ranges::count_if(rows, &LayerRow::in_domino));
}

std::string section(const std::vector<LayerRow>& family) {
  std::string text = fmt::format(
      "\n## {}\n\nDomino has {} of {}.\n\n| layer | Domino | mask in | mask out | note |\n"
      "|---|---|---|---|---|\n",
      family.front().family, count_in_domino(family), family.size());
  for (const auto& group : groups_of(family)) text += rows_of(group);
  return text;
}

std::string other_names(const std::vector<LayerRow>& rows) {
  std::string text =
      "\n## Other names\n\nKeras knows some classes under two names; its files use the first.\n\n"
      "| in files | also |\n|---|---|\n";
  for (const LayerRow& row : rows) {
    for (std::size_t i = 1; i < row.names.size(); ++i) {
      text += fmt::format("| `{}` | `{}` |\n", row.names.front(), row.names[i]);
    }
  }
  return text;
}

}  // namespace

std::string layers_page(const std::vector<LayerRow>& rows) {
  std::string text =
      fmt::format(kHead, fmt::arg("all", rows.size()), fmt::arg("known", count_in_domino(rows)));
  for (auto begin = rows.begin(); begin != rows.end();) {
    const auto end = std::find_if(begin, rows.end(),
                                  [&](const LayerRow& row) { return row.family != begin->family; });
    text += section({begin, end});
    begin = end;
  }
  return text + other_names(rows);
}

}  // namespace domino::testing
