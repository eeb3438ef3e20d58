#pragma once

#include <string>
#include <string_view>

#include "domino/graph/layer_templates.h"

namespace domino::layers {

/// Options of Identity.
struct IdentityOptions {
  std::string name = {};
  void fields(Fields&) {}
};

/// Gives its input back, mask included. Keras: keras/src/layers/core/identity.py.
class Identity final : public UnaryLayer<Identity> {
 public:
  static constexpr std::string_view kType = "Identity";
  using Options = IdentityOptions;

  explicit Identity(IdentityOptions options = {});
  const IdentityOptions& options() const { return options_; }

  Tensor call(const Tensor& x) const { return x; }

 private:
  const IdentityOptions options_;
};

}  // namespace domino::layers
