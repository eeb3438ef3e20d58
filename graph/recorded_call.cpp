#include <algorithm>
#include <utility>

#include "domino/core/check.h"
#include "domino/graph/operation.h"
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
  Config::Object members;
  for (const auto& [key, member] : value.as_object()) {
    members.emplace_back(key, with_places(member, tensors));
  }
  return Config::object(std::move(members));
}

/// The leaves of a nest of lists and dictionaries as Keras flattens it: dictionaries by sorted keys.
void flatten(const Config& nest, std::vector<const Config*>& leaves) {
  if (nest.is_array()) {
    for (const Config& item : nest.as_array()) flatten(item, leaves);
    return;
  }
  if (!nest.is_object() || !class_of(nest).empty()) return leaves.push_back(&nest);
  std::vector<const Config::Member*> members;
  for (const Config::Member& member : nest.as_object()) members.push_back(&member);
  std::sort(members.begin(), members.end(),
            [](const auto* a, const auto* b) { return a->first < b->first; });
  for (const Config::Member* member : members) flatten(member->second, leaves);
}

/// The call of a layer, put together argument by argument.
class Spread {
 public:
  Spread(const Layer& layer, const SymbolicTensors& given)
      : signature_(layer.signature()), given_(given) {
    call_.arguments.resize(signature_.size());
    call_.masks.resize(signature_.size());
    call_.options = Config::object();
    call_.where = {};
  }

  void positional(const Config::Array& args);
  void keyword(const std::string& name, const Config& value);
  Call<SymbolicTensor> finish() { return std::move(call_); }

 private:
  std::optional<SymbolicTensor> tensor(const Config& leaf) const;
  void give(std::size_t parameter, const Config& value);
  void give_masks(std::size_t parameter, const Config& value);
  std::size_t positional_parameters() const;

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
  // As in Keras, nulls alone are as if no mask was given.
  if (std::any_of(masks.begin(), masks.end(), [](const auto& mask) { return mask.has_value(); })) {
    call_.masks[parameter] = MaskArgument<SymbolicTensor>(std::move(masks));
  }
}

/// Behind the tensors of an attention Keras has their masks, and only then what follows here.
std::size_t Spread::positional_parameters() const {
  const auto masked = static_cast<std::size_t>(std::count_if(
      signature_.begin(), signature_.end(), [](const Parameter& p) { return !p.mask.empty(); }));
  return masked > 1 ? masked : signature_.size();
}

void Spread::positional(const Config::Array& args) {
  for (std::size_t i = 0; i < args.size(); ++i) {
    if (args[i].is_null()) continue;
    check<BuildError>(i < positional_parameters(),
                      "its argument {} has no name; save the model with arguments given by name",
                      i + 1);
    give(i, args[i]);
  }
}

void Spread::keyword(const std::string& name, const Config& value) {
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
