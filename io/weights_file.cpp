#include "domino/core/check.h"
#include "domino/io/weights_file_internal.h"

namespace domino {

void check_weights_file(const Layer& layer, const std::filesystem::path& file,
                        std::string_view function) {
  check<BuildError>(layer.built(),
                    "{} has no weights yet; call it once, or put it into a Model, before {}",
                    layer.title(), function);
  check<IoError>(file.extension() == ".safetensors",
                 "'{}': {} does not know this kind of file; it knows .safetensors", file.string(),
                 function);
}

}  // namespace domino
