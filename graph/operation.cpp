#include "domino/graph/operation.h"

#include <utility>

#include "domino/graph/invoke.h"
#include "domino/graph/operation_arguments.h"

namespace domino {
namespace {

constexpr std::string_view kArgument = "__argument__";
constexpr std::string_view kModules = "keras.src.ops.";

std::string configured_name(const Config& config) {
  const Config* name = config.is_object() ? config.find("name") : nullptr;
  return name == nullptr ? std::string() : name->as_string();
}

}  // namespace

Operation::Operation(const OperationKind& kind, const Config& config)
    : Layer(configured_name(config)),
      kind_(&kind),
      config_(config.is_null() ? Config::object() : config) {
  // Never warned of, as in Keras: the mask does not pass, which `compute_mask_with` says.
  set_supports_masking(true);
}

bool Operation::is_module(std::string_view module) {
  return module.starts_with(kModules) || module == kAnyModule;
}

Config Operation::argument_place(std::int64_t index) {
  return Config::object({{"class_name", kArgument}, {"config", index}});
}

std::optional<std::int64_t> Operation::place_of_argument(const Config& value) {
  if (!value.is_object()) return std::nullopt;
  const Config* type = value.find("class_name");
  if (type == nullptr || *type != Config(kArgument)) return std::nullopt;
  return value.at("config").as_int();
}

Config Operation::config() const {
  Config config = config_;
  config.set("name", name());
  return config;
}

SymbolicTensors Operation::operator()(const SymbolicTensors& tensors, Config options,
                                      SourceLocation where) const {
  return wire(*this, {.arguments = {tensors}, .options = std::move(options), .where = where});
}

Tensors Operation::operator()(const Tensors& tensors, Config options) const {
  return call_eagerly(*this, {.arguments = {tensors}, .options = std::move(options)});
}

const Signature& Operation::signature() const {
  static const Signature kSignature{{.name = "tensors", .required = false, .list = true}};
  return kSignature;
}

Tensors Operation::call_with(const Arguments& arguments) const {
  const OperationArguments in(kind_->parameters, config_, arguments.first(), arguments.options());
  return kind_->run(in);
}

OptionalMasks Operation::compute_mask_with(const Arguments&, const OptionalMasks&) const {
  return {};
}

std::shared_ptr<const Layer> Operation::clone() const {
  return std::make_shared<const Operation>(*this);
}

}  // namespace domino
