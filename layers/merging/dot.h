#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "domino/graph/layer_templates.h"
#include "domino/layers/integers.h"

namespace domino::layers {

/// Options of Dot; `axes` is its constructor's first argument.
struct DotOptions {
  Integers axes = {};      ///< of both inputs, or one for each; not the batch
  bool normalize = false;  ///< along the axes first, so that the products are cosines
  std::string name = {};
  void fields(Fields& f);
};

/// The dot products of two tensors along an axis of each: `Dot(2)({a, b})`, `Dot({2, 1})({a, b})`.
///
/// Gives the axes of the first but the summed one, then those of the second but batch and the summed
/// one: (batch, t, d) and (batch, s, d) along 2 give (batch, t, s). What would be (batch) is
/// (batch, 1). Values under masks take part. The masks end here, without a warning.
/// Keras: keras/src/layers/merging/dot.py.
class Dot final : public ListLayer<Dot> {
 public:
  static constexpr std::string_view kType = "Dot";
  using Options = DotOptions;

  explicit Dot(DotOptions options);
  explicit Dot(Integers axes, DotOptions options = {});
  explicit Dot(std::initializer_list<std::int64_t> axes, DotOptions options = {})
      : Dot(Integers(axes), std::move(options)) {}
  const DotOptions& options() const { return options_; }

  Tensor call(const Tensors& inputs) const;
  OptionalMask compute_mask(const Tensors& inputs, const OptionalMasks& masks) const;

 private:
  /// The axis of `shape`, which is input `which`.
  int axis(std::size_t which, const Shape& shape) const;

  const DotOptions options_;
};

}  // namespace domino::layers
