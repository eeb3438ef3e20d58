#include <algorithm>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>

#include "domino/backends/reference/kernels.h"
#include "domino/backends/reference/numbers.h"
#include "domino/backends/reference/walk.h"
#include "domino/core/check.h"

namespace domino::reference {
namespace {

/// Calls `f(TypeTag<T>{})` with std::string or std::int64_t, which tables hold.
template <class F>
void visit_text(DType dtype, F&& f) {
  if (dtype == DType::String) return f(TypeTag<std::string>{});
  f(TypeTag<std::int64_t>{});
}

/// A key inside a table: strings stay where the table's tensor has them.
template <class Key>
using Held = std::conditional_t<std::is_same_v<Key, std::string>, std::string_view, Key>;
template <class Key>
using Places = std::unordered_map<Held<Key>, std::size_t>;

/// Where each key stands, found once for a table.
template <class Key>
std::shared_ptr<const Places<Key>> places_of(const Tensor& keys) {
  return std::static_pointer_cast<const Places<Key>>(
      keys.storage()->attachment("places of the keys", [&] {
        auto places = std::make_shared<Places<Key>>();
        for (const Key& key : keys.data<Key>()) places->emplace(key, places->size());
        return places;
      }));
}

template <class Key>
std::string shown(const Key& key) {
  if constexpr (std::is_same_v<Key, std::string>) {
    return '"' + key + '"';
  } else {
    return std::to_string(key);
  }
}

template <class Key, class Value>
void look_up(op::Inputs inputs, Tensor& output) {
  const auto places = places_of<Key>(inputs[1]);
  const auto values = inputs[2].data<Value>();
  const Value* otherwise = given(inputs, 3) ? inputs[3].data<Value>().data() : nullptr;
  const auto value_of = [&](const Key& key) -> const Value& {
    const auto found = places->find(key);
    if (found != places->end()) return values[found->second];
    check<ValueError>(
        otherwise != nullptr,
        "lookup: {} is not in the vocabulary of {} entries, and num_oov_indices is 0; "
        "with num_oov_indices of 1 it would have an index",
        shown(key), values.size());
    return *otherwise;
  };
  std::ranges::transform(inputs[0].data<Key>(), output.mutable_data<Value>().begin(), value_of);
}

}  // namespace

void lookup(const op::Lookup&, op::Inputs inputs, op::Outputs outputs) {
  check<ValueError>(inputs[1].elements() > 0,
                    "lookup: there is no vocabulary yet; give the layer one, or load the file that "
                    "holds it");
  visit_text(inputs[1].dtype(), [&]<class Key>(TypeTag<Key>) {
    visit_text(inputs[2].dtype(),
               [&]<class Value>(TypeTag<Value>) { look_up<Key, Value>(inputs, outputs[0]); });
  });
}

void bincount(const op::Bincount& op, op::Inputs inputs, op::Outputs outputs) {
  const auto numbers = inputs[0].data<std::int64_t>();
  const auto weights = widened_if_given(inputs, 1);
  const auto length = static_cast<std::size_t>(inputs[0].size(-1));
  const auto depth = static_cast<std::size_t>(op.depth);
  std::vector<double> counts(static_cast<std::size_t>(outputs[0].elements()));
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    check<ValueError>(numbers[i] >= 0, "bincount: {} is below 0", numbers[i]);
    if (numbers[i] >= op.depth) continue;
    double& count = counts[i / length * depth + static_cast<std::size_t>(numbers[i])];
    count = op.binary ? 1 : count + (weights.empty() ? 1 : weights[i]);
  }
  store(counts, outputs[0]);
}

}  // namespace domino::reference
