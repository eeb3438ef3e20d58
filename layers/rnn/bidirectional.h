#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "domino/graph/layer.h"
#include "domino/layers/rnn/recurrent.h"

namespace domino::layers {

/// Options of Bidirectional; the layer is its constructor's first argument.
struct BidirectionalOptions {
  /// "concat", "sum", "mul", "ave", or none: both sequences are outputs of their own.
  std::optional<std::string> merge_mode = "concat";
  /// Reads the steps from the end; not given: a copy of the layer with `go_backwards`.
  LayerHandle backward_layer = {};
  std::string name = {};
};

/// Runs a recurrent layer over the steps from the front, another one from the end, and merges them.
///
/// The call is that of the layer: `(batch, steps, features)`, `{.mask, .initial_state}`, the first
/// half of `initial_state` for the forward layer. Outputs are the merged one (both, without
/// `merge_mode`), then with `return_state` the states of the forward layer and of the backward one.
///
/// Both directions skip masked steps. With `return_sequences` masked steps are 0 in both, whatever
/// `zero_output_for_mask` the layer has, and the mask is handed on; otherwise it ends here.
///
/// As in Keras both layers are copies with weights of their own, named forward_<name> and
/// backward_<name>. Differs from Keras: a given `backward_layer` is copied too, so it must not have
/// weights yet; `stateful` with `return_state` works.
/// Weights: forward_layer/..., backward_layer/...
/// Keras: keras/src/layers/rnn/bidirectional.py.
class Bidirectional final : public detail::SequenceLayer<Bidirectional> {
 public:
  static constexpr std::string_view kType = "Bidirectional";
  explicit Bidirectional(const LayerHandle& layer, const BidirectionalOptions& options = {});

  Config config() const override;
  static Bidirectional from_config(const Config& config);

  const LayerHandle& forward_layer() const { return forward_layer_; }
  const LayerHandle& backward_layer() const { return backward_layer_; }
  std::string_view several_outputs() const;

  void build(const std::vector<std::vector<Shape>>& shapes) const;
  Tensors call(const Arguments& arguments) const;
  OptionalMasks compute_mask(const Arguments& arguments, const OptionalMasks& previous) const;
  std::vector<std::size_t> nesting(std::string_view argument) const override;

 private:
  Tensors merged(const Tensor& forward, const Tensor& backward) const;

  const std::optional<std::string> merge_mode_;
  const LayerHandle forward_layer_;
  const LayerHandle backward_layer_;
  const bool return_sequences_;
  const bool return_state_;
  const bool backwards_first_;  // a go_backwards layer in front: outputs begin with the last step
};

}  // namespace domino::layers
