#pragma once

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "domino/core/dtype.h"
#include "domino/core/shape.h"
#include "domino/core/tensor.h"
#include "domino/graph/call.h"
#include "domino/graph/layer.h"

namespace domino {

/// Sizes (some unknown), dtype and value number of a tensor that has no numbers yet.
struct ValueFacts {
  Shape shape;
  DType dtype = DType::Float32;
  ValueNumber value;
};

/// What is known of a tensor between two calls: itself, and the mask that hangs on it.
struct EdgeFacts : ValueFacts {
  std::optional<ValueFacts> mask;
  /// The (vertex, output) that made it; edges behind which it is handed through are one object.
  std::optional<std::pair<int, int>> object = {};
};

struct CallNode;

/// A tensor that is wired before there are numbers: a shape with unknown sizes, a dtype, and the call
/// that it comes from. Keras' `KerasTensor`.
class SymbolicTensor {
 public:
  SymbolicTensor(std::shared_ptr<const CallNode> node, int index, bool is_mask = false);

  const Shape& shape() const { return facts().shape; }
  DType dtype() const { return facts().dtype; }
  /// The mask that hangs on it under the documented rules, as a symbolic tensor of its own.
  std::optional<SymbolicTensor> mask() const;

  const std::shared_ptr<const CallNode>& node() const { return node_; }
  int index() const { return index_; }
  /// True if this is the mask of output `index()`, not the output itself.
  bool is_mask() const { return is_mask_; }
  const ValueFacts& facts() const;
  /// Facts of the tensor and its mask; a mask itself carries none.
  EdgeFacts edge_facts() const;

 private:
  std::shared_ptr<const CallNode> node_;
  int index_;
  bool is_mask_;
};

using SymbolicTensors = std::vector<SymbolicTensor>;

/// One wired call of a layer; immutable. Models are cut from the graph that these form.
struct CallNode {
  CallNode(LayerHandle layer, Call<SymbolicTensor> call, std::vector<EdgeFacts> outputs);
  /// Frees long chains without recursion.
  ~CallNode();
  CallNode(const CallNode&) = delete;
  CallNode& operator=(const CallNode&) = delete;

  LayerHandle layer;
  Call<SymbolicTensor> call;
  std::vector<EdgeFacts> outputs;
  std::uint64_t id;  ///< grows with every call wired: the order of the user's lines
};

/// `<KerasTensor shape=(None, 5), dtype=float32>`-like text for messages.
std::string to_string(const SymbolicTensor& tensor);

}  // namespace domino
