#pragma once

#include <functional>
#include <initializer_list>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "domino/backends/execution.h"
#include "domino/graph/dag.h"
#include "domino/graph/input_layer.h"
#include "domino/graph/layer.h"
#include "domino/graph/mask_rules.h"
#include "domino/graph/passes/propagate_masks.h"
#include "domino/graph/symbolic_tensor.h"

namespace domino {

/// Options of Model.
struct ModelOptions {
  std::string name = {};
  MaskRules rules = MaskRules::Intended;
};

/// What `predict` gives at the steps that an output's own mask hides.
enum class MaskedOutput : std::uint8_t {
  Exact,  ///< what Keras gives
  Zero,   ///< zeros: less has to be computed, since nobody sees what would stand there
};

/// How `predict` runs.
struct PredictOptions {
  std::int64_t batch_size = 32;  ///< rows computed together, as in Keras
  std::string device = "cpu";    ///< or "cuda", "cuda:N", "reference", ... (backends/backend.h)
  int threads = 0;               ///< 0: all cores of this process
  bool progress = false;         ///< a bar on stderr when that is a terminal
  bool keep_masks = false;       ///< the outputs carry their masks, as those of a call do
  bool packing = true;           ///< false computes under the padding, too: to measure, or in doubt
  /// A sequence gets the same bits whatever its batch mates, the batch size and the side of its padding;
  /// costs speed (docs/packing.md). Not on "cuda", where predict throws DeviceError.
  bool strict = false;
  /// In which type matrices are multiplied (docs/cuda_options.md). Attention, grouped convolutions and
  /// float64 stay as they are. Throws DeviceError for others than Float32 where the device has none.
  Products products = Products::Float32;
  /// Recurrences by cuDNN, where it has them (docs/cuda_options.md). Throws DeviceError unless the device is
  /// "cuda" of a build with DOMINO_CUDNN.
  bool cudnn = false;
  /// Of outputs that carry a mask (batch, steps) for (batch, steps, ...).
  MaskedOutput masked_output = MaskedOutput::Exact;
};

struct PredictBatch;

/// One tensor or several.
class SymbolicTensorList : public SymbolicTensors {
 public:
  // NOLINTBEGIN(google-explicit-constructor): a lone tensor reads as in Keras
  SymbolicTensorList(SymbolicTensor tensor) : SymbolicTensors{std::move(tensor)} {}
  SymbolicTensorList(SymbolicTensors tensors) : SymbolicTensors(std::move(tensors)) {}
  SymbolicTensorList(std::initializer_list<SymbolicTensor> tensors) : SymbolicTensors(tensors) {}
  // NOLINTEND(google-explicit-constructor)
};

/// A graph of layers with inputs and outputs (Keras' Functional model), and itself a layer.
///
/// `(inputs) -> (outputs)`; masks that the inputs carry travel through the graph, and the outputs carry
/// what the last calls give. The layers' weights are the model's. A handle: copies share everything.
class Model : public Layer {
 public:
  /// Cuts the graph between `inputs` and `outputs`, names unnamed layers, follows the masks and warns
  /// of each one that is lost. Throws BuildError for tensors that are not connected or layers that
  /// share a name.
  Model(const SymbolicTensorList& inputs, const SymbolicTensorList& outputs,
        ModelOptions options = {});

  /// The outputs for whole inputs, computed in batches; masks that the inputs carry are used, the
  /// outputs carry none, as Keras' arrays, unless `keep_masks`. Const and safe from many threads.
  ///
  /// Throws ShapeError or DTypeError if an input does not fit, and what the layers throw. No rows give
  /// outputs without rows.
  Tensors predict(const Tensors& inputs, const PredictOptions& options = {}) const;
  /// For a model of one input and one output.
  Tensor predict(const Tensor& input, const PredictOptions& options = {}) const;
  /// Sequences of token ids of different lengths, padded behind with 0. Batches are made of such that are
  /// of like length, of `batch_size` times the mean length tokens each, if it can be proven that the
  /// output does not depend on the padding; else all are padded to the longest. `report` says which. The
  /// result is in the order of the sequences.
  Tensor predict(const std::vector<std::vector<int>>& sequences,
                 const PredictOptions& options = {}) const;
  /// The same for sequences written in place: `predict({{12, 7}, {5, 88, 2}})`.
  Tensor predict(std::initializer_list<std::initializer_list<int>> sequences,
                 const PredictOptions& options = {}) const;

  /// Calls the model at once, in one piece; results carry their masks.
  Tensor operator()(const Tensor& input) const;
  Tensors operator()(const Tensors& inputs) const;
  /// Nests the model in another graph.
  SymbolicTensor operator()(const SymbolicTensor& input,
                            SourceLocation where = SourceLocation::current()) const;
  SymbolicTensors operator()(const SymbolicTensors& inputs,
                             SourceLocation where = SourceLocation::current()) const;

  MaskRules rules() const;
  /// The same layers and weights under other mask rules.
  Model with_rules(MaskRules rules) const;

  /// The names of the inputs and outputs, as in Keras: those of the layers that they come from.
  std::vector<std::string> input_names() const;
  std::vector<std::string> output_names() const;

  /// The layers of a Sequential in their order, the InputLayer in front once there is a graph.
  std::vector<LayerHandle> row() const;
  /// The layers, inputs first, in Keras' order.
  std::vector<LayerHandle> layers() const;
  /// Throws ValueError listing the names if there is none of this name.
  LayerHandle get_layer(std::string_view name) const;

  /// A table of the layers: output shape, parameters, what they are connected to, mask in and out.
  /// `masked` says per input whether it will carry a mask of its own; none does by default.
  std::string summary(const std::vector<bool>& masked = {}) const;
  /// Every mask: who makes, uses, ignores and loses it, and who would have used it; which calls compute
  /// what a mask hides, where `predict` gives such masked outputs; which run on the host whatever the
  /// device.
  std::string report(const std::vector<bool>& masked = {},
                     MaskedOutput masked_output = MaskedOutput::Exact) const;
  /// The facts behind both: what travels where. `unseen` says per output whether nobody sees what its own
  /// mask hides; all are seen by default.
  const MaskPlan& plan(const std::vector<bool>& masked = {},
                       const UnseenOutputs& unseen = {}) const;
  /// Throws BuildError if a Sequential has not been called yet.
  const Dag& dag() const;

  std::string_view type() const override;
  bool is_model() const override { return true; }
  const Signature& signature() const override;
  void build_from(const std::vector<std::vector<Shape>>& shapes) const override;
  Tensors call_with(const Arguments& arguments) const override;
  OptionalMasks compute_mask_with(const Arguments& arguments,
                                  const OptionalMasks& previous) const override;
  std::shared_ptr<const Layer> clone() const override;

 protected:
  struct Graph;
  /// A model whose graph follows later.
  Model(std::string_view type, ModelOptions options);
  Graph& graph() const { return *graph_; }
  bool has_graph() const;
  /// Wires the layers of a Sequential one behind the other, if that has not been done (sequential.cpp).
  void build_row(const Shape& shape, DType dtype) const;

 private:
  void set_graph(const SymbolicTensors& inputs, const SymbolicTensors& outputs) const;
  /// Called with the inputs of a call before the graph is needed; a Sequential makes its graph here.
  void prepare(const Tensors& inputs) const;
  void name_layers() const;
  void declare_layers() const;
  void check_one_output() const;
  Tensors run_on_meta(const Tensors& inputs, const Arguments& arguments) const;
  /// A nested model follows the rules of the outer one.
  Tensors run_on_numbers(const Tensors& inputs, MaskRules under, const UnseenOutputs& unseen) const;
  Tensors predict_batch(const Tensors& inputs, const PredictOptions& options) const;
  /// Per output those of all batches, which hold `count` rows.
  std::vector<Tensors> predict_batches(const std::function<std::optional<PredictBatch>()>& batches,
                                       std::int64_t count, const PredictOptions& options) const;
  /// How the output depends on the padded length of sequences if that does not keep them from being
  /// batched by length; else none.
  std::optional<MaskPlan::LengthUse::Kind> batches_by_length(const PredictOptions& options) const;

  std::shared_ptr<Graph> graph_;
};

}  // namespace domino
