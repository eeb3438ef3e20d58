#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "domino/core/tensor.h"

namespace domino {

/// Which row of a packed tensor each place of its leading axes shows. Places that hold equal numbers
/// share a row, so that padding is computed once: see Tensor::packed.
///
/// Immutable, and shared by all tensors that are packed alike.
class RowMap {
 public:
  /// `row_of` (places) of int32 on the host: one row below `rows` per place, row-major. Nobody sees the
  /// places that show row `unseen`, if one is given.
  RowMap(Tensor row_of, std::int64_t rows, std::int32_t unseen = -1);

  std::int64_t places() const { return row_of_.elements(); }
  std::int64_t rows() const { return rows_; }
  /// The row whose places nobody sees, so that it may hold any numbers; -1 for none.
  std::int32_t unseen() const { return unseen_; }
  /// Whether the rows are so much fewer than the places that computing by them is faster.
  bool is_worth() const { return rows_ * 20 <= places() * 19; }
  std::span<const std::int32_t> row_of() const { return row_of_.data<std::int32_t>(); }
  /// The same as a tensor, to take rows by.
  const Tensor& indices() const { return row_of_; }
  /// Per row the first place that shows it, int32 (rows); -1 for a row that no place shows.
  Tensor first_places() const;

  /// The same row at each place, of as many rows, and the same one unseen.
  friend bool operator==(const RowMap& a, const RowMap& b);

 private:
  Tensor row_of_;
  std::int64_t rows_;
  std::int32_t unseen_;
};

using SharedRowMap = std::shared_ptr<const RowMap>;

/// Two maps of the same places as one: a row for each pair of rows that some place shows together, and
/// one for all places that nobody sees.
struct MergedMaps {
  SharedRowMap map;
  Tensor first;   ///< int32 (rows): per merged row, the row of the first map
  Tensor second;  ///< and of the second
};
MergedMaps merge(const RowMap& first, const RowMap& second);

/// `map` with its row `unseen` named, if the places that nobody sees according to `by`, and only they, show
/// one row of it; null otherwise.
SharedRowMap with_unseen_of(const RowMap& map, const RowMap& by);

/// How many leading axes of `shape` hold exactly `places` entries, as near to `wanted` as can be; none if
/// no number does.
std::optional<int> leading_axes(const Shape& shape, std::int64_t places, int wanted);

}  // namespace domino
