#include "domino/layers/pooling/windows.h"

#include <limits>

#include "domino/backends/ops.h"
#include "domino/core/check.h"
#include "domino/layers/check_shape.h"
#include "domino/layers/same_padding.h"

namespace domino::layers::detail {

PoolingSetup pooling_setup(std::string_view type, const Integers& pool_size,
                           const Integers& strides, const std::string& padding,
                           const std::string& data_format) {
  const std::int64_t size = one_number(type, "pool_size", pool_size);
  return {.pool_size = size,
          .strides = strides.given() ? one_number(type, "strides", strides) : size,
          .same = is_same(type, padding),
          .channels_first = is_channels_first(type, data_format)};
}

namespace {

/// Windows over the steps of a sequence: window i has the steps begin[i] ... end[i] - 1.
struct Windows {
  Tensor begin;
  Tensor end;
  std::int64_t widest;
};

Windows windows_over(std::int64_t steps, const PoolingSetup& setup) {
  const std::int64_t size = setup.pool_size;
  const std::int64_t stride = setup.strides;
  const StepPadding padding = setup.same ? same_padding(steps, size, stride) : StepPadding();
  const std::int64_t count = (steps + padding.before + padding.after - size + stride) / stride;
  const auto range = [&](std::int64_t from) {
    return ops::arange(static_cast<double>(from), static_cast<double>(stride), count, DType::Int64);
  };
  return {.begin = ops::maximum(range(-padding.before), 0),
          .end = ops::minimum(range(size - padding.before), static_cast<int>(steps)),
          .widest = size};
}

/// As even as can be: no window is empty, also if there are more windows than steps.
Windows windows_sharing(std::int64_t steps, std::int64_t count) {
  const auto range = [&](std::int64_t from) {
    const Tensor scaled =
        ops::arange(static_cast<double>(from), static_cast<double>(steps), count, DType::Int64);
    return ops::floor_divide(scaled, static_cast<int>(count));
  };
  return {.begin = range(0), .end = range(steps + count - 1), .widest = steps / count + 2};
}

/// What TensorFlow compares: it starts from the lowest number, so that NaN never wins.
Tensor comparable(const Tensor& x) {
  if (!is_floating(x.dtype())) return x;
  constexpr double kLowest = std::numeric_limits<float>::lowest();
  return ops::where(ops::greater(x, kLowest), x, kLowest);
}

/// A window with fewer steps than the widest has its last one several times: that is no matter to the
/// largest, and left out of the mean.
Tensor pooled(const Tensor& x, const Windows& windows, Pool pool) {
  const Tensor end = ops::expand_dims(windows.end, -1);
  const Tensor steps =
      ops::add(ops::expand_dims(windows.begin, -1), ops::arange(windows.widest, DType::Int64));
  const Tensor last = ops::subtract(end, 1);
  const Tensor places = ops::cast(ops::minimum(steps, last), DType::Int32);
  if (pool == Pool::Max) return ops::max(ops::take(comparable(x), places, 1), {2});
  const Tensor seen = ops::take(x, places, 1);
  const Tensor inside = ops::expand_dims(ops::less(steps, end), -1);
  const Tensor counts = ops::cast(ops::subtract(windows.end, windows.begin), DType::Float32);
  return ops::divide(ops::sum(ops::where(inside, seen, 0.0), {2}), ops::expand_dims(counts, -1));
}

/// Too short a sequence has no windows when it runs, as in TensorFlow, if it lacks less than a stride;
/// Keras refuses it while a model is wired.
std::int64_t least_steps(const PoolingSetup& setup, const Tensor& x) {
  if (setup.same) return 0;
  return x.is_meta() ? setup.pool_size : setup.pool_size - setup.strides;
}

}  // namespace

Tensor pool_windows(const PoolingSetup& setup, const Tensor& input, Pool pool) {
  check_sequences(input.shape());
  const Tensor x = setup.channels_first ? turned(input) : input;
  check(x.size(1) >= least_steps(setup, x),
        "a window has {} steps, more than {}; use padding = \"same\"", setup.pool_size,
        input.shape());
  const Tensor y = pooled(x, windows_over(x.size(1), setup), pool);
  return setup.channels_first ? turned(y) : y;
}

Tensor pool_adaptively(const Tensor& input, std::int64_t windows, bool channels_first, Pool pool) {
  check_sequences(input.shape());
  const Tensor x = channels_first ? turned(input) : input;
  check(x.size(1) > 0, "needs at least one step, got {}", input.shape());
  const Tensor y = pooled(x, windows_sharing(x.size(1), windows), pool);
  return channels_first ? turned(y) : y;
}

}  // namespace domino::layers::detail
