#pragma once

#include <string>
#include <string_view>

#include "domino/graph/layer_templates.h"
#include "domino/layers/integers.h"

namespace domino::layers {

/// Options of ZeroPadding1D; `padding` is what its constructor takes first, as one number or two.
struct ZeroPadding1DOptions {
  Integers padding = 1;  ///< steps put in front and behind; one number counts for both
  std::string data_format = "channels_last";  ///< or "channels_first": (batch, features, steps)
  std::string name = {};
  void fields(Fields& f);
};

/// Puts steps of zeros in front of a sequence and behind it.
///
/// `(batch, steps, features)` becomes `(batch, steps + padding, features)`.
/// The mask ends here, with a warning. Keras: keras/src/layers/reshaping/zero_padding1d.py.
class ZeroPadding1D final : public UnaryLayer<ZeroPadding1D> {
 public:
  static constexpr std::string_view kType = "ZeroPadding1D";
  using Options = ZeroPadding1DOptions;

  explicit ZeroPadding1D(int padding, ZeroPadding1DOptions options = {});
  ZeroPadding1D(int before, int after, ZeroPadding1DOptions options = {});
  explicit ZeroPadding1D(ZeroPadding1DOptions options = {});
  const ZeroPadding1DOptions& options() const { return options_; }

  Tensor call(const Tensor& x) const;

 private:
  const ZeroPadding1DOptions options_;
};

}  // namespace domino::layers
