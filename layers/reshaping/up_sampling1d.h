#pragma once

#include <string>
#include <string_view>

#include "domino/graph/layer_templates.h"

namespace domino::layers {

/// Options of UpSampling1D; `size` is its constructor's first argument.
struct UpSampling1DOptions {
  int size = 2;
  std::string name = {};
  void fields(Fields& f);
};

/// Repeats each step of a sequence `size` times in a row.
///
/// `(batch, steps, features)` becomes `(batch, steps * size, features)`.
/// The mask ends here, with a warning. Keras: keras/src/layers/reshaping/up_sampling1d.py.
class UpSampling1D final : public UnaryLayer<UpSampling1D> {
 public:
  static constexpr std::string_view kType = "UpSampling1D";
  using Options = UpSampling1DOptions;

  explicit UpSampling1D(int size, UpSampling1DOptions options = {});
  explicit UpSampling1D(UpSampling1DOptions options = {});
  const UpSampling1DOptions& options() const { return options_; }

  Tensor call(const Tensor& x) const;

 private:
  const UpSampling1DOptions options_;
};

}  // namespace domino::layers
