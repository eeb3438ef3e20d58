#include "domino/layers/core/identity.h"

#include <utility>

namespace domino::layers {

Identity::Identity(IdentityOptions options)
    : UnaryLayer(options.name), options_(std::move(options)) {
  set_supports_masking(true);
}

}  // namespace domino::layers
