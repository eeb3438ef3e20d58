#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "domino/graph/layer_templates.h"

namespace domino::layers {

/// Options of Permute; `dims` is its constructor's first argument.
struct PermuteOptions {
  std::vector<std::int64_t> dims = {};
  std::string name = {};
  void fields(Fields& f);
};

/// Puts the axes behind the batch axis into another order: `Permute({2, 1})` turns
/// `(batch, steps, features)` into `(batch, features, steps)`.
///
/// The mask ends here, with a warning, also when the order stays as it is.
/// Keras: keras/src/layers/reshaping/permute.py.
class Permute final : public UnaryLayer<Permute> {
 public:
  static constexpr std::string_view kType = "Permute";
  using Options = PermuteOptions;

  explicit Permute(std::vector<std::int64_t> dims, PermuteOptions options = {});
  explicit Permute(PermuteOptions options);
  const PermuteOptions& options() const { return options_; }

  Tensor call(const Tensor& x) const;

 private:
  const PermuteOptions options_;
};

}  // namespace domino::layers
