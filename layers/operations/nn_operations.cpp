#include "domino/core/check.h"
#include "domino/layers/activations/activation_function.h"
#include "domino/layers/operations/operation_kinds_internal.h"

namespace domino::layers {
namespace {

constexpr std::string_view kNn = "keras.src.ops.nn";

template <op::UnaryKind kKind>
OperationKind unary(std::string_view type) {
  return {kNn, type, {"x"}, [](const OperationArguments& in) -> Tensors {
            return {ops::unary(kKind, in.tensor("x"))};
          }};
}

/// A function with a parameter that only has its default here.
template <op::UnaryKind kKind>
Tensors with_default(const OperationArguments& in, std::string_view key, double value) {
  check<ValueError>(in.config().at(key).as_double() == value, "{} is {}; only {} is supported", key,
                    in.config().at(key).to_json(), value);
  return {ops::unary(kKind, in.tensor("x"))};
}

Tensor softmax(const OperationArguments& in) {
  const Tensor x = in.tensor("x");
  const auto axes = in.axes("axis");
  // Without an axis Keras softmaxes all numbers together.
  if (!axes) return ops::reshape(ops::softmax(ops::reshape(x, {-1}), -1), x.shape());
  return ops::softmax(x, *axes);
}

Tensor log_softmax(const OperationArguments& in) {
  const Tensor x = in.tensor("x");
  const ops::Axes axes{in.axis("axis").value_or(-1)};
  const Tensor shifted = ops::subtract(x, ops::max(x, axes, true));
  return ops::subtract(shifted, ops::log(ops::sum(ops::exp(shifted), axes, true)));
}

}  // namespace

const std::vector<OperationKind>& nn_operations() {
  using In = const OperationArguments&;
  using op::UnaryKind;
  static const std::vector<OperationKind> kOperations = {
      unary<UnaryKind::Relu>("Relu"),
      unary<UnaryKind::Relu6>("Relu6"),
      unary<UnaryKind::Selu>("Selu"),
      unary<UnaryKind::Sigmoid>("Sigmoid"),
      unary<UnaryKind::Silu>("Silu"),
      unary<UnaryKind::Softplus>("Softplus"),
      unary<UnaryKind::Softsign>("Softsign"),
      unary<UnaryKind::HardSigmoid>("HardSigmoid"),
      unary<UnaryKind::HardSilu>("HardSilu"),
      unary<UnaryKind::HardTanh>("HardTanh"),
      unary<UnaryKind::LogSigmoid>("LogSigmoid"),
      unary<UnaryKind::TanhShrink>("TanhShrink"),
      unary<UnaryKind::SparsePlus>("SparsePlus"),
      unary<UnaryKind::SparseSigmoid>("SparseSigmoid"),
      {kNn, "Elu", {"x"}, [](In in) { return with_default<UnaryKind::Elu>(in, "alpha", 1); }},
      {kNn, "Celu", {"x"}, [](In in) { return with_default<UnaryKind::Celu>(in, "alpha", 1); }},
      {kNn,
       "LeakyRelu",
       {"x"},
       [](In in) -> Tensors {
         return {leaky_relu(in.tensor("x"), in.config().at("negative_slope").as_double())};
       }},
      {kNn,
       "Gelu",
       {"x"},
       [](In in) -> Tensors {
         const bool tanh = in.flag("approximate");
         return {ops::unary(tanh ? UnaryKind::GeluTanh : UnaryKind::Gelu, in.tensor("x"))};
       }},
      {kNn, "Softmax", {"x"}, [](In in) -> Tensors { return {softmax(in)}; }},
      {kNn, "LogSoftmax", {"x"}, [](In in) -> Tensors { return {log_softmax(in)}; }},
      {kNn,
       "OneHot",
       {"x"},
       [](In in) -> Tensors {
         check<ValueError>(!in.flag("sparse"), "sparse results are not supported");
         return {ops::one_hot(in.tensor("x"), in.integer("num_classes"),
                              in.axis("axis").value_or(-1),
                              in.dtype("dtype").value_or(DType::Float32))};
       }},
  };
  return kOperations;
}

}  // namespace domino::layers
