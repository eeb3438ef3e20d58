#include "domino/core/mask.h"

#include <algorithm>
#include <mutex>
#include <numeric>

#include "domino/core/check.h"
#include "domino/core/row_map.h"
#include "domino/core/visit_dtype.h"

namespace domino {
namespace {

std::vector<bool> bits_of(std::initializer_list<int> values) {
  std::vector<bool> bits;
  for (const int value : values) bits.push_back(value != 0);
  return bits;
}

MaskKind kind_of_row(std::span<const std::int32_t> kept, std::int64_t steps) {
  const auto count = static_cast<std::int64_t>(kept.size());
  if (count == steps) return MaskKind::AllValid;
  if (kept.back() == count - 1) return MaskKind::RightPadded;
  if (kept.front() == steps - count) return MaskKind::LeftPadded;
  return MaskKind::Holes;
}

MaskKind merge(MaskKind a, MaskKind b) {
  if (a == b || b == MaskKind::AllValid) return a;
  return a == MaskKind::AllValid ? b : MaskKind::Holes;
}

template <class T>
MaskStructure structure_of(std::span<const T> values, std::int64_t rows, std::int64_t steps) {
  MaskStructure result;
  result.offsets.push_back(0);
  std::size_t index = 0;
  bool empty_row = false;
  for (std::int64_t row = 0; row < rows; ++row) {
    const std::size_t start = result.positions.size();
    for (std::int64_t step = 0; step < steps; ++step) {
      if (widen(values[index++]) != T{})
        result.positions.push_back(static_cast<std::int32_t>(step));
    }
    const std::span kept(result.positions.begin() + static_cast<std::ptrdiff_t>(start),
                         result.positions.end());
    result.counts.push_back(static_cast<std::int64_t>(kept.size()));
    result.offsets.push_back(static_cast<std::int64_t>(result.positions.size()));
    if (kept.empty() && steps > 0) {
      empty_row = true;
    } else {
      result.kind = merge(result.kind, kind_of_row(kept, steps));
    }
  }
  // A row without any kept step is padded on the right and on the left at once.
  if (empty_row && result.kind == MaskKind::AllValid) result.kind = MaskKind::RightPadded;
  result.valid = static_cast<std::int64_t>(result.positions.size());
  return result;
}

}  // namespace

struct Mask::Lazy {
  // A mutex: std::call_once hangs after an exception under the thread sanitizer.
  std::mutex mutex;
  std::optional<MaskStructure> structure;
  std::shared_ptr<const RowMap> row_maps[3];  // by Masked
};

namespace {

/// Null if each step has a row.
std::shared_ptr<const RowMap> row_map_of(const MaskStructure& structure, std::int64_t steps,
                                         Masked masked) {
  std::vector<std::int32_t> row_of(structure.counts.size() * static_cast<std::size_t>(steps), -1);
  std::int32_t next = 0;
  for (std::size_t row = 0; row < structure.counts.size(); ++row) {
    const auto first = row_of.begin() + static_cast<std::int64_t>(row) * steps;
    if (masked == Masked::UnseenUnlessEmpty && structure.counts[row] == 0) {
      std::iota(first, first + steps, next);
      next += static_cast<std::int32_t>(steps);
    }
    for (std::int64_t i = structure.offsets[row]; i < structure.offsets[row + 1]; ++i) {
      first[structure.positions[static_cast<std::size_t>(i)]] = next++;
    }
  }
  const auto places = static_cast<std::int64_t>(row_of.size());
  if (next == places) return nullptr;
  std::ranges::replace(row_of, -1, next);
  return std::make_shared<const RowMap>(Tensor({places}, row_of), next + 1,
                                        masked == Masked::Equal ? -1 : next);
}

}  // namespace

std::string_view name_of(MaskKind kind) {
  switch (kind) {
    case MaskKind::AllValid:
      return "all valid";
    case MaskKind::RightPadded:
      return "right padded";
    case MaskKind::LeftPadded:
      return "left padded";
    case MaskKind::Holes:
      return "holes";
  }
  return "unknown";
}

Mask::Mask(const Tensor& values) : tensor_(values.without_mask()), lazy_(std::make_shared<Lazy>()) {
  check<MaskError>(tensor_.dtype() != DType::String, "a mask of strings; masks are numbers");
}

Mask::Mask(Shape shape, std::initializer_list<int> values)
    : Mask(Tensor(std::move(shape), bits_of(values))) {}

const MaskStructure& Mask::structure() const {
  check<MaskError>(tensor_.rank() == 2, "only a (batch, steps) mask has a structure, got {}",
                   shape());
  const std::lock_guard lock(lazy_->mutex);
  if (!lazy_->structure) {
    lazy_->structure = visit_number(dtype(), [this]<class T>(TypeTag<T>) {
      if constexpr (std::is_same_v<T, Float16> || std::is_same_v<T, BFloat16>) {
        std::vector<float> wide;
        for (const T value : tensor_.data<T>()) wide.push_back(widen(value));
        return structure_of<float>(wide, tensor_.size(0), tensor_.size(1));
      } else {
        return structure_of<T>(tensor_.data<T>(), tensor_.size(0), tensor_.size(1));
      }
    });
  }
  return *lazy_->structure;
}

const std::shared_ptr<const RowMap>& Mask::row_map(Masked masked) const {
  const MaskStructure& kept = structure();
  const std::lock_guard lock(lazy_->mutex);
  std::shared_ptr<const RowMap>& map = lazy_->row_maps[static_cast<std::size_t>(masked)];
  if (!map) map = row_map_of(kept, tensor_.size(1), masked);
  return map;
}

bool is_mask_of_steps(const Shape& mask, const Shape& tensor) {
  return mask.rank() == 2 && tensor.rank() >= 2 && mask[0] == tensor[0] && mask[1] == tensor[1];
}

}  // namespace domino
