#include "domino/graph/symbolic_tensor.h"

#include <atomic>
#include <utility>

#include "domino/core/check.h"

namespace domino {

SymbolicTensor::SymbolicTensor(std::shared_ptr<const CallNode> node, int index, bool is_mask)
    : node_(std::move(node)), index_(index), is_mask_(is_mask) {}

const ValueFacts& SymbolicTensor::facts() const {
  const EdgeFacts& edge = node_->outputs[static_cast<std::size_t>(index_)];
  return is_mask_ ? *edge.mask : edge;
}

EdgeFacts SymbolicTensor::edge_facts() const {
  if (is_mask_) return {facts(), std::nullopt};
  return node_->outputs[static_cast<std::size_t>(index_)];
}

std::optional<SymbolicTensor> SymbolicTensor::mask() const {
  if (is_mask_ || !edge_facts().mask) return std::nullopt;
  return SymbolicTensor(node_, index_, true);
}

namespace {
std::uint64_t next_id() {
  static std::atomic<std::uint64_t> last = 0;
  return ++last;
}
}  // namespace

CallNode::CallNode(LayerHandle layer, Call<SymbolicTensor> call, std::vector<EdgeFacts> outputs)
    : layer(std::move(layer)), call(std::move(call)), outputs(std::move(outputs)), id(next_id()) {}

namespace {

using NodePointers = std::vector<std::shared_ptr<const CallNode>>;

void collect_parents(Call<SymbolicTensor>& call, NodePointers& parents) {
  for (auto& argument : call.arguments) {
    for (SymbolicTensor& tensor : argument) parents.push_back(tensor.node());
  }
  for (const auto& mask : call.masks) {
    for (const auto& tensor : mask.masks()) {
      if (tensor) parents.push_back(tensor->node());
    }
  }
  call.arguments.clear();
  call.masks.clear();
}

}  // namespace

CallNode::~CallNode() {
  NodePointers dying;
  collect_parents(call, dying);
  while (!dying.empty()) {
    const std::shared_ptr<const CallNode> node = std::move(dying.back());
    dying.pop_back();
    // The last owner empties the node, so that its own destructor finds nothing to follow.
    if (node.use_count() == 1) collect_parents(const_cast<CallNode&>(*node).call, dying);
  }
}

std::string to_string(const SymbolicTensor& tensor) {
  return fmt::format("{} {} of {}", tensor.dtype(), tensor.shape(), tensor.node()->layer->title());
}

}  // namespace domino
