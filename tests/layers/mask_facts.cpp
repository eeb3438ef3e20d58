#include "tests/layers/mask_facts.h"

#include <algorithm>
#include <ostream>
#include <stdexcept>

#include "domino/core/random.h"
#include "domino/graph/accidents.h"
#include "tests/layers/parity_runner.h"

namespace domino::testing {
namespace {

using nlohmann::json;

const MaskFacts kRefusal{.mask_in = "error", .mask_out = "", .takes_off = false};

/// The names of the masks that the tensors of a trial carry, null for none.
std::vector<json> carried_masks(const json& trial) {
  std::vector<json> names;
  for (const json& argument : trial.at("inputs")) {
    for (const json& tensor : argument.at("tensors")) names.push_back(tensor.at("mask"));
  }
  return names;
}

/// The mask of the first input: the one it carries, or the first that is passed by keyword.
OptionalMask given_mask(const ParityFile& file, const json& trial) {
  const json& explicit_masks = trial.at("masks");
  if (explicit_masks.empty()) return file.mask(carried_masks(trial).front());
  return file.mask(explicit_masks.front().at("tensors").front());
}

json without_masks(json trial) {
  trial["masks"] = json::array();
  for (json& argument : trial["inputs"]) {
    for (json& tensor : argument["tensors"]) tensor["mask"] = nullptr;
  }
  return trial;
}

/// Each run has a new layer; all of them get the same random weights.
Outcome call(const ParityFile& file, json trial, MaskRules rules) {
  set_random_seed(1);
  trial["continues"] = false;
  const Way way{.name = "", .expected = "", .rules = rules, .model = false, .made_masks = false};
  return ParityRunner(file, way).run(trial, json::object());
}

bool same_values(const Tensors& a, const Tensors& b) {
  return std::ranges::equal(a, b, [](const Tensor& x, const Tensor& y) {
    return equal(x.without_mask(), y.without_mask());
  });
}

std::string mask_out(const OptionalMask& given, const Outcome& unmasked, const Outcome& masked) {
  const OptionalMask& mask = masked.outputs.front().mask();
  if (unmasked.outputs.front().mask()) return "made";
  if (!mask) return masked.warned.value() ? "destroyed" : "ended";
  if (!given || !equal(mask->tensor(), given->tensor())) return "changed";
  return masked.warned.value() ? "stays" : "passed";
}

/// An eager call cannot take a mask off its caller's tensor; models do.
bool takes_off(const ParityFile& file, const json& trial, MaskRules rules) {
  const LayerHandle layer = make_layer(file.index().at("layers").at(trial.at("layer")));
  const auto masks = carried_masks(trial);
  return rules == MaskRules::Keras && takes_masks_off_inputs(*layer) &&
         std::ranges::any_of(masks, [](const json& name) { return !name.is_null(); });
}

}  // namespace

std::ostream& operator<<(std::ostream& out, const MaskFacts& facts) {
  return out << facts.mask_in << ", " << facts.mask_out
             << (facts.takes_off ? ", takes masks off its inputs" : "");
}

Observation observed_in_keras(const ParityFile& file, const json& trial, MaskRules rules) {
  const bool differs = rules == MaskRules::Intended && trial.at("intended") != "same";
  const json& facts = trial.at(differs ? "intended" : "keras");
  if (facts.contains("error")) return {kRefusal, {}};
  return {{.mask_in = facts.at("mask_in"),
           .mask_out = facts.at("mask_out"),
           .takes_off = facts.at("takes_off")},
          file.mask(facts.at("mask"))};
}

Observation observed_in_domino(const ParityFile& file, const json& trial, MaskRules rules) {
  const Outcome unmasked = call(file, without_masks(trial), rules);
  if (!unmasked.error.empty()) throw std::runtime_error(unmasked.error);
  const Outcome masked = call(file, trial, rules);
  if (!masked.error.empty()) return {kRefusal, {}};
  return {{.mask_in = same_values(unmasked.outputs, masked.outputs) ? "ignored" : "used",
           .mask_out = mask_out(given_mask(file, trial), unmasked, masked),
           .takes_off = takes_off(file, trial, rules)},
          masked.outputs.front().mask()};
}

}  // namespace domino::testing
