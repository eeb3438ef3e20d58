#include "domino/io/layer_assets_internal.h"

#include <functional>
#include <limits>
#include <set>
#include <string>

namespace domino {
namespace {

using Visit = std::function<void(const Layer& layer, const std::string& folder)>;

/// Every layer once, with its folder in an archive.
void walk(const Layer& layer, const std::string& folder, std::set<const void*>& seen,
          const Visit& visit) {
  if (!seen.insert(layer.identity()).second) return;
  visit(layer, folder);
  for (const auto& [name, inner] : layer.sublayers()) {
    walk(*inner, folder + name + '/', seen, visit);
  }
}

void walk(const Layer& model, const Visit& visit) {
  std::set<const void*> seen;
  walk(model, "assets/", seen, visit);
}

Assets assets_in(const KerasArchive& archive, const std::string& folder) {
  Assets assets;
  for (const ZipMember& member : archive.members()) {
    if (!member.name.starts_with(folder)) continue;
    const std::string file = member.name.substr(folder.size());
    if (file.empty() || file.find('/') != std::string::npos) continue;
    assets[file] = archive.text(member.name, std::numeric_limits<std::uint64_t>::max());
  }
  return assets;
}

}  // namespace

void load_assets(const KerasArchive& archive, const Layer& model) {
  walk(model, [&](const Layer& layer, const std::string& folder) {
    const Assets assets = assets_in(archive, folder);
    if (!assets.empty()) layer.load_own_assets(assets);
  });
}

void save_assets(KerasArchiveWriter& archive, const Layer& model) {
  walk(model, [&](const Layer& layer, const std::string& folder) {
    for (const auto& [file, bytes] : layer.own_assets()) archive.add_text(folder + file, bytes);
  });
}

}  // namespace domino
