#pragma once

#include "domino/core/tensor.h"

namespace domino::reference {

/// Throws ValueError naming the first of `ids` (int32 or int64, on the host) that is below 0 or not
/// below `rows`, and where it stands.
void check_token_ids(const Tensor& ids, std::int64_t rows);

/// The same for indices into `axis` of a tensor of `shape`.
void check_indices(const Tensor& indices, const Shape& shape, int axis);

}  // namespace domino::reference
