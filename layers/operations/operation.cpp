#include "domino/layers/operations/operation.h"

#include <array>

#include "domino/core/check.h"
#include "domino/graph/invoke.h"
#include "domino/layers/operations/operation_kinds_internal.h"

namespace domino::layers {
namespace {

constexpr std::string_view kArgument = "__argument__";
constexpr std::string_view kModules = "keras.src.ops.";

const OperationKind& find_kind(std::string_view module, std::string_view type) {
  for (const auto* kinds : {&numpy_operations(), &nn_operations(), &core_operations()}) {
    for (const OperationKind& kind : *kinds) {
      if (kind.module == module && kind.type == type) return kind;
    }
  }
  fail<BuildError>(
      "the operation {}.{} is not among those that Domino computes; see docs/layers.md", module,
      type);
}

}  // namespace

Operation::Operation(std::string_view module, std::string_view type, const Config& config)
    : Layer(config.find("name") != nullptr ? config.at("name").as_string() : std::string()),
      kind_(&find_kind(module, type)),
      config_(config) {
  // Never warned of, as in Keras: the mask does not pass, which `compute_mask_with` says.
  set_supports_masking(true);
}

bool Operation::is_module(std::string_view module) { return module.starts_with(kModules); }

Config Operation::argument_place(std::int64_t index) {
  return Config::object({{"class_name", kArgument}, {"config", index}});
}

std::optional<std::int64_t> Operation::place_of_argument(const Config& value) {
  if (!value.is_object()) return std::nullopt;
  const Config* type = value.find("class_name");
  if (type == nullptr || *type != Config(kArgument)) return std::nullopt;
  return value.at("config").as_int();
}

std::string_view Operation::module() const { return kind_->module; }
std::string_view Operation::type() const { return kind_->type; }

Config Operation::config() const {
  Config config = config_;
  config.set("name", name());
  return config;
}

SymbolicTensors Operation::operator()(const SymbolicTensors& tensors, Config options,
                                      SourceLocation where) const {
  return wire(*this, {.arguments = {tensors}, .options = std::move(options), .where = where});
}

const Signature& Operation::signature() const {
  static const Signature kSignature{{.name = "tensors", .list = true}};
  return kSignature;
}

void Operation::build_from(const std::vector<std::vector<Shape>>&) const {}

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

}  // namespace domino::layers
