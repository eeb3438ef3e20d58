#include "domino/core/row_map.h"

#include <algorithm>
#include <unordered_map>
#include <utility>

#include "domino/core/check.h"

namespace domino {

RowMap::RowMap(Tensor row_of, std::int64_t rows, std::int32_t unseen)
    : row_of_(std::move(row_of)), rows_(rows), unseen_(unseen) {
  check(row_of_.rank() == 1, "a map of rows has one axis, got {}", row_of_.shape());
  const auto inside = [&](std::int32_t row) { return row >= 0 && row < rows_; };
  check(std::ranges::all_of(this->row_of(), inside), "a map names a row beyond its {}", rows_);
}

namespace {

Tensor find_first_places(std::span<const std::int32_t> row_of, std::int64_t rows) {
  std::vector<std::int32_t> first(static_cast<std::size_t>(rows), -1);
  for (std::size_t place = row_of.size(); place-- > 0;) {
    first[static_cast<std::size_t>(row_of[place])] = static_cast<std::int32_t>(place);
  }
  return {{rows}, first};
}

}  // namespace

// One tensor for all calls, so that each device gets it once.
Tensor RowMap::first_places() const {
  const auto first = row_of_.storage()->attachment(fmt::format("first of {}", rows_), [this] {
    return std::make_shared<Tensor>(find_first_places(row_of(), rows_));
  });
  return *std::static_pointer_cast<Tensor>(first);
}

bool operator==(const RowMap& a, const RowMap& b) {
  return a.rows() == b.rows() && a.unseen() == b.unseen() &&
         std::ranges::equal(a.row_of(), b.row_of());
}

namespace {

/// Numbers pairs of rows as they come. Most rows of the first map have one partner only.
class Pairs {
 public:
  explicit Pairs(std::int64_t first_rows)
      : partner_(static_cast<std::size_t>(first_rows), -1),
        number_(static_cast<std::size_t>(first_rows)) {}

  std::int32_t number(std::int32_t a, std::int32_t b) {
    const auto at = static_cast<std::size_t>(a);
    if (partner_[at] == b) return number_[at];
    if (partner_[at] < 0) {
      partner_[at] = b;
      return number_[at] = add(a, b);
    }
    const std::uint64_t pair =
        (std::uint64_t{static_cast<std::uint32_t>(a)} << 32U) | static_cast<std::uint32_t>(b);
    const auto found = others_.find(pair);
    return found != others_.end() ? found->second : others_[pair] = add(a, b);
  }

  /// A pair that no other place shares.
  std::int32_t add(std::int32_t a, std::int32_t b) {
    first_.push_back(a);
    second_.push_back(b);
    return static_cast<std::int32_t>(first_.size() - 1);
  }

  const std::vector<std::int32_t>& first() const { return first_; }
  const std::vector<std::int32_t>& second() const { return second_; }

 private:
  std::vector<std::int32_t> partner_;
  std::vector<std::int32_t> number_;
  std::unordered_map<std::uint64_t, std::int32_t> others_;
  std::vector<std::int32_t> first_;
  std::vector<std::int32_t> second_;
};

}  // namespace

MergedMaps merge(const RowMap& first, const RowMap& second) {
  check(first.places() == second.places(), "maps of {} and {} places", first.places(),
        second.places());
  Pairs pairs(first.rows());
  std::vector<std::int32_t> row_of;
  row_of.reserve(first.row_of().size());
  constexpr std::int32_t kUnseen = -1;
  for (std::size_t place = 0; place < first.row_of().size(); ++place) {
    const std::int32_t a = first.row_of()[place];
    const std::int32_t b = second.row_of()[place];
    const bool is_unseen = a == first.unseen() || b == second.unseen();
    row_of.push_back(is_unseen ? kUnseen : pairs.number(a, b));
  }
  // Its row stands last, as in the map of a mask: two maps of one mask are then alike.
  std::int32_t unseen = kUnseen;
  if (const auto hidden = std::ranges::find(row_of, kUnseen); hidden != row_of.end()) {
    const auto place = static_cast<std::size_t>(hidden - row_of.begin());
    unseen = pairs.add(first.row_of()[place], second.row_of()[place]);
    std::ranges::replace(row_of, kUnseen, unseen);
  }
  const auto rows = static_cast<std::int64_t>(pairs.first().size());
  return {std::make_shared<const RowMap>(Tensor({first.places()}, row_of), rows, unseen),
          {{rows}, pairs.first()},
          {{rows}, pairs.second()}};
}

SharedRowMap with_unseen_of(const RowMap& map, const RowMap& by) {
  const std::span<const std::int32_t> hidden = by.row_of();
  const auto first = std::ranges::find(hidden, by.unseen());
  if (map.places() != by.places() || first == hidden.end()) return nullptr;
  const std::int32_t unseen = map.row_of()[static_cast<std::size_t>(first - hidden.begin())];
  const auto agree = [&](std::int32_t row, std::int32_t other) {
    return (row == unseen) == (other == by.unseen());
  };
  if (!std::ranges::equal(map.row_of(), hidden, agree)) return nullptr;
  return std::make_shared<const RowMap>(map.indices(), map.rows(), unseen);
}

std::optional<int> leading_axes(const Shape& shape, std::int64_t places, int wanted) {
  std::optional<int> best;
  std::int64_t entries = 1;
  for (int axes = 0; axes <= shape.rank(); ++axes) {
    if (axes > 0) entries *= shape[axes - 1];
    const bool nearer = !best || std::abs(axes - wanted) < std::abs(*best - wanted);
    if (axes > 0 && entries == places && nearer) best = axes;
  }
  return best;
}

}  // namespace domino
