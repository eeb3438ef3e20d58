#include <algorithm>

#include "domino/graph/places_in_keras_internal.h"

namespace domino {
namespace {

bool takes_mask(const Parameter& parameter) { return !parameter.mask.empty(); }

bool takes_training_before_mask(const Layer& layer) {
  return layer.is_model() || layer.type() == "BatchNormalization" ||
         layer.type() == "TimeDistributed";
}

}  // namespace

std::vector<std::string_view> places_in_keras(const Layer& layer) {
  const Signature& signature = layer.signature();
  // Attention has the masks of its tensors in front of its other arguments.
  const bool masks_first = std::ranges::count_if(signature, takes_mask) > 1;
  std::vector<std::string_view> places;
  for (const Parameter& parameter : signature) {
    if (takes_mask(parameter) || !masks_first) places.push_back(parameter.name);
  }
  if (takes_training_before_mask(layer)) places.emplace_back("training");
  for (const Parameter& parameter : signature) {
    if (takes_mask(parameter)) places.push_back(parameter.mask);
  }
  for (const Parameter& parameter : signature) {
    if (!takes_mask(parameter) && masks_first) places.push_back(parameter.name);
  }
  return places;
}

std::vector<std::string_view> order_in_keras(const Layer& layer, std::size_t by_place) {
  std::vector<std::string_view> names = places_in_keras(layer);
  const std::size_t first = std::min(by_place, names.size());
  std::sort(names.begin() + static_cast<std::ptrdiff_t>(first), names.end());
  return names;
}

bool stands_by_place(const Layer& layer, std::size_t by_place, std::string_view name) {
  const std::vector<std::string_view> places = places_in_keras(layer);
  const auto place = static_cast<std::size_t>(std::ranges::find(places, name) - places.begin());
  return place < std::min(by_place, places.size());
}

}  // namespace domino
