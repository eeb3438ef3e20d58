#include <algorithm>
#include <bit>
#include <utility>
#include <vector>

#include "domino/backends/execution.h"
#include "domino/backends/onednn/copy_slices.h"
#include "domino/backends/onednn/memory_pool.h"
#include "domino/backends/onednn/rows.h"
#include "domino/backends/reference/lookup.h"
#include "domino/core/row_map.h"

namespace domino::onednn {
namespace {

void embedding(const op::Embedding&, op::Inputs inputs, op::Outputs outputs) {
  const Tensor& table = inputs[1];
  const auto entry = static_cast<std::int64_t>(size_of(table.dtype())) * table.size(1);
  const auto look_up = [&](auto ids) {
    return copy_slices(table.storage()->bytes(), 1, table.size(0), entry, ids,
                       outputs[0].storage()->bytes());
  };
  const bool inside = inputs[0].dtype() == DType::Int32 ? look_up(inputs[0].data<std::int32_t>())
                                                        : look_up(inputs[0].data<std::int64_t>());
  if (!inside) reference::check_token_ids(inputs[0], table.size(0));
}

Tensor look_up(const Tensor& ids, const Tensor& table, Shape shape) {
  const Tensor operands[] = {ids, table};
  Tensor outputs[] = {pooled_tensor(std::move(shape), table.dtype())};
  embedding({}, operands, outputs);
  return outputs[0];
}

/// Numbers up to `most` different ids as they come.
template <class Id>
class Distinct {
 public:
  explicit Distinct(std::size_t most) : slots_(std::bit_ceil(2 * most), kFree) {
    ids_.reserve(most);
  }

  std::int32_t number(Id id) {
    const std::size_t last = slots_.size() - 1;
    std::size_t slot = static_cast<std::size_t>(id) * kSpread >> 20 & last;
    while (slots_[slot] != kFree && ids_[static_cast<std::size_t>(slots_[slot])] != id) {
      slot = (slot + 1) & last;
    }
    if (slots_[slot] == kFree) slots_[slot] = add(id);
    return slots_[slot];
  }
  /// A number of its own, though the id may have one.
  std::int32_t add(Id id) {
    ids_.push_back(id);
    return count() - 1;
  }
  std::int32_t count() const { return static_cast<std::int32_t>(ids_.size()); }
  Tensor ids() const { return {{count()}, ids_}; }

 private:
  static constexpr std::int32_t kFree = -1;
  static constexpr std::size_t kSpread =
      0x9E3779B97F4A7C15;  // ids lie close together, slots do not

  std::vector<std::int32_t> slots_;
  std::vector<Id> ids_;
};

/// The rows of `ids`, packed or not, as the rows of `distinct`; the row that nobody sees stays alone.
template <class Id>
RowMap map_of(const Tensor& ids, Distinct<Id>& distinct) {
  if (!ids.is_packed()) {
    std::vector<std::int32_t> row_of;
    row_of.reserve(static_cast<std::size_t>(ids.elements()));
    for (const Id id : ids.data<Id>()) row_of.push_back(distinct.number(id));
    return {Tensor({ids.elements()}, row_of), distinct.count()};
  }
  const RowMap& map = *ids.row_map();
  const auto id_of = ids.rows().data<Id>();
  std::vector<std::int32_t> number_of(id_of.size(), -1);
  std::vector<std::int32_t> row_of;
  row_of.reserve(map.row_of().size());
  std::int32_t unseen = -1;
  for (const std::int32_t row : map.row_of()) {
    const auto at = static_cast<std::size_t>(row);
    if (number_of[at] < 0) {
      number_of[at] = row == map.unseen() ? distinct.add(id_of[at]) : distinct.number(id_of[at]);
      if (row == map.unseen()) unseen = number_of[at];
    }
    row_of.push_back(number_of[at]);
  }
  return {Tensor({map.places()}, row_of), distinct.count(), unseen};
}

template <class Id>
bool are_inside(const Tensor& ids, const Tensor& table) {
  const auto inside = [&](Id id) { return id >= 0 && id < table.size(0); };
  return std::ranges::all_of(ids.data<Id>(), inside);
}

template <class Id>
Tensor look_up_once(const Tensor& ids, const Tensor& table) {
  const Tensor own = ids.is_packed() ? ids.rows() : ids;
  const Shape shape({ids.size(0), ids.size(1), table.size(1)});
  Distinct<Id> distinct(static_cast<std::size_t>(own.elements()));
  auto map = std::make_shared<const RowMap>(map_of(ids, distinct));
  // The whole tensor says where an id is outside.
  if (!are_inside<Id>(distinct.ids(), table)) reference::check_token_ids(ids, table.size(0));
  // What stands in a row that no place shows does not matter.
  if (map->rows() * 8 <= own.elements() * 7 || !are_inside<Id>(own, table)) {
    const Tensor rows = look_up(distinct.ids(), table, {map->rows(), table.size(1)});
    return Tensor::packed(rows, std::move(map), shape);
  }
  if (!ids.is_packed()) return look_up(ids, table, shape);
  return Tensor::packed(look_up(own, table, {own.elements(), table.size(1)}), ids.row_map(), shape);
}

/// Of tokens that come again, as words do, what is made of them is computed once.
Tensors embedding_once(const op::Embedding&, op::Inputs inputs) {
  return {inputs[0].dtype() == DType::Int32 ? look_up_once<std::int32_t>(inputs[0], inputs[1])
                                            : look_up_once<std::int64_t>(inputs[0], inputs[1])};
}

/// Sequences of tokens.
bool accepts_sequences(const op::Embedding&, op::Inputs inputs) {
  const Tensor& ids = inputs[0];
  return execution().packing && ids.rank() == 2 && ids.elements() > 0 &&
         (!ids.is_packed() || ids.mapped_axes() == 2) && inputs[1].elements() > 0;
}

}  // namespace

void add_embedding(KernelTable& table) {
  table.add_packed<op::Embedding>(kOwner, embedding_once, accepts_sequences);
  table.add<op::Embedding>(kOwner, embedding);
}

}  // namespace domino::onednn
