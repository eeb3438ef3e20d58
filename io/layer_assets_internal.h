#pragma once

#include "domino/graph/layer.h"
#include "domino/io/keras_archive_internal.h"
#include "domino/io/keras_archive_writer_internal.h"

namespace domino {

/// Gives each layer of a model the files that the archive keeps of it, in `assets/<path of the layer>/`.
/// Throws IoError, and what the layer throws.
void load_assets(const KerasArchive& archive, const Layer& model);

/// The inverse (keras/src/saving/saving_lib.py, save_own_assets).
void save_assets(KerasArchiveWriter& archive, const Layer& model);

}  // namespace domino
