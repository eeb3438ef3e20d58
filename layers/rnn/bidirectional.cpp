#include "domino/layers/rnn/bidirectional.h"

#include <algorithm>
#include <array>

#include "domino/core/check.h"
#include "domino/graph/invoke.h"
#include "domino/graph/mask_rules.h"
#include "domino/graph/naming.h"
#include "domino/graph/registry.h"
#include "domino/graph/side_by_side_internal.h"

namespace domino::layers {
namespace {

bool flag(const Layer& layer, std::string_view option) {
  const Config config = layer.config();
  const Config* value = config.find(option);
  check<BuildError>(value != nullptr && value->is_bool(),
                    "Bidirectional: {} has no option '{}'; give a recurrent layer, such as LSTM, "
                    "GRU or SimpleRNN",
                    layer.title(), option);
  return value->as_bool();
}

std::string name_of(const Layer& layer) {
  return layer.name().empty() ? to_snake_case(layer.type()) : layer.name();
}

std::string prefixed(std::string_view prefix, const std::string& name) {
  return name.starts_with(prefix) ? name : std::string(prefix) + name;
}

/// A layer with these options of `layer` and `changes`, and weights of its own. Keras forces
/// zero_output_for_mask, so that both halves of a masked step are 0.
LayerHandle copy_with(const Layer& layer, std::initializer_list<Config::Member> changes) {
  Config config = layer.config();
  for (const Config::Member& change : changes) config.set(change.first, change.second);
  const bool return_sequences = flag(layer, "return_sequences");
  if (config.find("zero_output_for_mask") != nullptr) {
    config.set("zero_output_for_mask", return_sequences);
  }
  return deserialize_layer(
      Config::object({{"class_name", layer.type()}, {"config", std::move(config)}}));
}

LayerHandle forward_copy(const LayerHandle& layer) {
  check<BuildError>(static_cast<bool>(layer),
                    "Bidirectional: no layer is given; give a recurrent layer, as in "
                    "Bidirectional(LSTM(32))");
  return copy_with(*layer, {{"name", prefixed("forward_", name_of(*layer))}});
}

LayerHandle backward_copy(const LayerHandle& layer, const LayerHandle& backward_layer) {
  if (!backward_layer) {
    return copy_with(*layer,
                     {{"go_backwards", true}, {"name", prefixed("backward_", name_of(*layer))}});
  }
  check<BuildError>(!backward_layer->built(),
                    "Bidirectional: backward_layer, {}, has weights already, and its copy would "
                    "not have them; give a layer that was not called yet",
                    backward_layer->title());
  return copy_with(*backward_layer, {});
}

void check_merge_mode(const std::optional<std::string>& mode) {
  static constexpr std::array<std::string_view, 4> kModes = {"concat", "sum", "mul", "ave"};
  check<ValueError>(!mode || std::find(kModes.begin(), kModes.end(), *mode) != kModes.end(),
                    "Bidirectional: merge_mode is '{}'; expected 'concat', 'sum', 'mul', 'ave' or "
                    "std::nullopt",
                    mode.value_or(""));
}

void check_pair(const Layer& forward, const Layer& backward) {
  const bool go_backwards = flag(forward, "go_backwards");
  check<BuildError>(go_backwards != flag(backward, "go_backwards"),
                    "Bidirectional: go_backwards is {} in both layers, {} and {}; one of them has "
                    "to read the steps from the end",
                    go_backwards, forward.title(), backward.title());
  for (const std::string_view option : {"stateful", "return_sequences", "return_state"}) {
    check<BuildError>(flag(forward, option) == flag(backward, option),
                      "Bidirectional: {} is {} in {} and {} in {}; it has to be the same in both",
                      option, flag(forward, option), forward.title(), flag(backward, option),
                      backward.title());
  }
}

LayerHandle wrapped_layer(const Config& config, std::string_view key) {
  const Config* serialized = config.find(key);
  if (serialized == nullptr || serialized->is_null()) return {};
  return deserialize_layer(*serialized);
}

}  // namespace

Bidirectional::Bidirectional(const LayerHandle& layer, const BidirectionalOptions& options)
    : SequenceLayer(options.name),
      merge_mode_(options.merge_mode),
      forward_layer_(forward_copy(layer)),
      backward_layer_(backward_copy(layer, options.backward_layer)),
      return_sequences_(flag(*forward_layer_, "return_sequences")),
      return_state_(flag(*forward_layer_, "return_state")),
      backwards_first_(flag(*forward_layer_, "go_backwards")) {
  check_merge_mode(merge_mode_);
  check_pair(*forward_layer_, *backward_layer_);
}

Config Bidirectional::config() const {
  Config config = SequenceLayer::config();
  config.set("merge_mode", merge_mode_ ? Config(*merge_mode_) : Config());
  config.set("layer", serialize_layer(*forward_layer_));
  config.set("backward_layer", serialize_layer(*backward_layer_));
  return config;
}

Bidirectional Bidirectional::from_config(const Config& config) {
  BidirectionalOptions options{.backward_layer = wrapped_layer(config, "backward_layer")};
  Fields fields(config);
  fields("merge_mode", options.merge_mode);
  fields("name", options.name);
  return Bidirectional(deserialize_layer(config.at("layer")), options);
}

std::string_view Bidirectional::several_outputs() const {
  if (!merge_mode_) return "its missing merge_mode";
  return return_state_ ? "return_state" : "";
}

void Bidirectional::build(const std::vector<std::vector<Shape>>& shapes) const {
  add_layer("forward_layer", forward_layer_);
  add_layer("backward_layer", backward_layer_);
  domino::build(*forward_layer_, shapes);
  domino::build(*backward_layer_, shapes);
}

namespace {

/// Half `half` (0 or 1) of the initial states.
Tensors half_of(const Tensors& states, std::size_t half) {
  check(states.size() % 2 == 0,
        "its initial_state has {} tensors; expected as many for the forward layer as for the "
        "backward one",
        states.size());
  const auto middle = states.begin() + static_cast<std::ptrdiff_t>(states.size() / 2);
  return half == 0 ? Tensors(states.begin(), middle) : Tensors(middle, states.end());
}

Tensors run_direction(const Layer& layer, const Arguments& arguments, std::size_t half) {
  const OptionalMask mask = arguments.mask("sequences");
  return invoke(layer,
                Call<Tensor>{.arguments = {{arguments.tensor("sequences").without_mask()},
                                           half_of(arguments.list("initial_state"), half)},
                             .masks = {MaskArgument<Tensor>(mask)}},
                current_rules());
}

/// Whether a direction alone is too little for several threads, so that each does better with one.
bool is_small(const Bidirectional& layer, const Tensor& sequences) {
  constexpr std::int64_t kFewSequences = 8;
  constexpr std::int64_t kFewMultiplications = std::int64_t{1} << 21;  // of a step
  return sequences.shape().known() && sequences.size(0) < kFewSequences &&
         sequences.size(0) * layer.count_params() < kFewMultiplications;
}

}  // namespace

std::vector<std::size_t> Bidirectional::nesting(std::string_view argument) const {
  std::vector<std::size_t> counts = forward_layer_->nesting(argument);
  for (const std::size_t count : backward_layer_->nesting(argument)) counts.push_back(count);
  return counts;
}

Tensors Bidirectional::merged(const Tensor& forward, const Tensor& backward) const {
  if (!merge_mode_) return {forward, backward};
  if (*merge_mode_ == "concat") return {ops::concatenate({forward, backward}, -1)};
  if (*merge_mode_ == "mul") return {ops::multiply(forward, backward)};
  const Tensor sum = ops::add(forward, backward);
  return {*merge_mode_ == "sum" ? sum : ops::divide(sum, 2)};
}

Tensors Bidirectional::call(const Arguments& arguments) const {
  Tensors forward;
  Tensors backward;
  const auto run_forward = [&] { forward = run_direction(*forward_layer_, arguments, 0); };
  const auto run_backward = [&] { backward = run_direction(*backward_layer_, arguments, 1); };
  if (is_small(*this, arguments.tensor("sequences"))) {
    side_by_side(run_forward, run_backward);
  } else {
    run_forward();
    run_backward();
  }
  const Tensor reversed =
      return_sequences_ ? ops::flip(backward[0], 1) : backward[0].without_mask();
  Tensors outputs = merged(forward[0], reversed);
  outputs.insert(outputs.end(), forward.begin() + 1, forward.end());
  outputs.insert(outputs.end(), backward.begin() + 1, backward.end());
  return outputs;
}

OptionalMasks Bidirectional::compute_mask(const Arguments&, const OptionalMasks& previous) const {
  OptionalMask mask = return_sequences_ ? previous[0] : std::nullopt;
  if (mask && backwards_first_) mask = Mask(ops::flip(*mask, 1));
  return merge_mode_ ? OptionalMasks{mask} : OptionalMasks{mask, mask};
}

}  // namespace domino::layers
