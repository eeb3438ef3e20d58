#pragma once

#include <string>

#include "domino/backends/ops.h"
#include "domino/graph/layer_templates.h"
#include "domino/layers/initializers/initializers.h"

namespace domino::testing {

/// x * factor, the mask passed: the "Parity>Doubled" of the recording.
class Doubled final : public UnaryLayer<Doubled> {
 public:
  static constexpr std::string_view kType = "Doubled";
  struct Options {
    std::string name = {};
    void fields(Fields&) {}
  };
  explicit Doubled(const Options& options) : UnaryLayer(options.name) {
    set_supports_masking(true);
  }
  Options options() const { return {}; }

  void build(const Shape& input) const { add_weight("factor", {input[-1]}, initializers::Ones{}); }
  Tensor call(const Tensor& x) const { return ops::multiply(x, weight("factor")); }
};

}  // namespace domino::testing
