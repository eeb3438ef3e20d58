#pragma once

#include <algorithm>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "domino/core/config.h"
#include "domino/core/mask.h"
#include "domino/core/source_location.h"
#include "domino/core/tensor.h"

namespace domino {

/// `{.mask = kNoMask}`: the call sees no mask, whatever its input carries.
struct NoMask {};
inline constexpr NoMask kNoMask{};

/// The `mask=` of a call: nothing (the mask that the input carries), kNoMask, one mask, or one per
/// tensor of a list argument. `T` is Tensor or SymbolicTensor.
template <class T>
class MaskArgument {
 public:
  enum class Kind : std::uint8_t { Attached, None, Given };

  // NOLINTBEGIN(google-explicit-constructor): `{.mask = m}` reads as in Keras
  MaskArgument() = default;
  MaskArgument(NoMask) : kind_(Kind::None) {}
  MaskArgument(T mask) : kind_(Kind::Given) { masks_.emplace_back(std::move(mask)); }
  MaskArgument(std::vector<std::optional<T>> masks)
      : kind_(Kind::Given), masks_(std::move(masks)) {}
  MaskArgument(const Mask& mask) requires std::same_as<T, Tensor> : MaskArgument(mask.tensor()) {}
  /// No mask is as if none was given, as in Keras.
  MaskArgument(const OptionalMask& mask) requires std::same_as<T, Tensor> {
    if (mask) *this = MaskArgument(*mask);
  }
  // NOLINTEND(google-explicit-constructor)

  Kind kind() const { return kind_; }
  const std::vector<std::optional<T>>& masks() const { return masks_; }

 private:
  Kind kind_ = Kind::Attached;
  std::vector<std::optional<T>> masks_;
};

/// One tensor argument of a layer's call.
struct Parameter {
  std::string_view name = "inputs";
  bool required = true;
  bool list = false;
  /// Under which name Keras passes the argument's mask ("mask", "query_mask"); empty if the call
  /// takes none.
  std::string_view mask = {};
  /// Which other argument Keras takes in its place if it is not given; empty if none.
  std::string_view otherwise = {};
};

/// The tensor arguments of a layer's call, in order.
using Signature = std::vector<Parameter>;

/// What one call of a layer is given: per parameter its tensors (none: not given), the mask passed
/// for it by hand, and plain options. `T` is Tensor, SymbolicTensor or EdgeFacts.
template <class T>
struct Call {
  std::vector<std::vector<T>> arguments;
  std::vector<MaskArgument<T>> masks;
  Config options = {};
  /// Written as `layer(x)`: one positional tensor and nothing else (mask-rules depend on it).
  bool positional = false;
  /// How many arguments stand without their names, as in `layer(x, m)`, in the order of
  /// places_in_keras(). Only files of Keras have other than one.
  std::size_t by_place = 1;
  SourceLocation where = SourceLocation::current();

  /// How many of its arguments the call is given.
  std::ptrdiff_t count_given() const {
    return std::count_if(arguments.begin(), arguments.end(),
                         [](const std::vector<T>& tensors) { return !tensors.empty(); });
  }

  /// The same call on other tensors: `map` turns one `T` into one `U`.
  template <class U, class Map>
  Call<U> mapped(Map map) const;
};

/// Per output of a model, whether nobody sees what the mask that it carries hides. Of outputs about which
/// nothing is said all is seen.
using UnseenOutputs = std::vector<bool>;

/// What a layer's `call` and `compute_mask` read: tensors, the masks meant for them, options.
class Arguments {
 public:
  Arguments(const Signature& signature, std::vector<Tensors> tensors,
            std::vector<OptionalMasks> masks, Config options);

  bool has(std::string_view name) const;
  /// The tensor of an argument, or an undefined Tensor if it was not given.
  Tensor tensor(std::string_view name) const;
  const Tensors& list(std::string_view name) const;
  /// The mask meant for an argument's only tensor.
  OptionalMask mask(std::string_view name) const;
  /// One entry per tensor of a list argument.
  const OptionalMasks& masks(std::string_view name) const;
  /// A plain option, or `otherwise` if the call does not give it.
  bool option(std::string_view name, bool otherwise) const;
  /// All plain options.
  const Config& options() const { return options_; }

  /// For a model under Keras' rules: the masks that hang on its input objects behind the call, where
  /// the caller sees them too.
  void leave_on_inputs(OptionalMasks masks) const { left_on_inputs_ = std::move(masks); }
  const std::optional<OptionalMasks>& left_on_inputs() const { return left_on_inputs_; }

  /// For a model: it need not compute what nobody sees.
  void set_unseen(UnseenOutputs unseen) { unseen_ = std::move(unseen); }
  const UnseenOutputs& unseen() const { return unseen_; }

  const std::vector<Tensors>& tensors() const { return tensors_; }
  const std::vector<OptionalMasks>& all_masks() const { return masks_; }
  const Tensors& first() const { return tensors_.front(); }

 private:
  std::size_t index(std::string_view name) const;

  const Signature* signature_;
  std::vector<Tensors> tensors_;
  std::vector<OptionalMasks> masks_;
  Config options_;
  UnseenOutputs unseen_;
  mutable std::optional<OptionalMasks> left_on_inputs_;
};

template <class T>
template <class U, class Map>
Call<U> Call<T>::mapped(Map map) const {
  Call<U> result{.arguments = {},
                 .masks = {},
                 .options = options,
                 .positional = positional,
                 .by_place = by_place,
                 .where = where};
  for (const std::vector<T>& argument : arguments) {
    std::vector<U>& to = result.arguments.emplace_back();
    for (const T& tensor : argument) to.push_back(map(tensor));
  }
  for (const MaskArgument<T>& mask : masks) {
    if (mask.kind() == MaskArgument<T>::Kind::Given) {
      std::vector<std::optional<U>> given;
      for (const std::optional<T>& one : mask.masks()) {
        given.push_back(one ? std::optional<U>(map(*one)) : std::nullopt);
      }
      result.masks.emplace_back(std::move(given));
    } else if (mask.kind() == MaskArgument<T>::Kind::None) {
      result.masks.emplace_back(kNoMask);
    } else {
      result.masks.emplace_back();
    }
  }
  return result;
}

}  // namespace domino
