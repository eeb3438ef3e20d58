#pragma once

#include <string>
#include <string_view>

#include "domino/graph/layer_templates.h"

namespace domino::layers {

/// Options of RepeatVector; `n` is its constructor's first argument.
struct RepeatVectorOptions {
  int n = 0;
  std::string name = {};
  void fields(Fields& f);
};

/// `(batch, features)` becomes `(batch, n, features)`, the same vector at every step.
///
/// The mask ends here, with a warning. Keras: keras/src/layers/reshaping/repeat_vector.py.
class RepeatVector final : public UnaryLayer<RepeatVector> {
 public:
  static constexpr std::string_view kType = "RepeatVector";
  using Options = RepeatVectorOptions;

  explicit RepeatVector(int n, RepeatVectorOptions options = {});
  explicit RepeatVector(RepeatVectorOptions options);
  const RepeatVectorOptions& options() const { return options_; }

  Tensor call(const Tensor& x) const;

 private:
  const RepeatVectorOptions options_;
};

}  // namespace domino::layers
