#pragma once

#include <string>
#include <string_view>

#include "domino/graph/layer_templates.h"
#include "domino/layers/integers.h"

namespace domino::layers {

/// Options of Cropping1D; `cropping` is what its constructor takes first, as one number or two.
struct Cropping1DOptions {
  Integers cropping = {1, 1};  ///< steps taken off in front and behind; one number counts for both
  std::string name = {};
  void fields(Fields& f);
};

/// Takes steps off both ends of a sequence.
///
/// `(batch, steps, features)` becomes `(batch, steps - cropping, features)`, with at least one step.
/// The mask ends here, with a warning. Keras: keras/src/layers/reshaping/cropping1d.py.
class Cropping1D final : public UnaryLayer<Cropping1D> {
 public:
  static constexpr std::string_view kType = "Cropping1D";
  using Options = Cropping1DOptions;

  explicit Cropping1D(int cropping, Cropping1DOptions options = {});
  Cropping1D(int before, int after, Cropping1DOptions options = {});
  explicit Cropping1D(Cropping1DOptions options = {});
  const Cropping1DOptions& options() const { return options_; }

  Tensor call(const Tensor& x) const;

 private:
  const Cropping1DOptions options_;
};

}  // namespace domino::layers
