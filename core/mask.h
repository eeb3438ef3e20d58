#pragma once

#include <cstdint>
#include <initializer_list>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "domino/core/tensor.h"

namespace domino {

/// How the kept steps of a (batch, steps) mask lie. Rows that keep nothing fit either padding.
enum class MaskKind : std::uint8_t { AllValid, RightPadded, LeftPadded, Holes };
std::string_view name_of(MaskKind kind);

/// The kept steps of a (batch, steps) mask, row by row.
struct MaskStructure {
  MaskKind kind = MaskKind::AllValid;
  std::int64_t valid = 0;             ///< kept steps of all rows together
  std::vector<std::int64_t> counts;   ///< kept steps of each row
  std::vector<std::int64_t> offsets;  ///< where each row starts in `positions`; one more than rows
  std::vector<std::int32_t> positions;  ///< the kept steps, row after row, ascending
};

/// Why one row can stand for all masked steps of a tensor.
enum class Masked : std::uint8_t {
  Equal,              ///< they hold the same numbers
  Unseen,             ///< nobody sees them
  UnseenUnlessEmpty,  ///< nobody sees them but those of a sequence of which all are masked
};

/// Says which entries of a tensor count: nonzero keeps, zero skips.
///
/// Any shape and dtype, as in Keras, which never converts or checks a mask until a layer uses it.
class Mask {
 public:
  Mask(const Tensor& values);  // NOLINT(google-explicit-constructor): ops on masks give masks
  /// A bool mask.
  Mask(Shape shape, std::initializer_list<int> values);

  const Tensor& tensor() const { return tensor_; }
  operator const Tensor&() const { return tensor_; }  // NOLINT(google-explicit-constructor)
  const Shape& shape() const { return tensor_.shape(); }
  DType dtype() const { return tensor_.dtype(); }

  /// Counts and positions of a (batch, steps) mask on the host, computed when first asked for.
  /// Throws MaskError for another rank.
  const MaskStructure& structure() const;
  /// A row for each kept step of a (batch, steps) mask on the host, and behind them one for the masked
  /// steps. Computed when first asked for; null if there would be as many rows as steps. Throws MaskError
  /// for another rank.
  const std::shared_ptr<const RowMap>& row_map(Masked masked = Masked::Equal) const;

  /// Equal bits, or equal value numbers on meta; never the identity of objects.
  friend bool operator==(const Mask& a, const Mask& b) { return equal(a.tensor_, b.tensor_); }

 private:
  struct Lazy;
  Tensor tensor_;
  std::shared_ptr<Lazy> lazy_;
};

using OptionalMasks = std::vector<OptionalMask>;

/// Whether a mask of this shape, (batch, steps), says which steps of a (batch, steps, ...) tensor count.
bool is_mask_of_steps(const Shape& mask, const Shape& tensor);

}  // namespace domino
