#include "domino/backends/op.h"

#include <array>

#include "domino/core/hash.h"

namespace domino::op {
namespace {

constexpr std::array<std::string_view, 40> kUnaryNames = {"linear",
                                                          "negative",
                                                          "abs",
                                                          "sign",
                                                          "floor",
                                                          "square",
                                                          "sqrt",
                                                          "rsqrt",
                                                          "exp",
                                                          "expm1",
                                                          "log",
                                                          "log1p",
                                                          "erf",
                                                          "sin",
                                                          "cos",
                                                          "logical_not",
                                                          "isnan",
                                                          "relu",
                                                          "relu6",
                                                          "elu",
                                                          "selu",
                                                          "celu",
                                                          "silu",
                                                          "gelu",
                                                          "gelu_tanh",
                                                          "sigmoid",
                                                          "hard_sigmoid",
                                                          "log_sigmoid",
                                                          "sparse_sigmoid",
                                                          "tanh",
                                                          "hard_tanh",
                                                          "tanh_shrink",
                                                          "hard_shrink",
                                                          "soft_shrink",
                                                          "hard_silu",
                                                          "softplus",
                                                          "softsign",
                                                          "sparse_plus",
                                                          "squareplus",
                                                          "mish"};
static_assert(kUnaryNames.size() == static_cast<std::size_t>(UnaryKind::Mish) + 1);

constexpr std::array<std::string_view, 17> kBinaryNames = {
    "add",        "subtract", "multiply",      "divide",      "floor_divide", "mod",
    "power",      "maximum",  "minimum",       "equal",       "not_equal",    "less",
    "less_equal", "greater",  "greater_equal", "logical_and", "logical_or"};
static_assert(kBinaryNames.size() == static_cast<std::size_t>(BinaryKind::LogicalOr) + 1);

constexpr std::array<std::string_view, 7> kReduceNames = {"sum",  "mean", "max", "min",
                                                          "prod", "any",  "all"};
constexpr std::array<std::string_view, 3> kCellNames = {"SimpleRNN", "LSTM", "GRU"};

template <class T>
void hash_field(Hasher& hasher, const T& field) {
  if constexpr (std::is_enum_v<T>) {
    hasher.add(static_cast<std::uint64_t>(field));
  } else {
    hasher.add(field);
  }
}

}  // namespace

std::int64_t gates_of(CellKind cell) {
  switch (cell) {
    case CellKind::SimpleRNN:
      return 1;
    case CellKind::LSTM:
      return 4;
    case CellKind::GRU:
      return 3;
  }
  return 0;
}

std::string_view name_of(UnaryKind kind) { return kUnaryNames.at(static_cast<std::size_t>(kind)); }
std::string_view name_of(BinaryKind kind) {
  return kBinaryNames.at(static_cast<std::size_t>(kind));
}
std::string_view name_of(ReduceKind kind) {
  return kReduceNames.at(static_cast<std::size_t>(kind));
}
std::string_view name_of(CellKind kind) { return kCellNames.at(static_cast<std::size_t>(kind)); }

std::string_view name_of(const Operation& operation) {
  return std::visit(
      [](const auto& op) -> std::string_view {
        if constexpr (requires { name_of(op.kind); }) {
          return name_of(op.kind);
        } else {
          return op.kName;
        }
      },
      operation);
}

ValueNumber value_number(const Operation& operation, Inputs inputs, int index) {
  Hasher hasher;
  std::visit(
      [&](const auto& op) {
        hasher.add(op.kName);
        std::apply([&](const auto&... fields) { (hash_field(hasher, fields), ...); }, op.tie());
      },
      operation);
  for (const Tensor& input : inputs) {
    hasher.add(input.defined());
    if (input.defined()) hasher.add(input.value_number());
  }
  return hasher.add(index).value();
}

}  // namespace domino::op
