#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "domino/backends/ops.h"
#include "domino/core/config.h"

namespace domino {

/// A number, nested lists or an array of a Keras file as a tensor, beside others that are meta or not: on
/// meta its value number is that of its text.
Tensor constant_tensor(const Config& value, bool on_meta);

/// What one function of `keras.ops` is given: tensors, numbers and lists among its arguments, and its
/// static configuration. Throws ValueError naming the argument that does not fit.
class OperationArguments {
 public:
  /// `parameters` are the names of the call's arguments in order; `options` is as Operation says.
  OperationArguments(const std::vector<std::string_view>& parameters, const Config& config,
                     const Tensors& tensors, const Config& options);

  /// An argument that must be a tensor; a number or list becomes one beside the others.
  Tensor tensor(std::string_view name) const;
  /// A tensor or a plain number.
  ops::Operand operand(std::string_view name) const;
  /// An argument that is a list of tensors, or one tensor.
  Tensors tensors(std::string_view name) const;
  /// All arguments from the first on, for functions of any number of tensors.
  Tensors all_tensors() const;
  /// The argument as it stands; if the call lacks it, what the configuration says; else null.
  const Config& raw(std::string_view name) const;
  /// A value of the argument list as a tensor: one of the call's, a number, an array or a list.
  Tensor tensor_of(const Config& value) const;
  bool is_tensor(const Config& value) const;

  /// The static configuration.
  const Config& config() const { return config_; }
  bool flag(std::string_view key) const;
  std::int64_t integer(std::string_view key) const;
  std::optional<int> axis(std::string_view key) const;
  /// One axis or several; none for null.
  std::optional<ops::Axes> axes(std::string_view key) const;
  std::vector<std::int64_t> integers(std::string_view key) const;
  /// A dtype by its name; none for null.
  std::optional<DType> dtype(std::string_view key) const;

 private:
  const std::vector<std::string_view>& parameters_;
  const Config& config_;
  const Tensors& tensors_;
  const Config& options_;
};

}  // namespace domino
