#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "domino/backends/ops.h"
#include "domino/graph/layer_templates.h"
#include "domino/layers.h"

/// The custom layers of the guide "Masking and padding". Each is written once, in `ops::` verbs, and
/// runs on symbolic tensors and on every backend.
namespace guide {

using domino::DType;
using domino::OptionalMask;
using domino::Shape;
using domino::Tensor;
using domino::Tensors;
namespace initializers = domino::initializers;
namespace layers = domino::layers;
namespace ops = domino::ops;

/// Embeds ids and reads them with an LSTM, handing the mask from one to the other by hand.
class MyLayer final : public domino::UnaryLayer<MyLayer> {
 public:
  static constexpr std::string_view kType = "MyLayer";

  void build(const Shape&) const {
    add_layer("embedding", embedding_);
    add_layer("lstm", lstm_);
  }

  Tensor call(const Tensor& inputs) const {
    const Tensor x = embedding_(inputs);
    // You could also make the mask yourself: a tensor of shape (batch, steps) will do.
    const OptionalMask mask = embedding_.compute_mask(inputs);
    return lstm_(x, {.mask = mask});  // the LSTM skips the masked steps
  }

 private:
  const layers::Embedding embedding_{5000, 16, {.mask_zero = true}};
  const layers::LSTM lstm_{32};
};

/// Splits a sequence into two halves along its steps, and its mask with it: it changes the mask.
class TemporalSplit final : public domino::UnaryLayer<TemporalSplit> {
 public:
  static constexpr std::string_view kType = "TemporalSplit";

  std::array<Tensor, 2> call(const Tensor& inputs) const {
    const Tensors halves = ops::split(inputs, 2, 1);
    return {halves[0], halves[1]};
  }

  std::array<OptionalMask, 2> compute_mask(const Tensor&, const OptionalMask& mask) const {
    if (!mask) return {};
    const Tensors halves = ops::split(*mask, 2, 1);
    return {halves[0], halves[1]};
  }
};

/// Looks up a vector for every id: it has a weight, and makes a mask from its input.
class CustomEmbedding final : public domino::UnaryLayer<CustomEmbedding> {
 public:
  static constexpr std::string_view kType = "CustomEmbedding";

  CustomEmbedding(std::int64_t input_dim, std::int64_t output_dim, bool mask_zero = false)
      : input_dim_(input_dim), output_dim_(output_dim), mask_zero_(mask_zero) {}

  void build(const Shape&) const {
    add_weight("embeddings", {input_dim_, output_dim_}, initializers::RandomNormal());
  }

  Tensor call(const Tensor& inputs) const { return ops::embedding(inputs, weight("embeddings")); }

  OptionalMask compute_mask(const Tensor& inputs, const OptionalMask& = {}) const {
    if (!mask_zero_) return {};
    return ops::not_equal(inputs, 0);
  }

 private:
  const std::int64_t input_dim_;
  const std::int64_t output_dim_;
  const bool mask_zero_;
};

/// Moves no step, so the mask may pass through it; the constructor says so.
class MyActivation final : public domino::UnaryLayer<MyActivation> {
 public:
  static constexpr std::string_view kType = "MyActivation";

  MyActivation() { set_supports_masking(true); }

  Tensor call(const Tensor& inputs) const { return ops::relu(inputs); }
};

/// Softmax over the steps that the mask keeps: `call` takes the mask, so it is given one.
class TemporalSoftmax final : public domino::UnaryLayer<TemporalSoftmax> {
 public:
  static constexpr std::string_view kType = "TemporalSoftmax";

  Tensor call(const Tensor& inputs, const OptionalMask& mask) const {
    const Tensor kept =
        mask ? ops::expand_dims(ops::cast(*mask, inputs.dtype()), -1) : ops::ones_like(inputs);
    const Tensor exps = ops::multiply(ops::exp(inputs), kept);
    return ops::divide(exps, ops::sum(exps, {1}, true));
  }
};

/// Reverses the steps and says nothing of the mask, so the mask ends here.
class ReverseSteps final : public domino::UnaryLayer<ReverseSteps> {
 public:
  static constexpr std::string_view kType = "ReverseSteps";

  Tensor call(const Tensor& inputs) const { return ops::flip(inputs, 1); }
};

/// The same with a rule for the mask.
class ReverseStepsAndMask final : public domino::UnaryLayer<ReverseStepsAndMask> {
 public:
  static constexpr std::string_view kType = "ReverseStepsAndMask";

  Tensor call(const Tensor& inputs) const { return ops::flip(inputs, 1); }

  OptionalMask compute_mask(const Tensor&, const OptionalMask& mask) const {
    if (!mask) return {};
    return ops::flip(*mask, 1);
  }
};

}  // namespace guide
