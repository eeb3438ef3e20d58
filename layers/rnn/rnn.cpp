#include "domino/layers/rnn/rnn.h"

#include "domino/graph/registry.h"

namespace domino::layers {

void RNNOptions::fields(Fields& f) { detail::loop_fields(f, *this); }

RNN::RNN(const LayerHandle& cell, RNNOptions options)
    : RecurrentLayer(options.name, cell, detail::loop_setup(options)),
      options_(std::move(options)) {}

RNN::RNN(std::vector<LayerHandle> cells, RNNOptions options)
    : RNN(LayerHandle(StackedRNNCells(std::move(cells))), std::move(options)) {}

Config RNN::config() const {
  Config config = RecurrentLayer::config();
  RNNOptions options = options_;
  Fields fields(&config);
  options.fields(fields);
  config.set("cell", serialize_layer(*cell()));
  return config;
}

RNN RNN::from_config(const Config& config) {
  RNNOptions options;
  Fields fields(config);
  options.fields(fields);
  fields("name", options.name);
  return RNN(deserialize_layer(config.at("cell")), options);
}

std::vector<std::size_t> RNN::nesting(std::string_view argument) const {
  const auto* stack = dynamic_cast<const StackedRNNCells*>(&*cell());
  if (stack == nullptr || argument != "initial_state") return {};
  return stack->state_counts();
}

}  // namespace domino::layers
