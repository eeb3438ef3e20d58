#pragma once

#include <array>
#include <concepts>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "domino/core/source_location.h"
#include "domino/graph/invoke.h"
#include "domino/graph/layer.h"
#include "domino/graph/symbolic_tensor.h"

namespace domino {

/// What may stand behind the input of a call: `layer(x, {.mask = m})`.
template <class T>
struct CallOptions {
  MaskArgument<T> mask = {};
};

namespace detail {

// What `call` and `compute_mask` return, as lists.
inline Tensors to_list(Tensor tensor) { return {std::move(tensor)}; }
inline Tensors to_list(Tensors tensors) { return tensors; }
template <std::size_t N>
Tensors to_list(const std::array<Tensor, N>& tensors) {
  return {tensors.begin(), tensors.end()};
}
inline OptionalMasks to_masks(OptionalMask mask) { return {std::move(mask)}; }
inline OptionalMasks to_masks(OptionalMasks masks) { return masks; }
inline OptionalMasks to_masks(const Tensors& masks) { return {masks.begin(), masks.end()}; }
template <class M, std::size_t N>
OptionalMasks to_masks(const std::array<M, N>& masks) {
  return {masks.begin(), masks.end()};
}

/// What the layer's operator() gives for a `call` that returns `Returned`: the same, of `T`s.
template <class Returned, class T>
struct Result;
template <class T>
struct Result<Tensor, T> {
  static T from(std::vector<T> outputs) { return std::move(outputs.front()); }
};
template <class T>
struct Result<Tensors, T> {
  static std::vector<T> from(std::vector<T> outputs) { return outputs; }
};
template <std::size_t N, class T>
struct Result<std::array<Tensor, N>, T> {
  static std::array<T, N> from(std::vector<T> outputs) {
    return [&]<std::size_t... I>(std::index_sequence<I...>) {
      return std::array<T, N>{std::move(outputs[I])...};
    }
    (std::make_index_sequence<N>());
  }
};

/// Parts that the three templates share: the name, the copy, the options, the two kinds of call.
template <class D>
class LayerBase : public Layer {
 public:
  std::string_view type() const final { return D::kType; }
  std::shared_ptr<const Layer> clone() const final { return std::make_shared<const D>(self()); }

  Config config() const override {
    Config config = Layer::config();
    if constexpr (requires(const D& d) { d.options(); }) {
      static_assert(
          requires(typename D::Options o) { D(std::move(o)); },
          "a layer with options() has `using Options = ...` and a constructor from Options alone");
      auto options = self().options();
      Fields fields(&config);
      options.fields(fields);
    }
    return config;
  }

  /// The layer that `config()` describes. Throws ValueError naming a field that does not fit.
  static D from_config(const Config& config) {
    if constexpr (requires { typename D::Options; }) {
      typename D::Options options;
      Fields fields(config);
      options.fields(fields);
      fields("name", options.name);
      return D(std::move(options));
    } else {
      return D();
    }
  }

 protected:
  using Layer::Layer;
  const D& self() const { return static_cast<const D&>(*this); }

  SymbolicTensors apply(Call<SymbolicTensor> call) const { return wire(*this, std::move(call)); }
  Tensors apply(const Call<Tensor>& call) const { return call_eagerly(*this, call); }
};

}  // namespace detail

/// A layer of one tensor.
///
/// `D` has `static constexpr std::string_view kType` and
/// - `Tensor call(const Tensor& x) const`, or `call(const Tensor& x, const OptionalMask& mask) const`
///   if it uses the mask. Several outputs: `std::array<Tensor, N>` or `Tensors`.
/// - `OptionalMask compute_mask(const Tensor& x, const OptionalMask& mask) const` if it makes, changes
///   or passes masks. Several outputs: an array or vector; fewer masks go to the first outputs. Without
///   one the mask ends here, unless the constructor calls `set_supports_masking(true)`: then it is
///   passed on, to the first output alone.
/// - `void build(const Shape& input) const` if it has weights.
/// - `Options` with a member `name`, `void fields(Fields&)`, and `const Options& options() const`, if it
///   is to be saved.
template <class D>
class UnaryLayer : public detail::LayerBase<D> {
 public:
  /// Wires the layer into a graph. Throws what the layer's checks throw, naming the caller's line.
  auto operator()(const SymbolicTensor& x, const CallOptions<SymbolicTensor>& options = {},
                  SourceLocation where = SourceLocation::current()) const {
    return apply_to(x, options, where);
  }
  /// Computes at once; the result carries its mask.
  auto operator()(const Tensor& x, const CallOptions<Tensor>& options = {},
                  SourceLocation where = SourceLocation::current()) const {
    return apply_to(x, options, where);
  }

  const Signature& signature() const final {
    static const Signature kSignature{
        {.name = "inputs", .mask = takes_mask_argument() ? "mask" : ""}};
    return kSignature;
  }
  void build_from(const std::vector<std::vector<Shape>>& shapes) const final {
    if constexpr (has_build()) this->self().build(shapes[0][0]);
  }
  Tensors call_with(const Arguments& arguments) const final {
    const Tensor& x = arguments.first()[0];
    if constexpr (takes_mask_argument()) {
      return detail::to_list(this->self().call(x, arguments.all_masks()[0][0]));
    } else {
      return detail::to_list(this->self().call(x));
    }
  }
  OptionalMasks compute_mask_with(const Arguments& arguments,
                                  const OptionalMasks& previous) const final {
    if constexpr (has_compute_mask()) {
      return detail::to_masks(this->self().compute_mask(arguments.first()[0], previous[0]));
    } else {
      return {previous[0]};
    }
  }

 protected:
  explicit UnaryLayer(std::string name = {}) : detail::LayerBase<D>(std::move(name)) {
    static_assert(
        takes_mask_argument() || requires(const D& d, const Tensor& x) { d.call(x); },
        "a UnaryLayer has a public `Tensor call(const Tensor&) const`, or the same with a second "
        "parameter `const OptionalMask&`");
    static_assert(
        has_compute_mask() || !requires { &D::compute_mask; },
        "`compute_mask` is `(const Tensor&, const OptionalMask&) const`");
    static_assert(
        has_build() || !requires { &D::build; }, "`build` is `(const Shape&) const`");
    this->set_supports_masking(has_compute_mask());
  }

 private:
  static constexpr bool takes_mask_argument() {
    return requires(const D& d, const Tensor& x, const OptionalMask& m) { d.call(x, m); };
  }
  static constexpr bool has_compute_mask() {
    return requires(const D& d, const Tensor& x, const OptionalMask& m) { d.compute_mask(x, m); };
  }
  static constexpr bool has_build() {
    return requires(const D& d, const Shape& s) { d.build(s); };
  }

  template <class T>
  auto apply_to(const T& x, const CallOptions<T>& options, SourceLocation where) const {
    const bool plain = options.mask.kind() == MaskArgument<T>::Kind::Attached;
    auto outputs = this->apply(Call<T>{.arguments = {{x}},
                                       .masks = {options.mask},
                                       .options = {},
                                       .positional = plain,
                                       .where = where});
    if constexpr (takes_mask_argument()) {
      using Returned = decltype(this->self().call(std::declval<Tensor>(), OptionalMask()));
      return detail::Result<Returned, T>::from(std::move(outputs));
    } else {
      using Returned = decltype(this->self().call(std::declval<Tensor>()));
      return detail::Result<Returned, T>::from(std::move(outputs));
    }
  }
};

/// A layer of a list of tensors, such as Concatenate.
///
/// As UnaryLayer, with `Tensors` and `OptionalMasks` (one entry per tensor) in place of the tensor and
/// the mask, and `build(const std::vector<Shape>&)`.
template <class D>
class ListLayer : public detail::LayerBase<D> {
 public:
  auto operator()(const SymbolicTensors& inputs, const CallOptions<SymbolicTensor>& options = {},
                  SourceLocation where = SourceLocation::current()) const {
    return apply_to(inputs, options, where);
  }
  auto operator()(const Tensors& inputs, const CallOptions<Tensor>& options = {},
                  SourceLocation where = SourceLocation::current()) const {
    return apply_to(inputs, options, where);
  }

  const Signature& signature() const final {
    static const Signature kSignature{
        {.name = "inputs", .list = true, .mask = takes_mask_argument() ? "mask" : ""}};
    return kSignature;
  }
  void build_from(const std::vector<std::vector<Shape>>& shapes) const final {
    if constexpr (has_build()) this->self().build(shapes[0]);
  }
  Tensors call_with(const Arguments& arguments) const final {
    if constexpr (takes_mask_argument()) {
      return detail::to_list(this->self().call(arguments.first(), arguments.all_masks()[0]));
    } else {
      return detail::to_list(this->self().call(arguments.first()));
    }
  }
  OptionalMasks compute_mask_with(const Arguments& arguments,
                                  const OptionalMasks& previous) const final {
    if constexpr (has_compute_mask()) {
      return detail::to_masks(this->self().compute_mask(arguments.first(), previous));
    } else {
      return {previous[0]};
    }
  }

 protected:
  explicit ListLayer(std::string name = {}) : detail::LayerBase<D>(std::move(name)) {
    static_assert(
        takes_mask_argument() || requires(const D& d, const Tensors& x) { d.call(x); },
        "a ListLayer has a public `Tensor call(const Tensors&) const`, or the same with a second "
        "parameter `const OptionalMasks&`");
    static_assert(
        has_compute_mask() || !requires { &D::compute_mask; },
        "`compute_mask` is `(const Tensors&, const OptionalMasks&) const`");
    static_assert(
        has_build() || !requires { &D::build; }, "`build` is `(const std::vector<Shape>&) const`");
    this->set_supports_masking(has_compute_mask());
  }

 private:
  static constexpr bool takes_mask_argument() {
    return requires(const D& d, const Tensors& x, const OptionalMasks& m) { d.call(x, m); };
  }
  static constexpr bool has_compute_mask() {
    return requires(const D& d, const Tensors& x, const OptionalMasks& m) { d.compute_mask(x, m); };
  }
  static constexpr bool has_build() {
    return requires(const D& d, const std::vector<Shape>& s) { d.build(s); };
  }

  template <class T>
  auto apply_to(const std::vector<T>& inputs, const CallOptions<T>& options,
                SourceLocation where) const {
    auto outputs = this->apply(Call<T>{.arguments = {inputs},
                                       .masks = {options.mask},
                                       .options = {},
                                       .positional = false,
                                       .where = where});
    if constexpr (takes_mask_argument()) {
      using Returned = decltype(this->self().call(Tensors(), OptionalMasks()));
      return detail::Result<Returned, T>::from(std::move(outputs));
    } else {
      using Returned = decltype(this->self().call(Tensors()));
      return detail::Result<Returned, T>::from(std::move(outputs));
    }
  }
};

/// A layer of several named tensors, such as MultiHeadAttention or LSTM.
///
/// `D` has `static Signature arguments()`, `Tensors call(const Arguments&) const` and, if it makes,
/// changes or passes masks, `OptionalMasks compute_mask(const Arguments&, const OptionalMasks&
/// previous) const` (`previous`: one mask per tensor of the first argument), `build(const
/// std::vector<std::vector<Shape>>&)` with the shapes per argument, and its own operator(), which hands
/// a Call to `apply`.
template <class D>
class NamedLayer : public detail::LayerBase<D> {
 public:
  const Signature& signature() const final {
    static const Signature kSignature = D::arguments();
    return kSignature;
  }
  void build_from(const std::vector<std::vector<Shape>>& shapes) const final {
    if constexpr (requires(const D& d) { d.build(shapes); }) this->self().build(shapes);
  }
  Tensors call_with(const Arguments& arguments) const final {
    return detail::to_list(this->self().call(arguments));
  }
  OptionalMasks compute_mask_with(const Arguments& arguments,
                                  const OptionalMasks& previous) const final {
    if constexpr (has_compute_mask()) {
      return detail::to_masks(this->self().compute_mask(arguments, previous));
    } else {
      return {previous.empty() ? std::nullopt : previous[0]};
    }
  }

 protected:
  explicit NamedLayer(std::string name = {}) : detail::LayerBase<D>(std::move(name)) {
    static_assert(
        has_compute_mask() || !requires { &D::compute_mask; },
        "`compute_mask` is `(const Arguments&, const OptionalMasks&) const`");
    this->set_supports_masking(has_compute_mask());
  }

 private:
  static constexpr bool has_compute_mask() {
    return requires(const D& d, const Arguments& a, const OptionalMasks& m) {
      d.compute_mask(a, m);
    };
  }
};

}  // namespace domino
