#pragma once

#include <type_traits>
#include <utility>

namespace domino::layers {

/// The options with one of them set, for a constructor that takes it in front, as `Dense(32, {...})`:
/// `Dense(with(&DenseOptions::units, units, std::move(options)))`.
template <class Options, class T>
Options with(T Options::*option, std::type_identity_t<T> value,
             std::type_identity_t<Options> options) {
  options.*option = std::move(value);
  return options;
}

}  // namespace domino::layers
