#pragma once

#include <string>
#include <string_view>

#include "domino/graph/layer_templates.h"
#include "domino/layers/numbers.h"

namespace domino::layers {

/// Options of Rescaling; `scale` is its constructor's first argument.
struct RescalingOptions {
  Numbers scale = {};
  Numbers offset = 0.0;
  std::string name = {};
  void fields(Fields& f);
};

/// x * scale + offset, in float32.
///
/// Shapes stay, unless a scale or offset that is an array broadcasts `x` to more. The mask passes and
/// changes no value. Keras: keras/src/layers/preprocessing/rescaling.py; without what an image data
/// format of channels_first does to arrays.
class Rescaling final : public UnaryLayer<Rescaling> {
 public:
  static constexpr std::string_view kType = "Rescaling";
  using Options = RescalingOptions;

  explicit Rescaling(Numbers scale, RescalingOptions options = {});
  explicit Rescaling(RescalingOptions options);
  const RescalingOptions& options() const { return options_; }

  Tensor call(const Tensor& x) const;

 private:
  const RescalingOptions options_;
};

}  // namespace domino::layers
