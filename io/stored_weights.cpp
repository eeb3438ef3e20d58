#include <algorithm>
#include <cstddef>
#include <map>
#include <memory>
#include <optional>
#include <utility>

#include "domino/backends/backend.h"
#include "domino/backends/ops.h"
#include "domino/core/check.h"
#include "domino/core/progress.h"
#include "domino/io/hdf5_weights_internal.h"
#include "domino/io/shown_name_internal.h"
#include "domino/io/stored_weights_internal.h"

namespace domino {

std::vector<StoredTensor> open_hdf5_weights(const ByteSource& file) {
  const auto reader = std::make_shared<Hdf5Reader>(file);
  std::vector<StoredTensor> tensors;
  for (const std::string& path : hdf5_weight_paths(*reader)) {
    const Hdf5Dataset info = reader->info(path);
    tensors.push_back({path, info.dtype, info.shape, [=] { return reader->read(path); }});
  }
  return tensors;
}

namespace {

/// Where in the list each tensor is.
using Places = std::map<std::string_view, std::size_t>;

Places places_of(const std::vector<StoredTensor>& tensors) {
  Places places;
  for (std::size_t i = 0; i < tensors.size(); ++i) places.emplace(tensors[i].name, i);
  return places;
}

bool convertible(DType from, DType to) {
  return from == to || (is_floating(from) && is_floating(to));
}

/// What does not fit, a line for each tensor; long lists are cut.
class Complaints {
 public:
  template <class... Parts>
  void add(fmt::format_string<Parts...> text, Parts&&... parts) {
    constexpr std::size_t kMost = 20;
    if (count_++ < kMost) text_ += "\n  " + fmt::format(text, std::forward<Parts>(parts)...);
  }

  void throw_if_any(const Layer& layer, std::string_view file) const {
    if (count_ == 0) return;
    const auto shown = static_cast<std::size_t>(std::ranges::count(text_, '\n'));
    const std::string more =
        shown < count_ ? fmt::format("\n  and {} more", count_ - shown) : std::string();
    fail<IoError>("{} does not hold the weights of {}; nothing was loaded:{}{}", file,
                  layer.title(), text_, more);
  }

 private:
  std::size_t count_ = 0;
  std::string text_;
};

/// `'layers/dense/vars/0' (kernel)`, or `'layers/dense/kernel'`.
std::string shown_weight(const std::string& name, const std::string& path) {
  if (name == path) return shown_name(name);
  return fmt::format("{} ({})", shown_name(name), path.substr(path.rfind('/') + 1));
}

/// Where in the file each tensor is. Throws unless the file has every one, nothing else, and all of
/// them fit.
std::vector<std::size_t> matched(const Layer& layer, const std::vector<FiledTensor>& expected,
                                 const std::vector<StoredTensor>& tensors, std::string_view file) {
  Complaints complaints;
  std::vector<std::size_t> places;
  Places surplus = places_of(tensors);
  for (const FiledTensor& each : expected) {
    const std::string shown = shown_weight(each.name, each.path);
    const auto place = surplus.extract(each.name);
    if (place.empty()) {
      complaints.add("{} is missing: {} of {}", shown, each.shape, each.dtype);
      continue;
    }
    const StoredTensor& found = tensors[places.emplace_back(place.mapped())];
    if (found.shape != each.shape) {
      complaints.add("{} has shape {}, expected {}", shown, found.shape, each.shape);
    } else if (!convertible(found.dtype, each.dtype)) {
      complaints.add("{} is {}, expected {} or another float", shown, found.dtype, each.dtype);
    }
  }
  for (const auto& [name, place] : surplus) {
    complaints.add("{} is not a weight of this {}", shown_name(name), layer.type());
  }
  complaints.throw_if_any(layer, file);
  return places;
}

std::uint64_t bytes_of(const FiledTensor& tensor) {
  return static_cast<std::uint64_t>(tensor.shape.elements()) * size_of(tensor.dtype);
}

/// A bar that counts megabytes, for those who wait long enough to see it.
class LoadProgress {
 public:
  LoadProgress(bool wanted, const std::vector<FiledTensor>& expected) {
    constexpr std::uint64_t kWorthABar = 32 * kMegabyte;
    std::uint64_t total = 0;
    for (const FiledTensor& each : expected) total += bytes_of(each);
    if (wanted && total >= kWorthABar) bar_.emplace("load, MB", in_megabytes(total));
  }
  void advance(const FiledTensor& loaded) {
    const std::int64_t before = in_megabytes(bytes_);
    bytes_ += bytes_of(loaded);
    if (bar_) bar_->advance(in_megabytes(bytes_) - before);
  }

 private:
  static constexpr std::uint64_t kMegabyte = 1'000'000;
  static std::int64_t in_megabytes(std::uint64_t bytes) {
    return static_cast<std::int64_t>(bytes / kMegabyte);
  }

  std::optional<Progress> bar_;
  std::uint64_t bytes_ = 0;
};

}  // namespace

void give_weights(const Layer& layer, const std::vector<FiledTensor>& expected,
                  const std::vector<StoredTensor>& stored, std::string_view file, bool progress) {
  const std::vector<std::size_t> places = matched(layer, expected, stored, file);
  const BackendScope host(backend("reference"));
  LoadProgress shown(progress, expected);
  Tensors values;
  for (std::size_t i = 0; i < expected.size(); ++i) {
    values.push_back(ops::cast(stored[places[i]].read(), expected[i].dtype));
    shown.advance(expected[i]);
  }
  for (std::size_t i = 0; i < expected.size(); ++i) expected[i].give(values[i]);
}

}  // namespace domino
