#include <algorithm>
#include <utility>

#include "domino/core/check.h"
#include "domino/graph/operation.h"
#include "domino/graph/places_in_keras_internal.h"
#include "domino/graph/recorded_call_internal.h"

namespace domino {
namespace {

std::string_view class_of(const Config& value) {
  const Config* type = value.is_object() ? value.find("class_name") : nullptr;
  return type != nullptr && type->is_string() ? std::string_view(type->as_string())
                                              : std::string_view();
}

KerasHistory history_of(const Config& tensor) {
  const Config::Array& history = tensor.at("config").at("keras_history").as_array();
  check<BuildError>(history.size() == 3,
                    "a keras_history of {} parts; expected layer, call and output", history.size());
  return {history[0].as_string(), history[1].as_int(), history[2].as_int()};
}

/// The value with a numbered place for each tensor in it; the tensors go to `tensors`.
Config with_places(const Config& value, std::vector<KerasHistory>& tensors) {
  if (class_of(value) == "__keras_tensor__") {
    tensors.push_back(history_of(value));
    return Operation::argument_place(static_cast<std::int64_t>(tensors.size()) - 1);
  }
  if (value.is_array()) {
    Config::Array items;
    for (const Config& item : value.as_array()) items.push_back(with_places(item, tensors));
    return items;
  }
  if (!value.is_object() || value.find("class_name") != nullptr) return value;
  Config::Object members = value.as_object();
  std::ranges::sort(members, {}, &Config::Member::first);  // as Keras meets them
  for (auto& [key, member] : members) member = with_places(member, tensors);
  return Config::object(std::move(members));
}

/// The leaves of a nest of lists and dictionaries, whose keys `with_places` has sorted.
void flatten(const Config& nest, std::vector<const Config*>& leaves) {
  if (nest.is_array()) {
    for (const Config& item : nest.as_array()) flatten(item, leaves);
    return;
  }
  if (!nest.is_object() || !class_of(nest).empty()) return leaves.push_back(&nest);
  for (const auto& [key, member] : nest.as_object()) flatten(member, leaves);
}

/// The call of a layer, put together argument by argument.
class Spread {
 public:
  Spread(const Layer& layer, const SymbolicTensors& given)
      : layer_(layer), signature_(layer.signature()), given_(given) {
    call_.arguments.resize(signature_.size());
    call_.masks.resize(signature_.size());
    call_.options = Config::object();
    call_.where = {};
  }

  void positional(const Config::Array& args);
  void keyword(std::string_view name, const Config& value);
  Call<SymbolicTensor> finish();

 private:
  std::optional<SymbolicTensor> tensor(const Config& leaf) const;
  void give(std::size_t parameter, const Config& value);
  void give_masks(std::size_t parameter, const Config& value);
  void fit_masks(std::size_t parameter);
  void give_by_place(std::string_view name, const Config& value);
  void check_is_not_looked_up(std::size_t parameter, const Config& value) const;

  const Layer& layer_;
  const Signature& signature_;
  const SymbolicTensors& given_;
  Call<SymbolicTensor> call_;
};

std::optional<SymbolicTensor> Spread::tensor(const Config& leaf) const {
  if (leaf.is_null()) return std::nullopt;
  const auto place = Operation::place_of_argument(leaf);
  check<BuildError>(place && *place >= 0 && *place < static_cast<std::int64_t>(given_.size()),
                    "it is called on {}; expected a tensor of the model", leaf.to_json());
  return given_[static_cast<std::size_t>(*place)];
}

void Spread::give(std::size_t parameter, const Config& value) {
  std::vector<const Config*> leaves;
  flatten(value, leaves);
  for (const Config* leaf : leaves) {
    if (auto given = tensor(*leaf)) call_.arguments[parameter].push_back(std::move(*given));
  }
}

void Spread::give_masks(std::size_t parameter, const Config& value) {
  std::vector<const Config*> leaves;
  flatten(value, leaves);
  std::vector<std::optional<SymbolicTensor>> masks;
  for (const Config* leaf : leaves) masks.push_back(tensor(*leaf));
  const bool any = std::ranges::any_of(masks, [](const auto& mask) { return mask.has_value(); });
  // Keras looks for a mask if None is given, but not for those in a list of Nones; models do for each.
  if (!any && (layer_.is_model() || !value.is_array())) return;
  call_.masks[parameter] = MaskArgument<SymbolicTensor>(std::move(masks));
}

void Spread::positional(const Config::Array& args) {
  call_.by_place = args.size();
  const std::vector<std::string_view> places = places_in_keras(layer_);
  for (std::size_t i = 0; i < args.size(); ++i) {
    if (i < places.size()) {
      give_by_place(places[i], args[i]);
    } else {
      check<BuildError>(args[i].is_null(),
                        "its argument {} has no name; save the model with arguments given by name",
                        i + 1);
    }
  }
}

void Spread::give_by_place(std::string_view name, const Config& value) {
  for (std::size_t i = 0; i < signature_.size(); ++i) {
    if (signature_[i].name == name && !value.is_null()) return give(i, value);
    if (signature_[i].mask != name) continue;
    check_is_not_looked_up(i, value);
    return give_masks(i, value);
  }
  check<BuildError>(value.is_null(), "a tensor stands in the place of its argument '{}'", name);
}

/// Where None stands in the place of a mask that Keras looks up, it has two, and throws.
void Spread::check_is_not_looked_up(std::size_t parameter, const Config& value) const {
  const std::string_view name = signature_[parameter].mask;
  const bool looks_up =
      name == "mask" ? call_.count_given() == 1 : !call_.arguments[parameter].empty();
  check<BuildError>(!value.is_null() || !looks_up,
                    "None stands in the place of '{0}', which Keras refuses; save the model with "
                    "{0}=None, or without",
                    name);
}

void Spread::keyword(std::string_view name, const Config& value) {
  if (value.is_null()) return;
  for (std::size_t i = 0; i < signature_.size(); ++i) {
    if (signature_[i].name == name) return give(i, value);
    if (signature_[i].mask == name) return give_masks(i, value);
  }
  check<BuildError>(value.is_bool(), "its call has no argument '{}'", name);
  check<BuildError>(name != "training" || !value.as_bool(),
                    "it is called with training=True; Domino runs models, it does not train them");
  if (name != "training") call_.options.set(name, value);
}

/// As many masks as tensors: what a list lacks is none, and nothing reads more.
void Spread::fit_masks(std::size_t parameter) {
  const MaskArgument<SymbolicTensor>& given = call_.masks[parameter];
  if (given.kind() != MaskArgument<SymbolicTensor>::Kind::Given) return;
  SymbolicTensors& tensors = call_.arguments[parameter];
  const auto stands_for_it =
      std::ranges::find(signature_, signature_[parameter].otherwise, &Parameter::name);
  if (tensors.empty() && stands_for_it != signature_.end()) {
    tensors = call_.arguments[static_cast<std::size_t>(stands_for_it - signature_.begin())];
  }
  std::vector<std::optional<SymbolicTensor>> masks = given.masks();
  masks.resize(tensors.size());
  call_.masks[parameter] = MaskArgument<SymbolicTensor>(std::move(masks));
}

Call<SymbolicTensor> Spread::finish() {
  for (std::size_t i = 0; i < signature_.size(); ++i) fit_masks(i);
  return std::move(call_);
}

}  // namespace

RecordedCall::RecordedCall(const Config& node) {
  check<BuildError>(node.is_object(),
                    "a call is not written as Keras 3 does it; save the model with Keras 3");
  args_ = with_places(node.at("args"), tensors_);
  kwargs_ = with_places(node.at("kwargs"), tensors_);
}

Call<SymbolicTensor> RecordedCall::on(const Layer& layer, const SymbolicTensors& given) const {
  if (layer.is_operation()) {
    return {.arguments = {given},
            .masks = {},
            .options = Config::object({{"args", args_}, {"kwargs", kwargs_}}),
            .positional = false,
            .where = {}};
  }
  Spread spread(layer, given);
  const Config::Array& args = args_.as_array();
  spread.positional(args);
  for (const auto& [name, value] : kwargs_.as_object()) spread.keyword(name, value);
  Call<SymbolicTensor> call = spread.finish();
  const bool alone =
      args.size() == 1 && (layer.is_model() || Operation::place_of_argument(args[0]));
  call.positional = alone && kwargs_.as_object().empty();
  return call;
}

}  // namespace domino
