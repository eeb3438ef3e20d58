#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "domino/backends/ops.h"
#include "domino/graph/layer_templates.h"
#include "domino/layers/integers.h"

namespace domino::layers {

/// Options of Hashing; `num_bins` is its constructor's first argument.
struct HashingOptions {
  std::int64_t num_bins = 0;
  Config mask_value = {};           ///< a string or an integer: it alone has bin 0
  Integers salt = {};               ///< one or two numbers: SipHash under them in place of FarmHash
  std::string output_mode = "int";  ///< or "one_hot", "multi_hot", "count"
  std::string name = {};
  void fields(Fields& f);
};

/// The bins, 0 to `num_bins` - 1, into which hashes put strings or integers.
///
/// Any shape. "int" gives int64, the other modes float32 rows with an entry per bin: see
/// encode_categories. Integers are hashed as decimal text, floats are cut first. A mask ends here, with
/// a warning. Keras: keras/src/layers/preprocessing/hashing.py; without sparse tensors, and in int64
/// whatever the layer's dtype.
class Hashing final : public UnaryLayer<Hashing> {
 public:
  static constexpr std::string_view kType = "Hashing";
  using Options = HashingOptions;

  explicit Hashing(std::int64_t num_bins, HashingOptions options = {});
  explicit Hashing(HashingOptions options);
  const HashingOptions& options() const { return options_; }

  Tensor call(const Tensor& x) const;

 private:
  Tensor bins_of(const Tensor& x) const;

  const HashingOptions options_;
  const ops::Table kept_;  ///< 0 for the mask value, otherwise 1; without keys if there is none
};

}  // namespace domino::layers
