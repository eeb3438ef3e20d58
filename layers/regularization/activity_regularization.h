#pragma once

#include <string>
#include <string_view>

#include "domino/graph/layer_templates.h"

namespace domino::layers {

/// Options of ActivityRegularization.
struct ActivityRegularizationOptions {
  double l1 = 0.0;
  double l2 = 0.0;
  std::string name = {};
  void fields(Fields& f);
};

/// Adds to the loss while training; a Domino model does not train, so it gives its input back, mask
/// included. Keras: keras/src/layers/regularization/activity_regularization.py.
class ActivityRegularization final : public UnaryLayer<ActivityRegularization> {
 public:
  static constexpr std::string_view kType = "ActivityRegularization";
  using Options = ActivityRegularizationOptions;

  explicit ActivityRegularization(ActivityRegularizationOptions options = {});
  const ActivityRegularizationOptions& options() const { return options_; }

  Tensor call(const Tensor& x) const { return x; }

 private:
  const ActivityRegularizationOptions options_;
};

}  // namespace domino::layers
