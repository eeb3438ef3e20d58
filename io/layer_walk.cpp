#include <set>

#include "domino/io/layer_walk_internal.h"

namespace domino {
namespace {

using Visit = std::function<void(const Layer& inner, const std::string& path)>;

void walk(const Layer& layer, const std::string& path, std::set<const void*>& seen,
          const Visit& visit) {
  if (!seen.insert(layer.identity()).second) return;
  visit(layer, path);
  for (const auto& [name, inner] : layer.sublayers()) walk(*inner, path + name + '/', seen, visit);
}

}  // namespace

void walk_layers(const Layer& layer, const Visit& visit) {
  std::set<const void*> seen;
  walk(layer, "", seen, visit);
}

}  // namespace domino
