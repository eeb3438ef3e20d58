#include "domino/layers/activations/activation_function.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "domino/backends/ops.h"
#include "domino/core/check.h"
#include "domino/graph/invoke.h"
#include "domino/graph/mask_rules.h"
#include "domino/graph/registry.h"

namespace domino::layers {
namespace {

using op::UnaryKind;

constexpr std::array<std::pair<std::string_view, UnaryKind>, 26> kElementwise = {{
    {"celu", UnaryKind::Celu},
    {"elu", UnaryKind::Elu},
    {"exponential", UnaryKind::Exp},
    {"gelu", UnaryKind::Gelu},
    {"hard_shrink", UnaryKind::HardShrink},
    {"hard_sigmoid", UnaryKind::HardSigmoid},
    {"hard_silu", UnaryKind::HardSilu},
    {"hard_swish", UnaryKind::HardSilu},
    {"hard_tanh", UnaryKind::HardTanh},
    {"linear", UnaryKind::Linear},
    {"log_sigmoid", UnaryKind::LogSigmoid},
    {"mish", UnaryKind::Mish},
    {"relu", UnaryKind::Relu},
    {"relu6", UnaryKind::Relu6},
    {"selu", UnaryKind::Selu},
    {"sigmoid", UnaryKind::Sigmoid},
    {"silu", UnaryKind::Silu},
    {"soft_shrink", UnaryKind::SoftShrink},
    {"softplus", UnaryKind::Softplus},
    {"softsign", UnaryKind::Softsign},
    {"sparse_plus", UnaryKind::SparsePlus},
    {"sparse_sigmoid", UnaryKind::SparseSigmoid},
    {"squareplus", UnaryKind::Squareplus},
    {"swish", UnaryKind::Silu},
    {"tanh", UnaryKind::Tanh},
    {"tanh_shrink", UnaryKind::TanhShrink},
}};

Tensor softmax_of_last(const Tensor& x) { return ops::softmax(x, -1); }

Tensor log_softmax(const Tensor& x) {
  const Tensor shifted = ops::subtract(x, ops::max(x, {-1}, true));
  return ops::subtract(shifted, ops::log(ops::sum(ops::exp(shifted), {-1}, true)));
}

/// The first half of the features, gated by the second.
Tensor glu(const Tensor& x) {
  check(x.size(-1) % 2 == 0,
        "the activation 'glu' halves the last axis, so that its size must be even; got {}",
        x.shape());
  const Tensors halves = ops::split(x, 2, -1);
  return ops::multiply(halves[0], ops::sigmoid(halves[1]));
}

/// max(x - threshold, 0), with the threshold of Keras 3.15 (keras/src/backend/tensorflow/nn.py).
///
/// The paper (https://arxiv.org/abs/1602.02068) takes the last of the sums of the largest scores,
/// Keras adds up all of these sums. So results need not add up to 1, here as there.
Tensor sparsemax(const Tensor& x) {
  Tensor greater = ops::zeros_like(x);  // how many scores are above each, and their sum
  Tensor sum = ops::zeros_like(x);
  Tensor equal = ops::zeros_like(x);  // how many are like it, itself included
  for (std::int64_t i = 0; i < x.size(-1); ++i) {
    const Tensor other = ops::slice(x, {.axis = -1, .begin = i, .end = i + 1});
    const Tensor above = ops::greater(other, x);
    greater = ops::add(greater, ops::cast(above, x.dtype()));
    sum = ops::add(sum, ops::where(above, other, 0.0));
    equal = ops::add(equal, ops::cast(ops::equal(other, x), x.dtype()));
  }
  const Tensor in_support = ops::greater(ops::add(ops::multiply(greater, x), 1.0), sum);
  // Equal scores have the same support, and on average this sum of the largest scores down to them.
  const Tensor own = ops::multiply(x, ops::multiply(ops::add(equal, 1.0), 0.5));
  const Tensor sums = ops::where(in_support, ops::add(sum, own), 0.0);
  const Tensor count = ops::sum(ops::cast(in_support, x.dtype()), {-1}, true);
  const Tensor threshold = ops::divide(ops::subtract(ops::sum(sums, {-1}, true), 1.0), count);
  return ops::relu(ops::subtract(x, threshold));
}

Tensor leaky_relu_by_default(const Tensor& x) { return leaky_relu(x, 0.2); }

using Function = Tensor (*)(const Tensor&);
constexpr std::array<std::pair<std::string_view, Function>, 5> kComposed = {{
    {"glu", glu},
    {"leaky_relu", leaky_relu_by_default},
    {"log_softmax", log_softmax},
    {"softmax", softmax_of_last},
    {"sparsemax", sparsemax},
}};

template <class Table>
auto find(const Table& table, std::string_view name) -> decltype(&table.front().second) {
  const auto* row = std::find_if(table.begin(), table.end(),
                                 [&](const auto& entry) { return entry.first == name; });
  return row == table.end() ? nullptr : &row->second;
}

std::vector<std::string_view> known_names() {
  std::vector<std::string_view> names;
  for (const auto& row : kElementwise) names.push_back(row.first);
  for (const auto& row : kComposed) names.push_back(row.first);
  std::sort(names.begin(), names.end());
  return names;
}

std::string complaint(std::string_view name) {
  if (name == "threshold") {
    return "the activation 'threshold' needs a threshold and a value, which a name cannot give; "
           "use a Lambda layer";
  }
  return fmt::format("no activation is called '{}'; expected one of {}", name,
                     fmt::join(known_names(), ", "));
}

Tensor activate(const std::string& name, const Tensor& x) {
  if (const UnaryKind* kind = find(kElementwise, name)) return ops::unary(*kind, x);
  const Function* function = find(kComposed, name);
  check<ValueError>(function != nullptr, "{}", complaint(name));
  return (*function)(x);
}

}  // namespace

Tensor ActivationSpec::operator()(const Tensor& x) const {
  if (!layer_) return activate(name_, x);
  build(*layer_, {{x.shape()}});
  check<BuildError>(layer_->weights().empty(),
                    "its activation, {}, has weights; give \"linear\", and put that layer behind",
                    layer_->title());
  // With a trace the layer does not warn of a mask that ends in it.
  CallTrace trace;
  const Call<Tensor> call{.arguments = {{x}}, .masks = {}};
  return invoke(*layer_, call, current_rules(), &trace).front().without_mask();
}

std::optional<UnaryKind> ActivationSpec::elementwise() const {
  const UnaryKind* kind = layer_ ? nullptr : find(kElementwise, name_);
  return kind == nullptr ? std::nullopt : std::optional(*kind);
}

Config ActivationSpec::to_config() const {
  return layer_ ? serialize_layer(*layer_) : Config(name_);
}

ActivationSpec ActivationSpec::from_config(const Config& config) {
  if (config.is_null()) return "linear";
  if (!config.is_object()) return config.as_string();
  const Config* type = config.find("class_name");
  check<ValueError>(type == nullptr || !type->is_string() || type->as_string() != "function",
                    "is a function, {}; only functions of Keras, by their names, and layers can be "
                    "read. Use \"linear\" here and a layer that computes it behind",
                    config.at("config").to_json());
  return ActivationSpec(deserialize_layer(config));
}

void ActivationSpec::check_known(std::string_view layer) const {
  const bool known =
      layer_ || find(kElementwise, name_) != nullptr || find(kComposed, name_) != nullptr;
  check<ValueError>(known, "{}: {}", layer, complaint(name_));
}

Tensor leaky_relu(const Tensor& x, double negative_slope) {
  return ops::where(ops::greater(x, 0), x, ops::multiply(x, negative_slope));
}

}  // namespace domino::layers
