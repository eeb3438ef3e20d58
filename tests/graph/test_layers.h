#pragma once

#include <array>
#include <vector>

#include "domino/backends/ops.h"
#include "domino/graph/layer_templates.h"

/// Small custom layers, written as a user would write them.
namespace domino {

inline std::vector<float> numbers(const Tensor& tensor) {
  const auto data = tensor.data<float>();
  return {data.begin(), data.end()};
}

/// Multiplies by a number and passes the mask on.
class Scale final : public UnaryLayer<Scale> {
 public:
  static constexpr std::string_view kType = "Scale";
  explicit Scale(double factor, std::string name = {})
      : UnaryLayer(std::move(name)), factor_(factor) {
    set_supports_masking(true);
  }
  Tensor call(const Tensor& x) const { return ops::multiply(x, factor_); }

 private:
  const double factor_;
};

/// Adds 1 and passes the mask on.
class Shift final : public UnaryLayer<Shift> {
 public:
  static constexpr std::string_view kType = "Shift";
  Shift() { set_supports_masking(true); }
  Tensor call(const Tensor& x) const { return ops::add(x, 1); }
};

class AddOne final : public UnaryLayer<AddOne> {
 public:
  static constexpr std::string_view kType = "AddOne";
  Tensor call(const Tensor& x) const { return ops::add(x, 1); }
};

/// x kernel, with a kernel of ones.
class Affine final : public UnaryLayer<Affine> {
 public:
  static constexpr std::string_view kType = "Affine";
  explicit Affine(std::int64_t units) : units_(units) {}
  void build(const Shape& input) const {
    add_weight("kernel", {input[-1], units_},
               [](const Shape& shape, DType dtype) { return ops::ones(shape, dtype); });
  }
  Tensor call(const Tensor& x) const { return ops::dense(x, weight("kernel"), {}); }

 private:
  const std::int64_t units_;
};

/// Two halves of the steps, and of the mask.
class SplitSteps final : public UnaryLayer<SplitSteps> {
 public:
  static constexpr std::string_view kType = "SplitSteps";
  std::array<Tensor, 2> call(const Tensor& x) const {
    Tensors halves = ops::split(x, 2, 1);
    return {halves[0], halves[1]};
  }
  OptionalMasks compute_mask(const Tensor&, const OptionalMask& mask) const {
    if (!mask) return {};
    const Tensors halves = ops::split(*mask, 2, 1);
    return {halves[0], halves[1]};
  }
};

/// Sums a list of tensors; ends masks.
class Sum final : public ListLayer<Sum> {
 public:
  static constexpr std::string_view kType = "Sum";
  Tensor call(const Tensors& inputs) const {
    Tensor sum = inputs[0];
    for (std::size_t i = 1; i < inputs.size(); ++i) sum = ops::add(sum, inputs[i]);
    return sum;
  }
};

/// Keeps the entries whose id is not 0.
class MarkZeros final : public UnaryLayer<MarkZeros> {
 public:
  static constexpr std::string_view kType = "MarkZeros";
  Tensor call(const Tensor& ids) const {
    return ops::expand_dims(ops::cast(ids, DType::Float32), -1);
  }
  OptionalMask compute_mask(const Tensor& ids, const OptionalMask&) const {
    return ops::not_equal(ids, 0);
  }
};

/// Sums the steps that the mask keeps: a consumer.
class SumSteps final : public UnaryLayer<SumSteps> {
 public:
  static constexpr std::string_view kType = "SumSteps";
  Tensor call(const Tensor& x, const OptionalMask& mask) const {
    return ops::reduce_steps(x, mask, ops::StepsReduce::Sum);
  }
  OptionalMask compute_mask(const Tensor&, const OptionalMask&) const { return std::nullopt; }
};

/// Keras' MultiHeadAttention as far as masks go: it takes the mask off its inputs.
class FakeAttention final : public NamedLayer<FakeAttention> {
 public:
  static constexpr std::string_view kType = "MultiHeadAttention";
  static Signature arguments() { return {{.name = "query", .mask = "query_mask"}}; }
  Tensor call(const Arguments& in) const { return ops::add(in.tensor("query"), 0); }
  OptionalMasks compute_mask(const Arguments&, const OptionalMasks& previous) const {
    return {previous[0]};
  }
  SymbolicTensor operator()(const SymbolicTensor& query) const {
    return apply(Call<SymbolicTensor>{.arguments = {{query}}, .masks = {{}}})[0];
  }
};

/// Moves no step, but does not say so: the mask ends here.
class Forgetful final : public UnaryLayer<Forgetful> {
 public:
  static constexpr std::string_view kType = "Forgetful";
  Tensor call(const Tensor& x) const { return ops::add(x, 0); }
};

}  // namespace domino
