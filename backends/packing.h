#pragma once

#include "domino/core/mask.h"
#include "domino/core/row_map.h"

/// Ops on packed tensors (Tensor::packed): what is equal is computed once.
///
/// Layers know nothing of it. An op that treats each place of the mapped axes alike runs on the rows; one
/// that moves places moves entries of the map; a backend's own kernels may follow the map (a recurrence
/// over steps). Every other op gets its operands unpacked.
namespace domino {

/// `x` with one row per row of `map`, taken from the first place that shows it; the mask stays behind.
/// Equal to `x` where all places of a row hold equal numbers.
///
/// The map stands for leading axes of x, two if it fits so. Throws ShapeError if it fits none.
Tensor pack(const Tensor& x, const SharedRowMap& map);

/// The numbers of every place, one after the other; a tensor that is not packed is returned as it is.
/// The mask stays on.
Tensor unpack(const Tensor& x);

/// `x` on the host, for masks: how many rows there are to compute is decided there. Downloaded from the
/// current backend once and kept beside the tensor.
Tensor on_host(const Tensor& x);
Mask on_host(const Mask& mask);

/// `mask` on the current backend; `on_host` gives the one of the host back.
Mask upload(const Mask& mask);

}  // namespace domino
