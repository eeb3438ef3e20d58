#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "domino/graph/symbolic_tensor.h"

namespace domino {

/// One end of an edge: an output of a vertex, or the mask that hangs on it.
struct Endpoint {
  int vertex = 0;
  int output = 0;
  bool is_mask = false;
};

/// An argument of a call: parameter, place in it, and where its tensor comes from.
struct InputEdge {
  Endpoint from;
  int parameter = 0;
  int position = 0;
};

/// The calls that lie between some inputs and outputs, as a directed acyclic graph: one vertex per
/// call, one edge per tensor argument (Boost.Graph inside).
class Dag {
 public:
  /// Cuts the graph. `inputs` may be any wired tensors; what lies before them is left out.
  ///
  /// Throws BuildError if an output depends on an Input that is not given, naming both, or if an input
  /// is given twice.
  Dag(const SymbolicTensors& inputs, const SymbolicTensors& outputs);
  ~Dag();
  Dag(Dag&&) noexcept;
  Dag& operator=(Dag&&) noexcept;

  int size() const { return static_cast<int>(nodes_.size()); }
  const CallNode& node(int vertex) const { return *nodes_[static_cast<std::size_t>(vertex)]; }
  const std::shared_ptr<const CallNode>& share(int vertex) const {
    return nodes_[static_cast<std::size_t>(vertex)];
  }
  const Layer& layer(int vertex) const { return *node(vertex).layer; }
  bool is_input(int vertex) const { return vertex < static_cast<int>(inputs_.size()); }

  /// Vertices in the order in which Keras runs them: by depth, deepest first
  /// (keras/src/ops/function.py, map_graph and _run_through_graph). Inputs come first.
  const std::vector<int>& order() const { return order_; }
  /// Vertices as Keras lists layers in a file: by depth, then as their layers are found from the outputs.
  const std::vector<int>& listing() const { return listing_; }

  /// Vertex i is input i.
  const std::vector<Endpoint>& inputs() const { return inputs_; }
  const std::vector<Endpoint>& outputs() const { return outputs_; }
  /// Where a tensor named in a call of this graph comes from.
  Endpoint endpoint(const SymbolicTensor& tensor) const;
  /// Where the tensors in a call come from, by parameter and position.
  const std::vector<std::vector<Endpoint>>& arguments(int vertex) const {
    return arguments_[static_cast<std::size_t>(vertex)];
  }
  /// Per vertex, how many edges and model outputs its outputs feed.
  const std::vector<int>& reader_counts() const { return reader_counts_; }

  std::vector<InputEdge> in_edges(int vertex) const;
  /// Vertices that read an output of `vertex`, each once, in order of their lines.
  std::vector<int> readers(int vertex) const;
  /// All vertices that can be reached from `vertex`, nearest first, without itself.
  std::vector<int> reachable_from(int vertex) const;

 private:
  struct Boost;
  void add_inputs(const SymbolicTensors& inputs);
  void add_calls(const SymbolicTensors& outputs);
  void add_edges();
  void add_call_edges(int vertex);
  void put_in_order();

  std::vector<std::shared_ptr<const CallNode>> nodes_;
  std::vector<Endpoint> inputs_;
  std::vector<Endpoint> outputs_;
  std::vector<std::vector<std::vector<Endpoint>>> arguments_;
  std::vector<int> reader_counts_;
  std::vector<int> post_order_;
  std::vector<int> order_;
  std::vector<int> listing_;
  std::unique_ptr<Boost> boost_;
};

}  // namespace domino
