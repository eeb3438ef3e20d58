#include "domino/graph/layer.h"

#include <algorithm>
#include <atomic>
#include <map>
#include <set>
#include <utility>

#include "domino/backends/backend.h"
#include "domino/backends/meta/trace.h"
#include "domino/core/check.h"
#include "domino/graph/session.h"

namespace domino {

struct Layer::Cell {
  std::string name;
  std::recursive_mutex build_mutex;
  std::atomic<bool> built = false;
  std::atomic<bool> warned = false;
  std::vector<Variable> weights;
  std::vector<std::pair<std::string, LayerHandle>> sublayers;
};

Layer::Layer(std::string name) : cell_(std::make_shared<Cell>()) { cell_->name = std::move(name); }

std::string Layer::name() const { return cell_->name; }

std::string Layer::title() const {
  return cell_->name.empty() ? fmt::format("{} (unnamed)", type())
                             : fmt::format("{} '{}'", type(), cell_->name);
}

Config Layer::config() const { return Config::object({{"name", cell_->name}}); }

bool Layer::takes_mask() const {
  return std::ranges::any_of(signature(), [](const Parameter& p) { return !p.mask.empty(); });
}

bool Layer::built() const { return cell_->built; }

void Layer::set_name_once(const std::string& name) const {
  if (cell_->name.empty()) cell_->name = name;
}

void Layer::build_once(const std::function<void()>& build) const {
  if (cell_->built) return;
  const std::lock_guard lock(cell_->build_mutex);
  if (cell_->built) return;
  try {
    build();
  } catch (...) {
    cell_->weights.clear();
    cell_->sublayers.clear();
    throw;
  }
  cell_->built = true;
}

bool Layer::warn_once() const { return !cell_->warned.exchange(true); }

namespace {
thread_local UnsetWeightsScope* unset_weights = nullptr;
}

UnsetWeightsScope::UnsetWeightsScope(std::uint64_t most_bytes)
    : bytes_left_(most_bytes), outer_(std::exchange(unset_weights, this)) {}
UnsetWeightsScope::~UnsetWeightsScope() { unset_weights = outer_; }

Tensor UnsetWeightsScope::unset(const Shape& shape) {
  std::uint64_t bytes = size_of(DType::Float32);
  bool fits = true;
  for (const std::int64_t size : shape) {
    fits = fits && !__builtin_mul_overflow(bytes, static_cast<std::uint64_t>(size), &bytes);
  }
  check<BuildError>(fits && bytes <= bytes_left_,
                    "a weight of shape {} is larger than what the file holds", shape);
  bytes_left_ -= bytes;
  return Tensor::empty(shape, DType::Float32);
}

void Layer::add_weight(std::string_view name, const Shape& shape, const Initializer& initializer,
                       bool trainable) const {
  check<BuildError>(shape.known(),
                    "weight '{}' would have shape {}; its sizes must be known when "
                    "the layer is first called",
                    name, shape);
  check<BuildError>(
      std::ranges::none_of(cell_->weights, [&](const Variable& v) { return v.path == name; }),
      "weight '{}' is declared twice", name);
  Tensor value =
      unset_weights != nullptr ? unset_weights->unset(shape) : initializer(shape, DType::Float32);
  cell_->weights.push_back({std::string(name), std::move(value), trainable});
}

void Layer::add_layer(std::string_view name, const LayerHandle& layer) const {
  check<BuildError>(std::ranges::none_of(cell_->sublayers,
                                         [&](const auto& entry) { return entry.first == name; }),
                    "sublayer '{}' is declared twice", name);
  cell_->sublayers.emplace_back(std::string(name), layer);
}

bool Layer::has_sublayer(const Layer& inner) const {
  return std::ranges::any_of(cell_->sublayers, [&](const auto& entry) {
    return entry.second->identity() == inner.identity();
  });
}

std::vector<std::pair<std::string, LayerHandle>> Layer::sublayers() const {
  return cell_->sublayers;
}

Tensor Layer::weight(std::string_view name) const {
  Tensor found = optional_weight(name);
  if (found.defined()) return found;
  std::vector<std::string> names;
  for (const Variable& variable : cell_->weights) names.push_back(variable.path);
  fail<BuildError>("{} has no weight '{}'; its build declared: {}", title(), name,
                   names.empty() ? "none" : fmt::to_string(fmt::join(names, ", ")));
}

Tensor Layer::optional_weight(std::string_view name) const {
  const auto it = std::ranges::find(cell_->weights, name, &Variable::path);
  return it == cell_->weights.end() ? Tensor() : resident(it->value);
}

void Layer::collect_weights(const std::string& prefix, std::set<const void*>& seen,
                            std::vector<Variable>& weights) const {
  if (!seen.insert(identity()).second) return;
  const std::size_t first = weights.size();
  for (const Variable& own : cell_->weights) {
    weights.push_back({prefix + own.path, own.value, own.trainable});
  }
  std::stable_partition(weights.begin() + static_cast<std::ptrdiff_t>(first), weights.end(),
                        [](const Variable& v) { return v.trainable; });
  for (const auto& [name, layer] : cell_->sublayers) {
    layer->collect_weights(prefix + name + '/', seen, weights);
  }
}

std::vector<Variable> Layer::weights() const {
  std::vector<Variable> all;
  std::set<const void*> seen;
  collect_weights("", seen, all);
  return all;
}

Tensors Layer::get_weights() const {
  Tensors values;
  for (Variable& variable : weights()) values.push_back(std::move(variable.value));
  return values;
}

namespace {

void check_fits(const Layer& layer, const Variable& weight, const Tensor& value) {
  check(weight.value.shape() == value.shape(), "{}: weight '{}' has shape {}, got {}",
        layer.title(), weight.path, weight.value.shape(), value.shape());
  check<DTypeError>(weight.value.dtype() == value.dtype(),
                    "{}: weight '{}' is {}, got {}; cast it first", layer.title(), weight.path,
                    weight.value.dtype(), value.dtype());
}

}  // namespace

void Layer::assign(std::string_view path, Tensor value) const {
  const auto own = std::ranges::find(cell_->weights, path, &Variable::path);
  if (own != cell_->weights.end()) {
    check_fits(*this, *own, value);
    own->value = std::move(value);
    return;
  }
  for (const auto& [name, layer] : cell_->sublayers) {
    if (path.starts_with(name + '/')) return layer->assign(path.substr(name.size() + 1), value);
  }
  fail<ValueError>("{} has no weight '{}'", title(), path);
}

void Layer::load_own_variable(std::string_view name, const Tensor& /*value*/) const {
  fail<ValueError>("{} has no variable '{}'", title(), name);
}

void Layer::load_own_assets(const Assets& assets) const {
  check<ValueError>(assets.empty(), "{} keeps no files, got '{}'", title(),
                    assets.empty() ? "" : assets.begin()->first);
}

void Layer::set_weights(const Tensors& values) const {
  check<BuildError>(built(),
                    "{} has no weights yet; call it once, or put it into a Model, before "
                    "set_weights",
                    title());
  const std::vector<Variable> current = weights();
  check(current.size() == values.size(), "{} has {} weights, got {}", title(), current.size(),
        values.size());
  for (std::size_t i = 0; i < current.size(); ++i) check_fits(*this, current[i], values[i]);
  for (std::size_t i = 0; i < current.size(); ++i) assign(current[i].path, values[i]);
}

std::int64_t Layer::count_params() const {
  std::int64_t count = 0;
  for (const Variable& variable : weights()) count += variable.value.elements();
  return count;
}

Tensor Layer::state(std::string_view name) const {
  if (current_backend().device() == Device::Meta) {
    meta::Trace::note_state();
    return {};
  }
  const Session* session = Session::current();
  return session == nullptr ? Tensor() : session->get(cell_.get(), std::string(name));
}

void Layer::set_state(std::string_view name, const Tensor& value) const {
  Session* session = Session::current();
  if (session != nullptr && !value.is_meta()) {
    session->set(cell_.get(), std::string(name), value.without_mask());
  }
}

}  // namespace domino
