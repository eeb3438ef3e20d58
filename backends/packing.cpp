#include "domino/backends/packing.h"

#include <algorithm>
#include <functional>
#include <numeric>
#include <string>
#include <utility>

#include "domino/backends/backend.h"
#include "domino/backends/late_errors_internal.h"
#include "domino/backends/ops.h"
#include "domino/backends/packed_ops_internal.h"
#include "domino/backends/plans/kept.h"
#include "domino/core/check.h"

namespace domino {
namespace {

using Sizes = std::vector<std::int64_t>;

std::int64_t product(const Sizes& sizes) {
  return std::accumulate(sizes.begin(), sizes.end(), std::int64_t{1}, std::multiplies<>());
}

Sizes leading(const Shape& shape, int axes) { return {shape.begin(), shape.begin() + axes}; }
Sizes behind(const Shape& shape, int axes) { return {shape.begin() + axes, shape.end()}; }

Sizes joined(Sizes a, const Sizes& b) {
  a.insert(a.end(), b.begin(), b.end());
  return a;
}

Tensor take_rows(const Tensor& x, const Tensor& indices) {
  const IndicesOfMap inside;
  return run(op::Take{0}, {x, resident(indices)}).front();
}

Tensor packed_if_worth(const Tensor& rows, const SharedRowMap& map, const Shape& shape) {
  const Tensor whole = Tensor::packed(rows, map, shape);
  return map->is_worth() ? whole : unpack(whole);
}

/// The places of `map` that are moved around by an op on int32 tensors, here on the host.
template <class Move>
SharedRowMap moved(const RowMap& map, const Sizes& axes, Move move) {
  const BackendScope host(backend("cpu"));
  const Tensor places = move(ops::reshape(map.indices(), Shape(axes)));
  return std::make_shared<const RowMap>(ops::reshape(places, {places.elements()}), map.rows(),
                                        map.unseen());
}

/// Rows as an op sees them: their own axis stands last among as many as are mapped.
Tensor shown(const Tensor& rows, int mapped) {
  const Sizes ones(static_cast<std::size_t>(mapped - 1), 1);
  return ops::reshape(rows, Shape(joined(ones, rows.shape().sizes())));
}

/// What an op gave for such rows, as rows again.
Tensor hidden(const Tensor& output, int mapped) {
  return ops::reshape(output, Shape(behind(output.shape(), mapped - 1)));
}

bool is_packed(const Tensor& x) { return x.defined() && x.is_packed(); }

/// One operand of an op that treats each place alike.
struct Operand {
  Tensor rows;       ///< or the tensor as it is, if all places share it
  SharedRowMap map;  ///< null for that
};

/// Operands with one map for all of them.
struct Aligned {
  std::vector<Operand> operands;
  SharedRowMap map;
};

SharedRowMap map_of_flags(const Tensor& x) {
  std::vector<std::int32_t> row_of;
  const Tensor flags = on_host(x);
  for (const bool flag : flags.data<bool>()) row_of.push_back(flag ? 1 : 0);
  return std::make_shared<const RowMap>(Tensor({x.elements()}, row_of), 2);
}

/// `x`, which has at each place one flag: two rows.
Operand packed_flags(const Tensor& x) {
  static const Tensor kFlags({2}, std::vector<bool>{false, true});
  const auto map = plans::kept(plans::beside(x), "map of flags", [&] { return map_of_flags(x); });
  return {resident(kFlags), *map};
}

/// `x` (.., 1, .., rest), repeated along some of the mapped axes of `whole`.
Operand packed_repeats(const Tensor& x, const Sizes& whole) {
  const auto mapped = static_cast<int>(whole.size());
  const Sizes own = leading(x.shape(), mapped);
  const BackendScope host(backend("cpu"));
  const Tensor numbers = ops::reshape(ops::arange(product(own)), Shape(own));
  const Tensor places = ops::reshape(ops::broadcast_to(numbers, Shape(whole)), {product(whole)});
  return {x, std::make_shared<const RowMap>(places, product(own))};
}

/// `x` with axes of size 1 in front, as broadcasting sees it.
Tensor with_rank(const Tensor& x, int rank) {
  const Sizes ones(static_cast<std::size_t>(rank - x.rank()), 1);
  return ones.empty() ? x : ops::reshape(x, Shape(joined(ones, x.shape().sizes())));
}

/// `x` as an operand of an op whose result has the mapped axes `whole` and then `rest` axes. None if each
/// place has numbers of its own.
std::optional<Operand> as_operand(const Tensor& operand, const Sizes& whole, int rest) {
  const auto mapped = static_cast<int>(whole.size());
  if (operand.rank() <= rest) return Operand{unpack(operand), nullptr};
  const Tensor x = with_rank(operand, mapped + rest);
  const Sizes own = leading(x.shape(), mapped);
  if (is_packed(x) && own == whole && x.row_map()->places() == product(own)) {
    const Shape rows(joined({x.row_map()->rows()}, behind(x.shape(), mapped)));
    return Operand{ops::reshape(x.rows(), rows), x.row_map()};
  }
  if (product(own) == 1) return Operand{unpack(x), nullptr};
  const Tensor numbers = unpack(x);
  if (own == whole && numbers.dtype() == DType::Bool && numbers.elements() == product(own)) {
    Operand flags = packed_flags(numbers);
    flags.rows = ops::reshape(flags.rows, Shape(joined({2}, behind(x.shape(), mapped))));
    return flags;
  }
  if (2 * product(own) > product(whole)) return std::nullopt;
  Operand repeats = packed_repeats(numbers, whole);
  repeats.rows = ops::reshape(numbers, Shape(joined({product(own)}, behind(x.shape(), mapped))));
  return repeats;
}

/// Two maps as one, which is often one of them.
struct Merger {
  MergedMaps made;
  bool is_first;
  bool is_second;

  Merger(const RowMap& first, const RowMap& second)
      : made(merge(first, second)), is_first(*made.map == first), is_second(*made.map == second) {}
};

std::shared_ptr<const Merger> merger_of(const SharedRowMap& first, const SharedRowMap& second) {
  const std::string key =
      fmt::format("{} merged with {}", plans::identity(*first), plans::identity(*second));
  return plans::kept(plans::beside(first), key, [&] { return Merger(*first, *second); });
}

/// Brings all operands onto one map; none if its rows would hardly be fewer than the places.
std::optional<Aligned> aligned(const Tensors& inputs, const Sizes& whole, int rest) {
  Aligned result;
  for (const Tensor& x : inputs) {
    std::optional<Operand> operand = as_operand(x, whole, rest);
    if (!operand) return std::nullopt;
    if (operand->map && result.map && operand->map != result.map) {
      const auto merger = merger_of(result.map, operand->map);
      const SharedRowMap map = merger->is_first    ? result.map
                               : merger->is_second ? operand->map
                                                   : merger->made.map;
      if (!map->is_worth()) return std::nullopt;
      for (Operand& before : result.operands) {
        if (!before.map || merger->is_first) continue;
        before = {take_rows(before.rows, merger->made.first), map};
      }
      if (!merger->is_second) operand->rows = take_rows(operand->rows, merger->made.second);
      operand->map = map;
    }
    if (operand->map) result.map = operand->map;
    result.operands.push_back(std::move(*operand));
  }
  return result;
}

/// How many axes of the result are mapped: those of the first packed operand that has them whole.
std::optional<int> mapped_axes(const Tensors& inputs, const Shape& output) {
  for (const Tensor& x : inputs) {
    if (is_packed(x) && x.rank() == output.rank() &&
        leading(x.shape(), x.mapped_axes()) == leading(output, x.mapped_axes())) {
      return x.mapped_axes();
    }
  }
  return std::nullopt;
}

/// The tensor, of which all may be seen.
Tensor seen(const Tensor& x) {
  if (!is_packed(x) || x.row_map()->unseen() < 0) return x;
  const auto map = std::make_shared<const RowMap>(x.row_map()->indices(), x.row_map()->rows());
  return Tensor::packed(x.rows(), map, x.shape());
}

std::optional<Tensor> run_aligned(const op::Operation& operation, Tensors inputs,
                                  const Shape& output) {
  const std::optional<int> mapped = mapped_axes(inputs, output);
  if (!mapped) return std::nullopt;
  // Places that nobody sees of an operand are seen in the result if the op hides them itself.
  if (may_hide_places(operation)) std::ranges::transform(inputs, inputs.begin(), seen);
  const auto operands = aligned(inputs, leading(output, *mapped), output.rank() - *mapped);
  if (!operands) return std::nullopt;
  Tensors rows;
  for (const Operand& operand : operands->operands) {
    rows.push_back(operand.map ? shown(operand.rows, *mapped) : operand.rows);
  }
  const Tensor result = hidden(run(operation, rows).front(), *mapped);
  return packed_if_worth(result, operands->map, output);
}

/// Runs an op that treats each place of its first operand alike; the others are weights.
Tensor run_first(const op::Operation& operation, Tensors inputs, const Shape& output) {
  const Tensor x = inputs.front();
  inputs.front() = shown(x.rows(), x.mapped_axes());
  for (std::size_t i = 1; i < inputs.size(); ++i) {
    if (inputs[i].defined()) inputs[i] = unpack(inputs[i]);
  }
  const Tensor result = hidden(run(operation, inputs).front(), x.mapped_axes());
  return packed_if_worth(result, x.row_map(), output);
}

template <class Op>
std::optional<int> own_axes_of(const Op&, op::Inputs) {
  return std::nullopt;
}
std::optional<int> own_axes_of(const op::Unary&, op::Inputs) { return 0; }
std::optional<int> own_axes_of(const op::Cast&, op::Inputs) { return 0; }
std::optional<int> own_axes_of(const op::Embedding&, op::Inputs) { return 0; }
std::optional<int> own_axes_of(const op::Dense&, op::Inputs) { return 1; }
std::optional<int> own_axes_of(const op::LayerNorm&, op::Inputs) { return 1; }
std::optional<int> own_axes_of(const op::BatchNorm&, op::Inputs) { return 1; }
std::optional<int> own_axes_of(const op::Softmax& op, op::Inputs inputs) {
  return inputs[0].rank() - op.axis;
}
std::optional<int> own_axes_of(const op::Take& op, op::Inputs inputs) {
  return inputs[0].rank() - op.axis;
}
std::optional<int> own_axes_of(const op::Reduce& op, op::Inputs inputs) {
  return op.axes.empty() ? 0 : inputs[0].rank() - op.axes.front();
}
std::optional<int> own_axes_of(const op::MatMul& op, op::Inputs inputs) {
  if (inputs[1].rank() != 2) return std::nullopt;
  return op.transpose_a ? 2 : 1;
}

template <class Op>
std::optional<Tensor> on_rows(const Op& op, const Tensors& inputs, const Shape& output) {
  const std::optional<int> own = own_axes_of(op, inputs);
  const bool alone =
      own && is_packed(inputs[0]) && inputs[0].rank() - inputs[0].mapped_axes() >= *own;
  return alone ? std::optional(run_first(op, inputs, output)) : std::nullopt;
}

std::optional<Tensor> on_rows(const op::Binary& op, const Tensors& inputs, const Shape& output) {
  return run_aligned(op, inputs, output);
}

std::optional<Tensor> on_rows(const op::Where& op, const Tensors& inputs, const Shape& output) {
  return run_aligned(op, inputs, output);
}

std::optional<Tensor> on_rows(const op::Concatenate& op, const Tensors& inputs,
                              const Shape& output) {
  const bool alone =
      std::ranges::all_of(inputs, [&](const Tensor& x) { return x.mapped_axes() <= op.axis; });
  return alone ? run_aligned(op, inputs, output) : std::nullopt;
}

std::optional<Tensor> on_rows(const op::Transpose& op, const Tensors& inputs, const Shape& output) {
  const Tensor& x = inputs[0];
  const int mapped = x.mapped_axes();
  const op::Transpose places{{op.axes.begin(), op.axes.begin() + mapped}};
  if (std::ranges::any_of(places.axes, [&](int axis) { return axis >= mapped; })) {
    return std::nullopt;
  }
  op::Transpose rows = op;
  std::iota(rows.axes.begin(), rows.axes.begin() + mapped, 0);
  const Tensor result = hidden(ops::transpose(shown(x.rows(), mapped), rows.axes), mapped);
  const SharedRowMap map = moved(*x.row_map(), leading(x.shape(), mapped),
                                 [&](const Tensor& at) { return run(places, {at}).front(); });
  return packed_if_worth(result, map, output);
}

std::optional<Tensor> on_rows(const op::Slice& op, const Tensors& inputs, const Shape& output) {
  const Tensor& x = inputs[0];
  const auto mapped = static_cast<std::ptrdiff_t>(x.mapped_axes());
  if (output.elements() == 0) return std::nullopt;
  const op::Slice places{{op.begin.begin(), op.begin.begin() + mapped},
                         {op.count.begin(), op.count.begin() + mapped},
                         {op.stride.begin(), op.stride.begin() + mapped}};
  const SharedRowMap map = moved(*x.row_map(), leading(x.shape(), x.mapped_axes()),
                                 [&](const Tensor& at) { return run(places, {at}).front(); });
  if (behind(x.shape(), x.mapped_axes()) == behind(output, x.mapped_axes()) &&
      std::ranges::all_of(op.stride.begin() + mapped, op.stride.end(),
                          [](std::int64_t stride) { return stride == 1; })) {
    return packed_if_worth(x.rows(), map, output);
  }
  op::Slice rows{{op.begin.begin() + mapped, op.begin.end()},
                 {op.count.begin() + mapped, op.count.end()},
                 {op.stride.begin() + mapped, op.stride.end()}};
  rows.begin.insert(rows.begin.begin(), 0);
  rows.count.insert(rows.count.begin(), x.rows().size(0));
  rows.stride.insert(rows.stride.begin(), 1);
  return packed_if_worth(run(rows, {x.rows()}).front(), map, output);
}

std::optional<Tensor> on_rows(const op::BroadcastTo& op, const Tensors& inputs,
                              const Shape& output) {
  const Tensor& x = inputs[0];
  const int mapped = x.mapped_axes();
  if (x.rank() != op.shape.rank()) return std::nullopt;
  const Shape rows(joined({x.rows().size(0)}, behind(op.shape, mapped)));
  const Shape places(leading(op.shape, mapped));
  const SharedRowMap map = moved(*x.row_map(), leading(x.shape(), mapped),
                                 [&](const Tensor& at) { return ops::broadcast_to(at, places); });
  return packed_if_worth(ops::broadcast_to(x.rows(), rows), map, output);
}

/// The rows that stand at the first places of another map; undefined if these are all rows in their order, since
/// often only the padding shows another row.
Tensor rows_for(const Tensor& first_places, const RowMap& map) {
  std::vector<std::int32_t> from;
  for (const std::int32_t place : first_places.data<std::int32_t>()) {
    from.push_back(map.row_of()[static_cast<std::size_t>(place)]);
  }
  bool same = map.rows() == std::ssize(from);
  for (std::size_t i = 0; same && i < from.size(); ++i) {
    same = from[i] == static_cast<std::int32_t>(i);
  }
  return same ? Tensor() : Tensor({std::ssize(from)}, from);
}

}  // namespace

Tensor pack(const Tensor& x, const SharedRowMap& map) {
  if (x.is_packed() && x.row_map() == map) return x.without_mask();
  if (x.is_packed() && x.row_map()->places() != map->places()) return pack(unpack(x), map);
  const std::optional<int> mapped = leading_axes(x.shape(), map->places(), 2);
  check(mapped.has_value(), "a map of {} places for a tensor {}", map->places(), x.shape());
  const Tensor first = map->first_places();
  if (!x.is_packed()) {
    const Shape rows(joined({map->places()}, behind(x.shape(), *mapped)));
    return Tensor::packed(take_rows(ops::reshape(x, rows), first), map, x.shape());
  }
  const std::string key =
      fmt::format("rows of {} for {}", plans::identity(*x.row_map()), plans::identity(*map));
  const auto from =
      plans::kept(plans::beside(map), key, [&] { return rows_for(first, *x.row_map()); });
  const Tensor rows = from->defined() ? take_rows(x.rows(), *from) : x.rows();
  return Tensor::packed(rows, map, x.shape());
}

Tensor unpack(const Tensor& x) {
  if (!is_packed(x)) return x;
  return ops::reshape(take_rows(x.rows(), x.row_map()->indices()), x.shape()).with_mask(x.mask());
}

namespace {

constexpr const char* kOnHost = "on the host";

/// Under what name a mask on the host is kept beside the memory of the one elsewhere.
std::string key_of_mask(const Tensor& there) {
  return fmt::format("mask {} of map {} {}", there.shape(), fmt::ptr(there.row_map().get()),
                     kOnHost);
}

Storage& memory_of(const Tensor& x) { return *(x.is_packed() ? x.rows() : x).storage(); }

}  // namespace

Tensor on_host(const Tensor& x) {
  if (!x.defined() || x.device() == Device::Host) return x;
  if (x.is_packed()) return Tensor::packed(on_host(x.rows()), x.row_map(), x.shape());
  const auto copy = x.storage()->attachment(kOnHost, [&] {
    const TellLater later;
    return std::make_shared<Tensor>(current_backend().download(x.without_mask()));
  });
  return std::static_pointer_cast<Tensor>(copy)->viewed_as(x.shape());
}

Mask on_host(const Mask& mask) {
  const Tensor& there = mask.tensor();
  if (there.device() == Device::Host) return mask;
  const Tensor here = on_host(there);
  const auto kept =
      memory_of(there).attachment(key_of_mask(there), [&] { return std::make_shared<Mask>(here); });
  return *std::static_pointer_cast<Mask>(kept);
}

Mask upload(const Mask& mask) {
  const Tensor there = current_backend().upload(mask.tensor());
  if (there.device() == Device::Host) return mask;
  there.storage()->attachment(kOnHost, [&] { return std::make_shared<Tensor>(mask.tensor()); });
  there.storage()->attachment(key_of_mask(there), [&] { return std::make_shared<Mask>(mask); });
  return there;
}

bool may_hide_places(const op::Operation& operation) {
  const auto* binary = std::get_if<op::Binary>(&operation);
  return std::holds_alternative<op::Where>(operation) ||
         (binary != nullptr && binary->kind == op::BinaryKind::Multiply);
}

std::optional<int> own_axes(const op::Operation& operation, op::Inputs inputs) {
  return std::visit([&](const auto& op) { return own_axes_of(op, inputs); }, operation);
}

std::optional<Tensor> run_on_rows(const op::Operation& operation, const Tensors& inputs,
                                  const Shape& output) {
  const WholeCall whole(operation, inputs);
  try {
    return std::visit([&](const auto& op) { return on_rows(op, inputs, output); }, operation);
  } catch (const Error&) {
    // Without rows it fails in the same way and says at which place, or a row that no place shows was
    // at fault.
    return std::nullopt;
  }
}

}  // namespace domino
