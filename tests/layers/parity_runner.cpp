#include "tests/layers/parity_runner.h"

#include <algorithm>
#include <map>
#include <stdexcept>
#include <utility>
#include <vector>

#include "domino/backends/backend.h"
#include "domino/backends/ops.h"
#include "domino/graph/invoke.h"
#include "domino/graph/layer_templates.h"
#include "domino/graph/model.h"
#include "domino/graph/warnings.h"

namespace domino::testing {

using nlohmann::json;

/// The tensors of a case, on the current backend.
struct ParityRunner::Given {
  std::vector<Tensors> inputs;  ///< per argument, carrying their masks
  Tensors masks;                ///< the explicit ones
};

namespace {

/// Called on {x, m}: hands on x, masked by m.
class WithMask final : public ListLayer<WithMask> {
 public:
  static constexpr std::string_view kType = "WithMask";
  Tensor call(const Tensors& inputs) const { return ops::add(inputs[0], 0); }
  OptionalMask compute_mask(const Tensors& inputs, const OptionalMasks&) const {
    return Mask(inputs[1]);
  }
};

/// Counts warnings instead of printing them.
class WarningCount {
 public:
  WarningCount() : before_(set_warning_sink([this](const std::string&) { ++count_; })) {}
  ~WarningCount() { set_warning_sink(before_); }
  WarningCount(const WarningCount&) = delete;
  WarningCount& operator=(const WarningCount&) = delete;
  int count() const { return count_; }

 private:
  int count_ = 0;
  WarningSink before_;
};

Tensor on_device(const Tensor& host) {
  const Tensor tensor = current_backend().upload(host);
  return host.mask() ? tensor.with_mask(Mask(current_backend().upload(*host.mask()))) : tensor;
}

std::size_t parameter_called(const Layer& layer, std::string_view name,
                             std::string_view Parameter::*which) {
  const Signature& signature = layer.signature();
  const auto it = std::find_if(signature.begin(), signature.end(), [&](const Parameter& parameter) {
    return parameter.*which == name;
  });
  return static_cast<std::size_t>(it - signature.begin());
}

std::size_t argument_called(const Layer& layer, const json& name) {
  const std::size_t place =
      parameter_called(layer, name.get_ref<const std::string&>(), &Parameter::name);
  if (place == layer.signature().size()) {
    throw std::runtime_error(layer.title() + " has no argument " + name.dump());
  }
  return place;
}

/// The recorded call on `tensors` (per argument) with the explicit `masks` (in recorded order,
/// nulls left out).
template <class T>
Call<T> make_call(const Layer& layer, const json& recorded, std::vector<std::vector<T>> tensors,
                  const std::vector<T>& masks) {
  Call<T> call;
  call.arguments.resize(layer.signature().size());
  call.masks.resize(layer.signature().size());
  const json& inputs = recorded.at("inputs");
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    // Passed by position, the first needs no name.
    const std::size_t place = i == 0 ? 0 : argument_called(layer, inputs[i].at("argument"));
    call.arguments[place] = std::move(tensors[i]);
  }
  auto next = masks.begin();
  for (const json& mask : recorded.at("masks")) {
    const std::string& name = mask.at("argument").get_ref<const std::string&>();
    std::vector<std::optional<T>> given;
    for (const json& tensor : mask.at("tensors")) {
      given.push_back(tensor.is_null() ? std::nullopt : std::optional<T>(*next++));
    }
    const std::size_t place = parameter_called(layer, name, &Parameter::mask);
    if (place == call.masks.size()) {
      call.arguments[argument_called(layer, mask.at("argument"))] = {given.at(0).value()};
    } else if (!mask.at("list").get<bool>() && !given.at(0)) {
      call.masks[place] = kNoMask;
    } else {
      call.masks[place] = MaskArgument<T>(std::move(given));
      // As MultiHeadAttention's operator() does: a key_mask without a key is one of the value.
      if (call.arguments[place].empty()) call.arguments[place] = call.arguments[place - 1];
    }
  }
  call.options = config_of(recorded.at("options"));
  call.positional = inputs.size() == 1 && !inputs[0].at("list").get<bool>() &&
                    recorded.at("masks").empty() && recorded.at("options").empty();
  return call;
}

template <class T>
std::vector<std::vector<Shape>> shapes_of(const Call<T>& call) {
  std::vector<std::vector<Shape>> shapes;
  for (const std::vector<T>& tensors : call.arguments) {
    std::vector<Shape>& argument = shapes.emplace_back();
    for (const T& tensor : tensors) argument.push_back(tensor.shape());
  }
  return shapes;
}

template <class T>
Call<T> call_on(const Layer& layer, const T& tensor) {
  Call<T> call;
  call.arguments.resize(layer.signature().size());
  call.masks.resize(layer.signature().size());
  call.arguments[0] = {tensor};
  call.positional = true;
  return call;
}

/// A model under construction: what it is called with, and where that goes in.
struct ModelInputs {
  std::int64_t batch;
  Tensors values;
  SymbolicTensors inputs;

  /// An input for `tensor`; its batch is unknown if it is that of the first input.
  SymbolicTensor add(const Tensor& tensor) {
    const bool free = tensor.rank() > 0 && tensor.size(0) == batch;
    values.push_back(tensor);
    return inputs.emplace_back(Input({.shape = tensor.shape().without(0),
                                      .dtype = tensor.dtype(),
                                      .batch_size = free ? kAny : tensor.size(0)}));
  }
};

/// Inputs for the tensors of a call. With `made_masks` those of the masks come behind them.
std::vector<SymbolicTensors> wire_arguments(const std::vector<Tensors>& arguments, bool made_masks,
                                            ModelInputs& model) {
  std::vector<SymbolicTensors> wired;
  for (const Tensors& tensors : arguments) {
    SymbolicTensors& argument = wired.emplace_back();
    for (const Tensor& x : tensors)
      argument.push_back(model.add(made_masks ? x.without_mask() : x));
  }
  for (std::size_t i = 0; made_masks && i < arguments.size(); ++i) {
    for (std::size_t k = 0; k < arguments[i].size(); ++k) {
      const OptionalMask& mask = arguments[i][k].mask();
      if (mask) wired[i][k] = WithMask()({wired[i][k], model.add(*mask)});
    }
  }
  return wired;
}

}  // namespace

Outcome ParityRunner::run(const json& recorded, const json& expected) {
  const WarningCount warnings;
  Outcome outcome;
  try {
    const bool continues = recorded.at("continues").get<bool>();
    if (!continues) {
      layer_ = make_layer(described(recorded));
      session_.reset();
      session_.emplace();
    }
    const RulesScope scope(way_.rules);
    const Given given = given_tensors(file_, recorded);
    if (way_.model) {
      run_model(recorded, expected, given, outcome);
    } else {
      run_eagerly(recorded, expected, given, outcome);
      // A layer warns once.
      if (!continues) outcome.warned = warnings.count() > 0;
    }
  } catch (const Error& error) {
    outcome.error = error.what();
  }
  return outcome;
}

ParityRunner::Given ParityRunner::given_tensors(const ParityFile& file, const json& recorded) {
  Given given;
  for (const json& argument : recorded.at("inputs")) {
    Tensors& tensors = given.inputs.emplace_back();
    for (const json& tensor : argument.at("tensors")) {
      const Tensor values = file.tensor(tensor.at("values"));
      tensors.push_back(on_device(values.with_mask(file.mask(tensor.at("mask")))));
    }
  }
  for (const json& argument : recorded.at("masks")) {
    for (const json& mask : argument.at("tensors")) {
      if (!mask.is_null()) given.masks.push_back(on_device(file.tensor(mask)));
    }
  }
  return given;
}

const json& ParityRunner::described(const json& recorded) const {
  return file_.index().at("layers").at(recorded.at("layer"));
}

LayerHandle ParityRunner::consumer(const json& consumption, const Shape& shape) const {
  const json& layer = file_.index().at("consumers").at(consumption.at("consumer"));
  LayerHandle made = make_layer(layer);
  std::vector<std::vector<Shape>> shapes(made->signature().size());
  shapes[0] = {shape};
  give_weights(*made, layer, file_, shapes);
  return made;
}

void ParityRunner::run_eagerly(const json& recorded, const json& expected, const Given& given,
                               Outcome& outcome) const {
  const auto call = make_call<Tensor>(*layer_, recorded, given.inputs, given.masks);
  give_weights(*layer_, described(recorded), file_, shapes_of(call));
  outcome.outputs = call_eagerly(*layer_, call);
  for (const json& consumption : expected.value("consumed", json::array())) {
    const Tensor& output = outcome.outputs.at(consumption.at("output").get<std::size_t>());
    const LayerHandle layer = consumer(consumption, output.shape());
    outcome.consumed.push_back(call_eagerly(*layer, call_on(*layer, output)).front());
  }
}

void ParityRunner::run_model(const json& recorded, const json& expected, const Given& given,
                             Outcome& outcome) const {
  ModelInputs in{.batch = given.inputs.at(0).at(0).size(0)};
  const auto arguments = wire_arguments(given.inputs, way_.made_masks, in);
  SymbolicTensors masks;
  for (const Tensor& mask : given.masks) masks.push_back(in.add(mask));

  const auto call = make_call<SymbolicTensor>(*layer_, recorded, arguments, masks);
  give_weights(*layer_, described(recorded), file_, shapes_of(call));
  SymbolicTensors outputs = wire(*layer_, call);
  const auto count = static_cast<std::ptrdiff_t>(outputs.size());
  std::map<std::string, LayerHandle> consumers;
  for (const json& consumption : expected.value("consumed", json::array())) {
    const SymbolicTensor output = outputs.at(consumption.at("output").get<std::size_t>());
    LayerHandle& layer = consumers[consumption.at("consumer").get<std::string>()];
    if (!layer) layer = consumer(consumption, output.shape());
    outputs.push_back(wire(*layer, call_on(*layer, output)).front());
  }
  const Tensors results =
      Model(in.inputs, outputs, {.name = "model", .rules = way_.rules})(in.values);
  outcome.outputs.assign(results.begin(), results.begin() + count);
  outcome.consumed.assign(results.begin() + count, results.end());
}

}  // namespace domino::testing
