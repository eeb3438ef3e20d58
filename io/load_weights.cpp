#include "domino/io/load_weights.h"

#include <algorithm>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "domino/backends/backend.h"
#include "domino/backends/ops.h"
#include "domino/core/check.h"
#include "domino/io/safetensors.h"
#include "domino/io/shown_name_internal.h"
#include "domino/io/weights_file_internal.h"

namespace domino {
namespace {

/// Where in the file each tensor is.
using Places = std::map<std::string_view, std::size_t>;

Places places_of(const std::vector<TensorInfo>& tensors) {
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

  void throw_if_any(const Layer& layer, const std::filesystem::path& file) const {
    if (count_ == 0) return;
    const auto shown = static_cast<std::size_t>(std::ranges::count(text_, '\n'));
    const std::string more =
        shown < count_ ? fmt::format("\n  and {} more", count_ - shown) : std::string();
    fail<IoError>("'{}' does not hold the weights of {}; nothing was loaded:{}{}", file.string(),
                  layer.title(), text_, more);
  }

 private:
  std::size_t count_ = 0;
  std::string text_;
};

/// Throws unless the file has every weight, nothing else, and all of them fit.
void check_fit(const Layer& layer, const std::vector<Variable>& weights,
               const std::vector<TensorInfo>& tensors, const std::filesystem::path& file) {
  Complaints complaints;
  Places surplus = places_of(tensors);
  for (const auto& [path, value, trainable] : weights) {
    const auto place = surplus.extract(path);
    if (place.empty()) {
      complaints.add("{} is missing: {} of {}", shown_name(path), value.shape(), value.dtype());
      continue;
    }
    const TensorInfo& found = tensors[place.mapped()];
    if (found.shape != value.shape()) {
      complaints.add("{} has shape {}, expected {}", shown_name(path), found.shape, value.shape());
    } else if (!convertible(found.dtype, value.dtype())) {
      complaints.add("{} is {}, expected {} or another float", shown_name(path), found.dtype,
                     value.dtype());
    }
  }
  for (const auto& [name, place] : surplus) {
    complaints.add("{} is not a weight of this {}", shown_name(name), layer.type());
  }
  complaints.throw_if_any(layer, file);
}

}  // namespace

void load_weights(const Layer& layer, const std::filesystem::path& file) {
  check_weights_file(layer, file, "load_weights");
  const SafetensorsReader reader(file);
  const std::vector<Variable> weights = layer.weights();
  check_fit(layer, weights, reader.tensors(), file);

  const BackendScope host(backend("reference"));
  const Places places = places_of(reader.tensors());
  Tensors values;
  for (const Variable& weight : weights) {
    values.push_back(ops::cast(reader.read(places.at(weight.path)), weight.value.dtype()));
  }
  layer.set_weights(values);
}

}  // namespace domino
