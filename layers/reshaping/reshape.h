#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "domino/graph/layer_templates.h"

namespace domino::layers {

/// Options of Reshape; `target_shape` is its constructor's first argument.
struct ReshapeOptions {
  std::vector<std::int64_t> target_shape = {};
  std::string name = {};
  void fields(Fields& f);
};

/// `(batch, ...)` becomes `(batch, *target_shape)`, in which one size may be -1: what is left.
///
/// The mask ends here, with a warning, also when the shape stays as it is.
/// Keras: keras/src/layers/reshaping/reshape.py.
class Reshape final : public UnaryLayer<Reshape> {
 public:
  static constexpr std::string_view kType = "Reshape";
  using Options = ReshapeOptions;

  explicit Reshape(std::vector<std::int64_t> target_shape, ReshapeOptions options = {});
  explicit Reshape(ReshapeOptions options);
  const ReshapeOptions& options() const { return options_; }

  void build(const Shape& input) const;
  Tensor call(const Tensor& x) const;

 private:
  const ReshapeOptions options_;
};

}  // namespace domino::layers
