#include "domino/graph/dag.h"

#include <algorithm>
#include <boost/graph/adjacency_list.hpp>
#include <map>
#include <unordered_map>
#include <unordered_set>

#include "domino/core/check.h"
#include "domino/graph/input_layer.h"
#include "domino/graph/places_in_keras_internal.h"

namespace domino {
namespace {

using Graph = boost::adjacency_list<boost::vecS, boost::vecS, boost::bidirectionalS,
                                    boost::no_property, InputEdge>;

/// Calls `see(tensor, parameter, position)` for every tensor that a call reads, as Keras meets them;
/// masks given by hand have the parameter -1.
template <class See>
void for_each_tensor(const CallNode& node, See see) {
  const Signature& signature = node.layer->signature();
  const Call<SymbolicTensor>& call = node.call;
  const auto see_argument = [&](std::size_t p) {
    for (std::size_t i = 0; i < call.arguments[p].size(); ++i) {
      see(call.arguments[p][i], static_cast<int>(p), static_cast<int>(i));
    }
  };
  const auto see_masks = [&](std::size_t p) {
    for (const std::optional<SymbolicTensor>& mask : call.masks[p].masks()) {
      if (mask) see(*mask, -1, 0);
    }
  };
  for (const std::string_view name : order_in_keras(*node.layer, call.by_place)) {
    for (std::size_t p = 0; p < signature.size(); ++p) {
      if (signature[p].name == name && p < call.arguments.size()) see_argument(p);
      if (signature[p].mask == name && p < call.masks.size()) see_masks(p);
    }
  }
}

}  // namespace

struct Dag::Boost {
  Graph graph;
  std::unordered_map<const CallNode*, int> vertex_of;
  std::map<std::pair<const CallNode*, int>, int> input_of;
  /// When a walk back from the outputs first meets a layer, by its identity.
  std::unordered_map<const void*, int> first_met;
};

Dag::~Dag() = default;
Dag::Dag(Dag&&) noexcept = default;
Dag& Dag::operator=(Dag&&) noexcept = default;

Dag::Dag(const SymbolicTensors& inputs, const SymbolicTensors& outputs)
    : boost_(std::make_unique<Boost>()) {
  check<BuildError>(!outputs.empty(), "a model needs at least one output");
  add_inputs(inputs);
  add_calls(outputs);
  for (const SymbolicTensor& output : outputs) outputs_.push_back(endpoint(output));
  add_edges();
  put_in_order();
}

void Dag::add_inputs(const SymbolicTensors& inputs) {
  for (const SymbolicTensor& input : inputs) {
    const int vertex = size();
    const bool is_new =
        boost_->input_of.emplace(std::pair(input.node().get(), input.index()), vertex).second;
    check<BuildError>(is_new && !input.is_mask(), "input {} is given twice, or is a mask: {}",
                      vertex + 1, to_string(input));
    inputs_.push_back({vertex, 0, false});
    if (input.node()->layer->type() == InputLayer::kType) {
      nodes_.push_back(input.node());
      boost_->vertex_of[input.node().get()] = vertex;
    } else {
      // A model cut from the middle of a graph: the tensor becomes an input of its own.
      const Shape& shape = input.shape();
      nodes_.push_back(
          Input({.shape = shape.without(0), .dtype = input.dtype(), .batch_size = shape[0]})
              .node());
    }
  }
}

void Dag::add_calls(const SymbolicTensors& outputs) {
  struct Frame {
    std::shared_ptr<const CallNode> node;
    std::vector<SymbolicTensor> parents;
    std::size_t next = 0;
  };
  std::vector<Frame> stack;
  const auto visit = [&](const SymbolicTensor& tensor) {
    const bool cut = boost_->input_of.contains({tensor.node().get(), tensor.index()});
    if ((cut && !tensor.is_mask()) || boost_->vertex_of.contains(tensor.node().get())) return;
    const CallNode& node = *tensor.node();
    check<BuildError>(node.layer->type() != InputLayer::kType,
                      "an output depends on the input {} ({} {}), which is not among the model's "
                      "inputs; add it to them",
                      node.layer->title(), tensor.dtype(), tensor.shape());
    const int met = static_cast<int>(boost_->first_met.size());
    boost_->first_met.try_emplace(node.layer->identity(), met);
    boost_->vertex_of[&node] = -1;  // on the stack; its number follows when its parents are done
    Frame frame{tensor.node(), {}, 0};
    for_each_tensor(node, [&](const SymbolicTensor& t, int, int) { frame.parents.push_back(t); });
    stack.push_back(std::move(frame));
  };
  for (const Endpoint& input : inputs_) post_order_.push_back(input.vertex);
  for (const SymbolicTensor& output : outputs) {
    visit(output);
    while (!stack.empty()) {
      Frame& top = stack.back();
      if (top.next < top.parents.size()) {
        const SymbolicTensor parent = top.parents[top.next++];
        visit(parent);
        continue;
      }
      boost_->vertex_of[top.node.get()] = size();
      post_order_.push_back(size());
      nodes_.push_back(std::move(top.node));
      stack.pop_back();
    }
  }
}

Endpoint Dag::endpoint(const SymbolicTensor& tensor) const {
  const auto cut = boost_->input_of.find({tensor.node().get(), tensor.index()});
  if (cut != boost_->input_of.end()) return {cut->second, 0, tensor.is_mask()};
  return {boost_->vertex_of.at(tensor.node().get()), tensor.index(), tensor.is_mask()};
}

void Dag::add_edges() {
  const auto count = static_cast<std::size_t>(size());
  boost_->graph = Graph(count);
  arguments_.resize(count);
  reader_counts_.assign(count, 0);
  for (const Endpoint& output : outputs_) ++reader_counts_[static_cast<std::size_t>(output.vertex)];
  for (int vertex = static_cast<int>(inputs_.size()); vertex < size(); ++vertex) {
    add_call_edges(vertex);
  }
}

void Dag::add_call_edges(int vertex) {
  std::vector<std::vector<Endpoint>>& arguments = arguments_[static_cast<std::size_t>(vertex)];
  arguments.resize(node(vertex).call.arguments.size());
  for_each_tensor(node(vertex), [&](const SymbolicTensor& tensor, int parameter, int position) {
    const Endpoint from = endpoint(tensor);
    const auto source = static_cast<std::size_t>(from.vertex);
    if (parameter >= 0) arguments[static_cast<std::size_t>(parameter)].push_back(from);
    ++reader_counts_[source];
    boost::add_edge(source, static_cast<std::size_t>(vertex), InputEdge{from, parameter, position},
                    boost_->graph);
  });
}

void Dag::put_in_order() {
  // Depths grow from the outputs back; a shared layer lies as deep as its deepest call.
  std::vector<int> depth(static_cast<std::size_t>(size()), -1);
  std::vector<int> met;
  std::unordered_map<const void*, int> layer_depth;
  const auto meet = [&](int vertex, int at_least) {
    int& d = depth[static_cast<std::size_t>(vertex)];
    if (d < 0) met.push_back(vertex);
    d = std::max(d, at_least);
  };
  for (auto it = post_order_.rbegin(); it != post_order_.rend(); ++it) {
    meet(*it, 0);
    int& of_layer = layer_depth.try_emplace(layer(*it).identity(), 0).first->second;
    int& d = depth[static_cast<std::size_t>(*it)];
    of_layer = d = std::max(d, of_layer);
    if (is_input(*it)) continue;
    for (const InputEdge& edge : in_edges(*it)) meet(edge.from.vertex, d + 1);
  }
  // Minus the depth, so that the deepest come first.
  const auto height = [&](int v) {
    return is_input(v) ? -size() : -depth[static_cast<std::size_t>(v)];
  };
  order_ = met;
  std::ranges::stable_sort(order_, {}, height);
  listing_ = post_order_;
  std::ranges::stable_sort(listing_, {}, [&](int v) {
    return std::pair(height(v), is_input(v) ? v : boost_->first_met.at(layer(v).identity()));
  });
}

std::vector<InputEdge> Dag::in_edges(int vertex) const {
  std::vector<InputEdge> edges;
  const auto [begin, end] = boost::in_edges(static_cast<std::size_t>(vertex), boost_->graph);
  for (auto it = begin; it != end; ++it) edges.push_back(boost_->graph[*it]);
  return edges;
}

std::vector<int> Dag::readers(int vertex) const {
  std::vector<int> readers;
  const auto [begin, end] =
      boost::adjacent_vertices(static_cast<std::size_t>(vertex), boost_->graph);
  for (auto it = begin; it != end; ++it) readers.push_back(static_cast<int>(*it));
  std::sort(readers.begin(), readers.end(), [&](int a, int b) { return node(a).id < node(b).id; });
  readers.erase(std::unique(readers.begin(), readers.end()), readers.end());
  return readers;
}

std::vector<int> Dag::reachable_from(int vertex) const {
  std::unordered_set<int> seen{vertex};
  std::vector<int> front{vertex};
  for (std::size_t i = 0; i < front.size(); ++i) {
    for (const int reader : readers(front[i])) {
      if (seen.insert(reader).second) front.push_back(reader);
    }
  }
  return {front.begin() + 1, front.end()};
}

}  // namespace domino
