#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "domino/backends/ops.h"
#include "domino/graph/layer_templates.h"
#include "domino/layers/initializers/initializers.h"
#include "domino/layers/one_output.h"

namespace domino::layers {

/// The call of MultiHeadAttention and GroupQueryAttention:
/// `mha({.query = x, .value = x, .use_causal_mask = true})`.
template <class T>
struct MultiHeadAttentionCall {
  T query;
  T value;
  std::optional<T> key = std::nullopt;  ///< not given: the value
  /// Nonzero where a query may see a key: (queries, keys), (batch, queries, keys) or (batch, heads,
  /// queries, keys); sizes may be 1. Axes that attention leaves alone stand between batch and heads.
  std::optional<T> attention_mask = std::nullopt;
  MaskArgument<T> query_mask = {};
  MaskArgument<T> value_mask = {};
  MaskArgument<T> key_mask = {};         ///< without a key: another mask of the value
  bool return_attention_scores = false;  ///< for `outputs()`: (batch, heads, queries, keys)
  bool use_causal_mask = false;          ///< query t sees the keys at t and before
};

/// What MultiHeadAttention and GroupQueryAttention share.
namespace detail {

using Sizes = std::vector<std::int64_t>;

std::int64_t product(const Sizes& sizes);
Sizes joined(Sizes a, const Sizes& b);

/// Which axes queries attend along. What attention leaves alone, such as the rows of a picture whose
/// columns attend, counts as batch.
class AttentionAxes {
 public:
  /// All axes of steps of inputs of `rank` axes if none are named. Throws BuildError for others.
  AttentionAxes(const Sizes& named, int rank);

  /// The only axis, or nothing.
  std::optional<int> only() const;
  std::size_t count() const { return attended_.size(); }
  bool leaves_some() const { return !left_.empty(); }
  Sizes attended(const Shape& shape) const { return sizes(shape, attended_); }
  Sizes left(const Shape& shape) const { return sizes(shape, left_); }

  /// float32 (batch and axes left alone, attended axes, features) of a tensor of the inputs' rank.
  Tensor folded(const Tensor& x) const;
  /// (batch and axes left alone, attended axes, ...) in the order of the inputs' axes, as in `like`.
  Tensor unfolded(const Tensor& x, const Shape& like) const;

 private:
  static Sizes sizes(const Shape& shape, const ops::Axes& axes);
  ops::Axes left_;
  ops::Axes attended_;
};

/// Throws ShapeError unless the inputs fit each other.
void check_attention_inputs(const Shape& query, const Shape& value, const Shape& key,
                            const AttentionAxes& axes);
void check_ranks(const Shape& query, const Shape& value, const Shape& key);

/// (..., features) by a kernel whose first `from_axes` axes make the features: (..., *others).
struct Projection {
  std::string name;
  Tensor kernel;
  Tensor bias;
};
Tensor projected(const Tensor& x, const Projection& projection, int from_axes,
                 op::UnaryKind activation = op::UnaryKind::Linear);

/// An initializer for a kernel of so many axes, whose inputs are several axes: see the .cpp.
InitializerSpec for_axes(const InitializerSpec& initializer, std::size_t inputs,
                         std::size_t outputs);

/// What a call of attention is made of once its inputs are heads.
struct HeadsOfCall {
  Tensor query;  ///< (batch, queries, heads, width), folded
  Tensor key;
  Tensor value;
  double scale = 1.0;
  bool zero_empty_rows = false;
  std::optional<int> sliding_window = {};
};
/// (batch, queries, heads, value width), folded; and if the call asks for them the scores, (batch, axes left
/// alone, heads, queries, keys), carrying the mask of what is seen.
struct AttendedHeads {
  Tensor output;
  Tensor scores;
};
AttendedHeads attend(const Arguments& arguments, const AttentionAxes& axes,
                     const HeadsOfCall& heads);

/// `D` has options with `use_bias`, `use_gate`, `dropout`, `sliding_window`, `kernel_initializer` and
/// `bias_initializer`, and `static constexpr std::string_view kOutputDense`, a projection.
template <class D>
class ProjectedAttention : public NamedLayer<D> {
 public:
  /// Wires the layer into a graph. Throws BuildError if the scores are asked for.
  SymbolicTensor operator()(const MultiHeadAttentionCall<SymbolicTensor>& call,
                            SourceLocation where = SourceLocation::current()) const {
    return only_output(call, where);
  }
  /// Computes at once; the result carries its mask.
  Tensor operator()(const MultiHeadAttentionCall<Tensor>& call,
                    SourceLocation where = SourceLocation::current()) const {
    return only_output(call, where);
  }
  /// The same with all outputs.
  SymbolicTensors outputs(const MultiHeadAttentionCall<SymbolicTensor>& call,
                          SourceLocation where = SourceLocation::current()) const {
    return all_outputs(call, where);
  }
  Tensors outputs(const MultiHeadAttentionCall<Tensor>& call,
                  SourceLocation where = SourceLocation::current()) const {
    return all_outputs(call, where);
  }

  static Signature arguments() {
    return {{.name = "query", .mask = "query_mask"},
            {.name = "value", .mask = "value_mask"},
            {.name = "key", .required = false, .mask = "key_mask", .otherwise = "value"},
            {.name = "attention_mask", .required = false}};
  }
  OptionalMasks compute_mask(const Arguments&, const OptionalMasks& previous) const {
    return {previous[0]};
  }

 protected:
  using NamedLayer<D>::NamedLayer;

  void add_projection(const std::string& name, Sizes from, const Sizes& to) const {
    const auto& o = this->self().options();
    const std::size_t inputs = from.size();
    this->add_weight(name + "/kernel", Shape(joined(std::move(from), to)),
                     for_axes(o.kernel_initializer, inputs, to.size()));
    if (o.use_bias) this->add_weight(name + "/bias", Shape(to), o.bias_initializer);
  }
  Projection projection(const std::string& name) const {
    return {name, this->weight(name + "/kernel"), this->optional_weight(name + "/bias")};
  }

  /// The layer's outputs from the heads of its inputs.
  Tensors outputs_of(const Arguments& arguments, const AttentionAxes& axes,
                     HeadsOfCall heads) const {
    const auto& o = this->self().options();
    const Tensor query = arguments.tensor("query");
    const bool gives_scores = arguments.option("return_attention_scores", false);
    // Keras takes another path for these, whose softmax gives 0 where nothing is seen.
    heads.zero_empty_rows = gives_scores || o.dropout > 0 || query.rank() != 3;
    heads.sliding_window = o.sliding_window;
    AttendedHeads result = attend(arguments, axes, heads);
    Tensor output = result.output;
    if (o.use_gate) {
      output = ops::multiply(output, projected(axes.folded(query), projection("_gate_dense"), 1,
                                               op::UnaryKind::Sigmoid));
    }
    output =
        ops::reshape(output, {output.size(0), output.size(1), output.size(2) * output.size(3)});
    output = projected(output, projection(std::string(D::kOutputDense)), 2);
    output = axes.unfolded(output, query.shape());
    return gives_scores ? Tensors{output, result.scores} : Tensors{output};
  }

 private:
  template <class T>
  std::vector<T> all_outputs(const MultiHeadAttentionCall<T>& call, SourceLocation where) const {
    const auto listed = [](const std::optional<T>& tensor) {
      return tensor ? std::vector<T>{*tensor} : std::vector<T>{};
    };
    // A key_mask is about the key, which is the value if none is given.
    const bool masks_value = !call.key && call.key_mask.kind() == MaskArgument<T>::Kind::Given;
    const std::vector<T> key = masks_value ? std::vector<T>{call.value} : listed(call.key);
    return this->apply(Call<T>{
        .arguments = {{call.query}, {call.value}, key, listed(call.attention_mask)},
        .masks = {call.query_mask, call.value_mask, call.key_mask},
        .options = Config::object({{"return_attention_scores", call.return_attention_scores},
                                   {"use_causal_mask", call.use_causal_mask}}),
        .positional = false,
        .where = where});
  }

  template <class T>
  T only_output(const MultiHeadAttentionCall<T>& call, SourceLocation where) const {
    check_one_output(*this, call.return_attention_scores ? "return_attention_scores" : "");
    return std::move(all_outputs(call, where).front());
  }
};

}  // namespace detail

}  // namespace domino::layers
