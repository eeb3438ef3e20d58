#include "domino/layers/one_output.h"

#include "domino/core/check.h"

namespace domino::layers {

void check_one_output(const Layer& layer, std::string_view reason) {
  check<BuildError>(reason.empty(),
                    "{} gives several outputs because of {}; call outputs(...), which returns all "
                    "of them",
                    layer.title(), reason);
}

}  // namespace domino::layers
