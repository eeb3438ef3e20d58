#include "domino/layers/regularization/activity_regularization.h"

#include <utility>

namespace domino::layers {

void ActivityRegularizationOptions::fields(Fields& f) {
  f("l1", l1);
  f("l2", l2);
}

ActivityRegularization::ActivityRegularization(ActivityRegularizationOptions options)
    : UnaryLayer(options.name), options_(std::move(options)) {
  set_supports_masking(true);
}

}  // namespace domino::layers
