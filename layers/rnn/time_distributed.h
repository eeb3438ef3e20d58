#pragma once

#include <string>

#include "domino/graph/layer.h"
#include "domino/graph/layer_templates.h"

namespace domino::layers {

/// Options of TimeDistributed; the layer is its constructor's first argument.
struct TimeDistributedOptions {
  std::string name = {};
};

/// Calls a layer on every step of a sequence, with the same weights.
///
/// `(batch, steps, ...)` becomes `(batch, steps, ...)`: the layer sees `(batch, ...)`, once per step.
/// It must give one output; it may be a model of one input. Steps are computed together where that gives
/// the same numbers.
///
/// The mask, `(batch, steps, ...)`, is handed on unchanged; a layer that takes a mask gets `(batch,
/// ...)`, that of its step. Masked steps are computed like any other, and masks that the layer makes
/// are lost, as in Keras; inside a model they travel. Weights: layer/...
///
/// A wrapper in a wrapper needs the options, or C++ takes it for a copy:
/// `TimeDistributed(TimeDistributed(layer), {})`.
/// Keras: keras/src/layers/rnn/time_distributed.py.
class TimeDistributed final : public UnaryLayer<TimeDistributed> {
 public:
  static constexpr std::string_view kType = "TimeDistributed";
  explicit TimeDistributed(const LayerHandle& layer, const TimeDistributedOptions& options = {});

  Config config() const override;
  static TimeDistributed from_config(const Config& config);

  const LayerHandle& layer() const { return layer_; }

  void build(const Shape& inputs) const;
  Tensor call(const Tensor& inputs, const OptionalMask& mask) const;
  OptionalMask compute_mask(const Tensor& inputs, const OptionalMask& mask) const;

 private:
  Tensor call_layer(const Tensor& inputs, const OptionalMask& mask) const;
  Tensor at_step(const Tensor& inputs, const OptionalMask& mask, std::int64_t step) const;
  Tensor all_at_once(const Tensor& inputs, const OptionalMask& mask) const;
  Tensor step_by_step(const Tensor& inputs, const OptionalMask& mask) const;
  Tensor from_one_step(const Tensor& inputs, const OptionalMask& mask) const;

  const LayerHandle layer_;
};

}  // namespace domino::layers
