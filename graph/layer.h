#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "domino/core/config.h"
#include "domino/core/tensor.h"
#include "domino/graph/call.h"

namespace domino {

class Layer;
class Session;

/// Makes the first value of a weight.
using Initializer = std::function<Tensor(const Shape&, DType)>;

/// A named tensor of a layer. `path` is made of attribute names, as in Keras' weight files:
/// "kernel", "cell/recurrent_kernel", "forward_layer/cell/bias".
struct Variable {
  std::string path;
  Tensor value;
  bool trainable = true;
};

/// Numbers of a layer that files keep by their names, but that are no weights: not counted, not trained.
struct OwnVariable {
  std::string name;
  Shape shape;
  Tensor value;  ///< float32; undefined until it is given
};

/// Files that Keras keeps of a layer in `assets/<path of the layer>/`: the bytes by their names.
using Assets = std::map<std::string, std::string, std::less<>>;

/// Any layer, held by value: copies share the layer's weights and name.
class LayerHandle {
 public:
  LayerHandle() = default;
  template <std::derived_from<Layer> L>
  LayerHandle(const L& layer);  // NOLINT(google-explicit-constructor): layers go into lists
  explicit LayerHandle(std::shared_ptr<const Layer> layer) : layer_(std::move(layer)) {}

  const Layer& operator*() const { return *layer_; }
  const Layer* operator->() const { return layer_.get(); }
  explicit operator bool() const { return layer_ != nullptr; }
  const std::shared_ptr<const Layer>& shared() const { return layer_; }

 private:
  std::shared_ptr<const Layer> layer_;
};

/// What every layer is: a name, weights, and how it treats tensors and masks.
///
/// A handle: copies share one cell with the name, the weights and the sublayers, which the first call
/// makes; so a copy made before the first call has the same weights. Write a layer by deriving from
/// UnaryLayer, ListLayer or NamedLayer (graph/layer_templates.h), never from this class directly.
class Layer {
 public:
  virtual ~Layer() = default;

  /// The class name, as in Keras: "LSTM".
  virtual std::string_view type() const = 0;
  /// The name given in the options or by the first Model that holds the layer; empty before that.
  std::string name() const;
  /// `Dense 'dense_1'`, or `Dense (unnamed)`.
  std::string title() const;
  /// The constructor's options under Keras' argument names, and the name.
  virtual Config config() const;

  /// Whether the layer hands masks on; otherwise the mask ends here, with a warning.
  bool supports_masking() const { return supports_masking_; }
  /// Whether `call` takes a mask.
  bool takes_mask() const;

  bool built() const;
  /// The layer's own weights, trainable ones first, then those of its sublayers, as Keras orders them;
  /// a layer that is found twice counts once.
  std::vector<Variable> weights() const;
  /// The numbers of `weights()` alone: `b.set_weights(a.get_weights())`.
  Tensors get_weights() const;
  /// Replaces all weights, in the order of `weights()`. Not while another thread predicts.
  /// Throws BuildError before the layer is built, ShapeError if count or a shape differs, DTypeError
  /// if a weight is of another type.
  void set_weights(const Tensors& values) const;
  std::int64_t count_params() const;
  /// Sublayers under their attribute names.
  std::vector<std::pair<std::string, LayerHandle>> sublayers() const;

  /// A graph of layers: the inputs' dtypes are its own business, and under Keras' rules it ends masks
  /// while it is wired.
  virtual bool is_model() const { return false; }
  /// A plain function (graph/operation.h): it is no layer in Keras' lists, and takes no mask on.
  virtual bool is_operation() const { return false; }

  /// How Keras nests the tensors of a list argument: how many stand in each list of its own, a single
  /// one without a list. Empty if it takes a flat list.
  virtual std::vector<std::size_t> nesting(std::string_view) const { return {}; }

  /// Equal for the copies of one layer.
  const void* identity() const { return cell_.get(); }

  // What the graph calls; layers implement them through the templates.
  virtual const Signature& signature() const = 0;
  virtual void build_from(const std::vector<std::vector<Shape>>& shapes) const = 0;
  virtual Tensors call_with(const Arguments& arguments) const = 0;
  /// Masks of the outputs, from the masks of the first argument's tensors.
  virtual OptionalMasks compute_mask_with(const Arguments& arguments,
                                          const OptionalMasks& previous) const = 0;
  virtual std::shared_ptr<const Layer> clone() const = 0;

  /// Names the layer if it has no name yet.
  void set_name_once(const std::string& name) const;
  /// Runs `build` if no call has done so yet; safe from many threads.
  void build_once(const std::function<void()>& build) const;
  /// Whether `inner` was declared by add_layer.
  bool has_sublayer(const Layer& inner) const;
  /// True the first time it is asked: a layer warns once.
  bool warn_once() const;
  /// What is to be kept of this built layer, without its sublayers, beside its weights; Keras:
  /// save_own_variables.
  virtual std::vector<OwnVariable> own_variables() const { return {}; }
  /// Gives one of own_variables() its value, of its shape. Not while another thread predicts. Throws
  /// ValueError if there is none of this name.
  virtual void load_own_variable(std::string_view name, const Tensor& value) const;
  /// What is to be kept of this layer, without its sublayers, beside its config and its numbers.
  virtual Assets own_assets() const { return {}; }
  /// Takes what own_assets() gave, or what Keras saved. Not while another thread predicts. Throws
  /// ValueError, naming it, for a file that is missing or does not fit.
  virtual void load_own_assets(const Assets& assets) const;

  /// Gives the weight at `path` (as in `weights()`) another value of the same shape and type.
  void assign(std::string_view path, Tensor value) const;

 protected:
  explicit Layer(std::string name = {});
  Layer(const Layer&) = default;
  Layer& operator=(const Layer&) = default;

  /// For a constructor: whether masks are handed on. Without it, a layer that has a compute_mask does.
  void set_supports_masking(bool supports) { supports_masking_ = supports; }

  /// For `build`: declares a weight under its attribute name.
  void add_weight(std::string_view name, const Shape& shape, const Initializer& initializer,
                  bool trainable = true) const;
  /// For `build`: declares a sublayer under its attribute name, so that its weights are found.
  void add_layer(std::string_view name, const LayerHandle& layer) const;

  /// For `call`: a weight, on the current backend. Throws BuildError, naming those that there are, if
  /// `build` has not declared it.
  Tensor weight(std::string_view name) const;
  /// The same for a weight that options can leave out, such as a bias: undefined without it.
  Tensor optional_weight(std::string_view name) const;

  /// For `call` of a stateful layer: the state kept by the current Session, or an undefined tensor.
  Tensor state(std::string_view name) const;
  void set_state(std::string_view name, const Tensor& value) const;

 private:
  struct Cell;
  void collect_weights(const std::string& prefix, std::set<const void*>& seen,
                       std::vector<Variable>& weights) const;

  std::shared_ptr<Cell> cell_;
  bool supports_masking_ = false;
};

/// While it lives, layers that this thread builds leave the numbers of their weights unset, as those of
/// a file follow at once: an initializer's work would be for nothing. Weights of more than `most_bytes`
/// together throw BuildError, as no such file could follow.
class UnsetWeightsScope {
 public:
  explicit UnsetWeightsScope(std::uint64_t most_bytes);
  ~UnsetWeightsScope();
  UnsetWeightsScope(const UnsetWeightsScope&) = delete;
  UnsetWeightsScope& operator=(const UnsetWeightsScope&) = delete;

 private:
  friend class Layer;
  Tensor unset(const Shape& shape);

  std::uint64_t bytes_left_;
  UnsetWeightsScope* outer_;
};

template <std::derived_from<Layer> L>
LayerHandle::LayerHandle(const L& layer) : layer_(layer.clone()) {}

}  // namespace domino
