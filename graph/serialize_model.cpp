#include <algorithm>
#include <map>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "domino/core/check.h"
#include "domino/graph/input_layer.h"
#include "domino/graph/model_config.h"
#include "domino/graph/operation.h"
#include "domino/graph/places_in_keras_internal.h"
#include "domino/graph/registry.h"

namespace domino {
namespace {

Config sizes_of(const Shape& shape) {
  Config::Array sizes;
  for (const std::int64_t size : shape) sizes.push_back(size == kAny ? Config() : Config(size));
  return sizes;
}

/// Writes the calls of a graph as Keras' Functional.get_config does (keras/src/models/functional.py).
class CallWriter {
 public:
  explicit CallWriter(const Dag& dag);
  Config layers() const;
  Config inputs() const { return places(dag_.inputs()); }
  Config outputs() const { return places(dag_.outputs()); }

 private:
  Config entry(const std::vector<int>& calls) const;
  Config input_entry(int vertex) const;
  Config node(int vertex) const;
  Config operation_node(const CallNode& node) const;
  Config operation_argument(const Config& value, const SymbolicTensors& tensors) const;
  Config tensor(const SymbolicTensor& tensor) const;
  Config list(std::span<const SymbolicTensor> tensors) const;
  Config nested_list(std::span<const SymbolicTensor> tensors,
                     const std::vector<std::size_t>& counts) const;
  Config masks(const MaskArgument<SymbolicTensor>& given, bool alone) const;
  Config value(const CallNode& node, std::string_view name) const;
  Config::Array args(const CallNode& node) const;
  Config keywords(const CallNode& node) const;
  Config places(const std::vector<Endpoint>& ends) const;
  std::string name_of(int vertex) const;

  const Dag& dag_;
  std::map<const void*, std::vector<int>>
      calls_;                 // of each layer, in the order of the user's lines
  std::map<int, int> index_;  // of a call among those of its layer
};

CallWriter::CallWriter(const Dag& dag) : dag_(dag) {
  std::vector<int> vertices = dag.listing();
  std::sort(vertices.begin(), vertices.end(),
            [&](int a, int b) { return dag.node(a).id < dag.node(b).id; });
  for (const int vertex : vertices) {
    // An input may stand where a layer was called; that call is no part of the model.
    if (dag.is_input(vertex)) continue;
    std::vector<int>& calls = calls_[dag.layer(vertex).identity()];
    index_[vertex] = static_cast<int>(calls.size());
    calls.push_back(vertex);
  }
}

std::string CallWriter::name_of(int vertex) const {
  const Layer& layer = dag_.layer(vertex);
  const bool stands_for_a_call = dag_.is_input(vertex) && layer.type() != InputLayer::kType;
  return stands_for_a_call ? layer.name() + "_input" : layer.name();
}

Config CallWriter::layers() const {
  Config::Array entries;
  for (const int vertex : dag_.listing()) {
    if (dag_.is_input(vertex)) {
      entries.push_back(input_entry(vertex));
    } else if (index_.at(vertex) == 0) {
      entries.push_back(entry(calls_.at(dag_.layer(vertex).identity())));
    }
  }
  return entries;
}

Config CallWriter::input_entry(int vertex) const {
  const EdgeFacts& facts = dag_.node(vertex).outputs[0];
  const std::string name = name_of(vertex);
  return Config::object({{"module", "keras.layers"},
                         {"class_name", InputLayer::kType},
                         {"config", Config::object({{"batch_shape", sizes_of(facts.shape)},
                                                    {"dtype", domino::name_of(facts.dtype)},
                                                    {"name", name}})},
                         {"registered_name", {}},
                         {"name", name},
                         {"inbound_nodes", Config::Array()}});
}

Config CallWriter::entry(const std::vector<int>& calls) const {
  Config written = serialize_layer(dag_.layer(calls.front()));
  written.set("name", name_of(calls.front()));
  Config::Array nodes;
  for (const int vertex : calls) nodes.push_back(node(vertex));
  written.set("inbound_nodes", std::move(nodes));
  return written;
}

Config CallWriter::tensor(const SymbolicTensor& tensor) const {
  check<BuildError>(!tensor.is_mask(),
                    "the mask of {} is read off it; Keras' files hold operations",
                    tensor.node()->layer->title());
  const Endpoint from = dag_.endpoint(tensor);
  const int call = dag_.is_input(from.vertex) ? 0 : index_.at(from.vertex);
  return Config::object(
      {{"class_name", "__keras_tensor__"},
       {"config", Config::object({{"shape", sizes_of(tensor.shape())},
                                  {"dtype", domino::name_of(tensor.dtype())},
                                  {"keras_history",
                                   Config::Array{name_of(from.vertex), call, from.output}}})}});
}

Config CallWriter::list(std::span<const SymbolicTensor> tensors) const {
  Config::Array list;
  for (const SymbolicTensor& each : tensors) list.push_back(tensor(each));
  return list;
}

Config CallWriter::nested_list(std::span<const SymbolicTensor> tensors,
                               const std::vector<std::size_t>& counts) const {
  Config::Array lists;
  for (const std::size_t count : counts) {
    const auto inner = tensors.first(count);
    lists.push_back(count == 1 ? tensor(inner.front()) : list(inner));
    tensors = tensors.subspan(count);
  }
  return lists;
}

Config CallWriter::masks(const MaskArgument<SymbolicTensor>& given, bool alone) const {
  // Keras reads None as what the tensor carries, and so does the model under its rules.
  if (given.kind() != MaskArgument<SymbolicTensor>::Kind::Given) return {};
  Config::Array list;
  for (const auto& mask : given.masks()) list.push_back(mask ? tensor(*mask) : Config());
  // Keras looks for what hangs on the tensor if it reads None, but not if it reads [None].
  return alone && !list.front().is_null() ? list.front() : Config(std::move(list));
}

/// The argument or the mask of this name; null if the call does not give it.
Config CallWriter::value(const CallNode& node, std::string_view name) const {
  const Signature& signature = node.layer->signature();
  const Call<SymbolicTensor>& call = node.call;
  // A model of one input takes it as it is.
  const bool one = node.layer->is_model() && call.arguments[0].size() == 1;
  for (std::size_t i = 0; i < signature.size(); ++i) {
    const bool alone = one || !signature[i].list;
    if (signature[i].name == name && i < call.arguments.size() && !call.arguments[i].empty()) {
      const std::vector<std::size_t> counts = node.layer->nesting(name);
      if (!counts.empty()) return nested_list(call.arguments[i], counts);
      return alone ? tensor(call.arguments[i].front()) : list(call.arguments[i]);
    }
    if (signature[i].mask == name && i < call.masks.size()) {
      return masks(call.masks[i], alone);
    }
  }
  return {};
}

/// What stands in front of the keywords.
Config::Array CallWriter::args(const CallNode& node) const {
  const std::vector<std::string_view> places = places_in_keras(*node.layer);
  Config::Array args;
  for (std::size_t i = 0; i < std::min(node.call.by_place, places.size()); ++i) {
    args.push_back(value(node, places[i]));
  }
  return args;
}

Config CallWriter::keywords(const CallNode& node) const {
  Config kwargs = Config::object();
  const std::vector<std::string_view> places = places_in_keras(*node.layer);
  for (std::size_t i = node.call.by_place; i < places.size(); ++i) {
    Config given = value(node, places[i]);
    if (!given.is_null()) kwargs.set(places[i], std::move(given));
  }
  if (node.call.options.is_object()) {
    for (const auto& [name, option] : node.call.options.as_object()) kwargs.set(name, option);
  }
  // Without any keyword Keras would write the mask into the graph while it loads the file.
  const bool silent = kwargs.as_object().empty() && node.call.by_place == 1;
  if (silent && !node.call.positional && node.layer->signature()[0].mask == "mask") {
    kwargs.set("mask", {});
  }
  return kwargs;
}

/// The value with a tensor in each numbered place.
Config CallWriter::operation_argument(const Config& value, const SymbolicTensors& tensors) const {
  if (const auto place = Operation::place_of_argument(value)) {
    return tensor(tensors[static_cast<std::size_t>(*place)]);
  }
  if (value.is_array()) {
    Config::Array items;
    for (const Config& item : value.as_array()) items.push_back(operation_argument(item, tensors));
    return items;
  }
  if (!value.is_object()) return value;
  Config members = Config::object();
  for (const auto& [key, member] : value.as_object()) {
    members.set(key, operation_argument(member, tensors));
  }
  return members;
}

Config CallWriter::operation_node(const CallNode& node) const {
  const SymbolicTensors& tensors = node.call.arguments[0];
  const Config* kwargs = node.call.options.find("kwargs");
  return Config::object(
      {{"args", operation_argument(node.call.options.at("args"), tensors)},
       {"kwargs", kwargs == nullptr ? Config::object() : operation_argument(*kwargs, tensors)}});
}

Config CallWriter::node(int vertex) const {
  const CallNode& node = dag_.node(vertex);
  if (node.layer->is_operation()) return operation_node(node);
  return Config::object({{"args", args(node)}, {"kwargs", keywords(node)}});
}

Config CallWriter::places(const std::vector<Endpoint>& ends) const {
  Config::Array list;
  for (const Endpoint& end : ends) {
    int call = dag_.is_input(end.vertex) ? 0 : index_.at(end.vertex);
    // Here, and only here, Keras counts the calls of a Functional model from 1.
    if (!dag_.is_input(end.vertex) && dag_.layer(end.vertex).type() == "Functional") ++call;
    list.push_back(Config::Array{name_of(end.vertex), call, end.output});
  }
  return list.size() == 1 ? list.front() : Config(std::move(list));
}

Config functional_to_config(const Model& model) {
  const CallWriter writer(model.dag());
  return Config::object({{"module", "keras.src.models.functional"},
                         {"class_name", "Functional"},
                         {"config", Config::object({{"name", model.name()},
                                                    {"trainable", true},
                                                    {"layers", writer.layers()},
                                                    {"input_layers", writer.inputs()},
                                                    {"output_layers", writer.outputs()}})},
                         {"registered_name", "Functional"}});
}

Config sequential_to_config(const Model& model) {
  Config::Array layers;
  for (const LayerHandle& layer : model.row()) layers.push_back(serialize_layer(*layer));
  return Config::object({{"module", "keras"},
                         {"class_name", "Sequential"},
                         {"config", Config::object({{"name", model.name()},
                                                    {"trainable", true},
                                                    {"layers", std::move(layers)}})},
                         {"registered_name", {}}});
}

}  // namespace

Config model_to_config(const Model& model) {
  return model.type() == "Sequential" ? sequential_to_config(model) : functional_to_config(model);
}

}  // namespace domino
