#include "domino/graph/model_config.h"

#include <algorithm>
#include <deque>
#include <exception>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "domino/core/check.h"
#include "domino/graph/input_layer.h"
#include "domino/graph/invoke.h"
#include "domino/graph/recorded_call_internal.h"
#include "domino/graph/registry.h"
#include "domino/graph/sequential.h"

namespace domino {
namespace {

std::string name_in(const Config& config) {
  const Config* name = config.is_object() ? config.find("name") : nullptr;
  return name != nullptr && name->is_string() ? name->as_string() : std::string();
}

/// The layers of a model that cannot be made; one error tells all of them.
class Refusals {
 public:
  /// Makes a layer; what it throws waits for the other layers.
  template <class Make>
  void gather(const std::string& layer, Make make) {
    try {
      make();
    } catch (Error& error) {
      add(layer, error.what());
      if (!layer.empty()) error.add_context(fmt::format("layer '{}'", layer));
      if (!first_) first_ = std::current_exception();
    }
  }

  void throw_if_any() const {
    if (count_ == 0) return;
    if (count_ == 1) std::rethrow_exception(first_);
    std::vector<std::string> told;
    for (const auto& [error, layers] : layers_) {
      if (told.size() < kMost) told.push_back(in_words(error, layers));
    }
    if (told.size() < layers_.size()) {
      told.push_back(fmt::format("and {} more", layers_.size() - told.size()));
    }
    fail<BuildError>("{}", fmt::join(told, "; "));
  }

 private:
  using Names = std::vector<std::string>;
  static constexpr std::size_t kMost = 20;  // of a list that is longer than a reader's patience

  void add(const std::string& layer, const std::string& error) {
    ++count_;
    const auto known = std::ranges::find(layers_, error, &std::pair<std::string, Names>::first);
    Names& layers =
        known != layers_.end() ? known->second : layers_.emplace_back(error, Names{}).second;
    if (!layer.empty()) layers.push_back(fmt::format("'{}'", layer));
  }

  /// "layers 'a' and 'b': the error".
  static std::string in_words(const std::string& error, Names layers) {
    if (layers.empty()) return error;
    const std::size_t count = layers.size();
    if (count > kMost) {
      layers.resize(kMost);
      layers.push_back(fmt::format("and {} more", count - kMost));
    }
    return fmt::format("layer{} {}: {}", count == 1 ? "" : "s", fmt::join(layers, ", "), error);
  }

  std::size_t count_ = 0;
  std::exception_ptr first_;
  std::vector<std::pair<std::string, Names>> layers_;  // by their error
};

Model sequential_from_config(const Config& config, MaskRules rules) {
  std::vector<LayerHandle> layers;
  Refusals refusals;
  for (const Config& entry : config.at("layers").as_array()) {
    refusals.gather(name_in(entry.at("config")),
                    [&] { layers.push_back(deserialize_layer(entry)); });
  }
  refusals.throw_if_any();
  return Sequential(std::move(layers), {.name = name_in(config), .rules = rules});
}

/// Replays the calls that a Functional configuration lists.
class Replay {
 public:
  explicit Replay(const Config& config);
  /// `input_layers` or `output_layers`: one place, or a nest of them.
  SymbolicTensors tensors(const Config& places) const;

 private:
  struct Entry {
    std::string name;
    LayerHandle layer;
    std::vector<RecordedCall> calls;
    std::vector<SymbolicTensors> outputs;  // of the calls made so far
  };
  using Place = std::pair<std::size_t, std::size_t>;  // an entry and one of its calls

  void add(const Config& entry);
  void run();
  void advance(std::size_t entry, std::deque<std::size_t>& ready);
  void check_all_made() const;
  std::size_t entry_of(const std::string& name) const;
  std::optional<Place> awaited(const RecordedCall& call) const;
  SymbolicTensor tensor(const KerasHistory& place) const;

  std::vector<Entry> entries_;
  std::map<std::string, std::size_t, std::less<>> by_name_;
  std::map<Place, std::vector<std::size_t>> waiting_;  // entries whose next call needs this one
};

Replay::Replay(const Config& config) {
  Refusals refusals;
  for (const Config& entry : config.at("layers").as_array()) {
    refusals.gather(entry.at("name").as_string(), [&] { add(entry); });
  }
  refusals.throw_if_any();
  run();
}

void Replay::add(const Config& serialized) {
  const std::string& name = serialized.at("name").as_string();
  check<BuildError>(by_name_.try_emplace(name, entries_.size()).second,
                    "two layers are called '{}'", name);
  Entry& entry = entries_.emplace_back();
  entry.name = name;
  entry.layer = deserialize_layer(serialized);
  for (const Config& node : serialized.at("inbound_nodes").as_array()) {
    entry.calls.emplace_back(node);
  }
  if (const auto* input = dynamic_cast<const InputLayer*>(&*entry.layer)) {
    entry.outputs.push_back({Input(*input)});
  }
}

std::size_t Replay::entry_of(const std::string& name) const {
  const auto it = by_name_.find(name);
  check<BuildError>(it != by_name_.end(), "there is no layer '{}'", name);
  return it->second;
}

/// The first call that has to be made before this one.
std::optional<Replay::Place> Replay::awaited(const RecordedCall& call) const {
  for (const KerasHistory& from : call.tensors()) {
    const std::size_t entry = entry_of(from.layer);
    const auto index = static_cast<std::size_t>(from.call);
    if (index >= entries_[entry].outputs.size()) return Place(entry, index);
  }
  return std::nullopt;
}

SymbolicTensor Replay::tensor(const KerasHistory& place) const {
  const auto& calls = entries_[entry_of(place.layer)].outputs;
  const auto call = static_cast<std::size_t>(place.call);
  const auto output = static_cast<std::size_t>(place.output);
  check<BuildError>(call < calls.size() && output < calls[call].size(),
                    "layer '{}' has no call {} with an output {}", place.layer, place.call,
                    place.output);
  return calls[call][output];
}

/// Makes the calls of one layer until one has to wait, and wakes those that waited for them.
void Replay::advance(std::size_t index, std::deque<std::size_t>& ready) {
  Entry& entry = entries_[index];
  while (entry.outputs.size() < entry.calls.size()) {
    const RecordedCall& next = entry.calls[entry.outputs.size()];
    if (const auto place = awaited(next)) {
      waiting_[*place].push_back(index);
      return;
    }
    SymbolicTensors given;
    for (const KerasHistory& from : next.tensors()) given.push_back(tensor(from));
    entry.outputs.push_back(wire(*entry.layer, next.on(*entry.layer, given)));
    const auto woken = waiting_.extract({index, entry.outputs.size() - 1});
    if (woken.empty()) continue;
    ready.insert(ready.end(), woken.mapped().begin(), woken.mapped().end());
  }
}

void Replay::run() {
  std::deque<std::size_t> ready;
  for (std::size_t i = 0; i < entries_.size(); ++i) ready.push_back(i);
  while (!ready.empty()) {
    const std::size_t index = ready.front();
    ready.pop_front();
    try {
      advance(index, ready);
    } catch (Error& error) {
      error.add_context(fmt::format("layer '{}'", entries_[index].name));
      throw;
    }
  }
  check_all_made();
}

void Replay::check_all_made() const {
  for (const Entry& entry : entries_) {
    check<BuildError>(entry.outputs.size() >= entry.calls.size(),
                      "call {} of layer '{}' needs a tensor that is never made",
                      entry.outputs.size(), entry.name);
  }
}

bool is_place(const Config& value) {
  return value.is_array() && value.as_array().size() == 3 && value.as_array()[0].is_string();
}

SymbolicTensors Replay::tensors(const Config& places) const {
  if (is_place(places)) {
    const Config::Array& place = places.as_array();
    KerasHistory history{place[0].as_string(), place[1].as_int(), place[2].as_int()};
    // Keras counts from 1 here where a Functional model is called.
    if (entries_[entry_of(history.layer)].layer->type() == "Functional") --history.call;
    return {tensor(history)};
  }
  SymbolicTensors found;
  const auto append = [&](const Config& part) {
    for (SymbolicTensor& each : tensors(part)) found.push_back(std::move(each));
  };
  if (places.is_array()) {
    for (const Config& part : places.as_array()) append(part);
    return found;
  }
  std::map<std::string_view, const Config*> by_key;
  for (const auto& [key, part] : places.as_object()) by_key[key] = &part;
  for (const auto& [key, part] : by_key) append(*part);
  return found;
}

Model functional_from_config(const Config& config, MaskRules rules) {
  const Replay replay(config);
  return Model(replay.tensors(config.at("input_layers")),
               replay.tensors(config.at("output_layers")),
               {.name = name_in(config), .rules = rules});
}

}  // namespace

bool is_model_class(std::string_view class_name) {
  return class_name == "Functional" || class_name == "Sequential";
}

Model model_from_config(const Config& serialized, MaskRules rules) {
  const std::string& type = serialized.at("class_name").as_string();
  check<BuildError>(
      is_model_class(type),
      "a model of class '{}' is code of its own; expected a Functional or a Sequential", type);
  const RulesScope scope(rules);
  const Config& config = serialized.at("config");
  return type == "Sequential" ? sequential_from_config(config, rules)
                              : functional_from_config(config, rules);
}

}  // namespace domino
