#include "domino/backends/plans/rnn_plan.h"

#include <algorithm>
#include <numeric>

#include "domino/backends/packing.h"

namespace domino::plans {

RnnPlan::RnnPlan(const Tensor& mask, std::int64_t batch, std::int64_t steps, bool go_backwards)
    : steps_(steps),
      go_backwards_(go_backwards),
      offsets_{0},
      order_(static_cast<std::size_t>(batch)) {
  const Tensor here = on_host(mask);
  kept_.reserve(static_cast<std::size_t>(batch * steps));
  for (std::int64_t row = 0; row < batch; ++row) {
    const bool* flags = here.defined() ? here.data<bool>().data() + row * steps : nullptr;
    for (std::int32_t step = 0; step < steps; ++step) {
      if (flags == nullptr || flags[place(step)]) kept_.push_back(step);
    }
    offsets_.push_back(static_cast<std::int64_t>(kept_.size()));
  }
  std::iota(order_.begin(), order_.end(), 0);
  std::ranges::stable_sort(order_, std::greater(),
                           [&](std::int64_t row) { return kept(row).size(); });
}

std::span<const std::int32_t> RnnPlan::kept(std::int64_t row) const {
  const auto i = static_cast<std::size_t>(row);
  return std::span(kept_).subspan(static_cast<std::size_t>(offsets_[i]),
                                  static_cast<std::size_t>(offsets_[i + 1] - offsets_[i]));
}

SharedRowMap RnnPlan::shown_rows(bool zero_for_mask) const {
  const auto zero_row = static_cast<std::int32_t>(tokens());
  std::vector<std::int32_t> row_of;
  row_of.reserve(static_cast<std::size_t>(batch() * steps_));
  for (std::int64_t row = 0; row < batch(); ++row) {
    auto next = static_cast<std::int32_t>(tokens_before(row));
    auto still_kept = kept(row);
    std::int32_t shown = zero_row;
    for (std::int64_t step = 0; step < steps_; ++step) {
      const bool is_kept = !still_kept.empty() && still_kept.front() == step;
      if (is_kept) still_kept = still_kept.subspan(1);
      if (is_kept) shown = next++;
      row_of.push_back(shown);
      if (zero_for_mask) shown = zero_row;
    }
  }
  return std::make_shared<const RowMap>(Tensor({batch() * steps_}, row_of), tokens() + 1);
}

bool RnnPlan::ends_with_zero(std::int64_t row, bool zero_for_mask) const {
  const auto steps = kept(row);
  return steps.empty() || (zero_for_mask && steps.back() + 1 != steps_);
}

std::vector<std::int64_t> RnnPlan::share(std::int64_t index, std::int64_t count) const {
  std::vector<std::int64_t> rows;
  for (std::int64_t first = 0, place = index; first + place < batch(); first += count) {
    rows.push_back(order_[static_cast<std::size_t>(first + place)]);
    place = count - 1 - place;  // whoever had the longer one gets the shorter one next
  }
  return rows;
}

}  // namespace domino::plans
