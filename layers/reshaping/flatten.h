#pragma once

#include <string>
#include <string_view>

#include "domino/graph/layer_templates.h"

namespace domino::layers {

/// Options of Flatten.
struct FlattenOptions {
  std::string data_format = "channels_last";  ///< or "channels_first": axis 1 is put last before
  std::string name = {};
  void fields(Fields& f);
};

/// `(batch, a, b, ...)` becomes `(batch, a b ...)`, `(batch,)` becomes `(batch, 1)`.
///
/// The mask ends here, with a warning. Keras: keras/src/layers/reshaping/flatten.py.
class Flatten final : public UnaryLayer<Flatten> {
 public:
  static constexpr std::string_view kType = "Flatten";
  using Options = FlattenOptions;

  explicit Flatten(FlattenOptions options = {});
  const FlattenOptions& options() const { return options_; }

  Tensor call(const Tensor& x) const;

 private:
  const FlattenOptions options_;
};

}  // namespace domino::layers
