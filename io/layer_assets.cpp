#include "domino/io/layer_assets_internal.h"

#include <limits>
#include <string>

#include "domino/io/layer_walk_internal.h"

namespace domino {
namespace {

const std::string kFolder = "assets/";

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
  walk_layers(model, [&](const Layer& layer, const std::string& path) {
    const Assets assets = assets_in(archive, kFolder + path);
    if (!assets.empty()) layer.load_own_assets(assets);
  });
}

void save_assets(KerasArchiveWriter& archive, const Layer& model) {
  walk_layers(model, [&](const Layer& layer, const std::string& path) {
    const std::string folder = kFolder + path;
    for (const auto& [file, bytes] : layer.own_assets()) archive.add_text(folder + file, bytes);
  });
}

}  // namespace domino
