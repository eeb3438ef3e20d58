#include "domino/graph/invoke.h"

#include <algorithm>
#include <utility>

#include "domino/backends/backend.h"
#include "domino/backends/caller.h"
#include "domino/backends/meta/meta.h"
#include "domino/backends/ops.h"
#include "domino/core/check.h"
#include "domino/graph/accidents.h"
#include "domino/graph/carried_masks_internal.h"
#include "domino/graph/warnings.h"

namespace domino {
namespace {

using Kind = MaskArgument<Tensor>::Kind;

OptionalMasks given(const MaskArgument<Tensor>& argument, std::size_t tensors) {
  OptionalMasks masks;
  for (const std::optional<Tensor>& mask : argument.masks()) {
    masks.push_back(mask ? OptionalMask(*mask) : std::nullopt);
  }
  check<MaskError>(masks.size() == tensors, "{} masks for {} tensors; give one per tensor",
                   masks.size(), tensors);
  return masks;
}

/// The masks meant for argument `i` by the documented rules.
OptionalMasks intended_masks(const Call<Tensor>& call, std::size_t i) {
  const Tensors& tensors = call.arguments[i];
  if (i >= call.masks.size() || call.masks[i].kind() == Kind::Attached) return carried(tensors);
  if (call.masks[i].kind() == Kind::None) return OptionalMasks(tensors.size());
  return given(call.masks[i], tensors.size());
}

void check_masks_are_taken(const Layer& layer, const Call<Tensor>& call) {
  for (std::size_t i = 0; i < call.masks.size(); ++i) {
    check<MaskError>(call.masks[i].kind() == Kind::Attached || !layer.signature()[i].mask.empty(),
                     "its call takes no mask for '{}'; hang the mask on the tensor instead, with "
                     "with_mask()",
                     layer.signature()[i].name);
  }
}

void apply_accidents_in(const Layer& layer, const Call<Tensor>& call, MaskResolution& masks) {
  for (const Accident& accident : accidents()) {
    if (accident.masks_in != nullptr && accident.masks_in(layer, call, masks)) {
      masks.accidents.emplace_back(accident.sentence);
    }
  }
}

/// Which input a layer returned, if it returned one of its input objects.
std::optional<std::pair<int, int>> alias_of(const Tensor& output, const Call<Tensor>& call) {
  for (std::size_t p = 0; p < call.arguments.size(); ++p) {
    for (std::size_t i = 0; i < call.arguments[p].size(); ++i) {
      if (output.same_object(call.arguments[p][i])) {
        return std::pair(static_cast<int>(p), static_cast<int>(i));
      }
    }
  }
  return std::nullopt;
}

void warn_of_end(const Layer& layer, const MaskResolution& masks) {
  if (layer.supports_masking() || !any_mask(masks.previous) || !layer.warn_once()) return;
  warn(
      fmt::format("{} does not support masking and ends the mask of its input here; layers behind "
                  "it run unmasked. If it leaves the steps where they are, call "
                  "set_supports_masking(true) in its constructor.",
                  layer.title()));
}

/// A (batch, steps) mask that came with as many steps as its tensor has to leave so.
void check_steps(const Mask& mask, const Tensor& output, const Call<Tensor>& call) {
  const Tensor& input = call.arguments[0][0];
  const bool in_step = input.mask() && input.rank() > 1 && input.mask()->shape().rank() == 2 &&
                       input.mask()->shape()[1] == input.size(1);
  if (!in_step || mask.shape().rank() != 2 || output.rank() < 3) return;
  const std::int64_t steps = mask.shape()[1];
  check<MaskError>(steps == output.size(1) || steps == 1,
                   "it hands on a mask of {} steps with an output of {}; its compute_mask must "
                   "follow what its call does to the steps",
                   steps, output.size(1));
}

Tensors hang_masks(const Layer& layer, const Call<Tensor>& call, const Arguments& arguments,
                   Tensors outputs, MaskRules rules, Objects objects, CallTrace& trace) {
  for (Tensor& output : outputs) {
    trace.alias.push_back(alias_of(output, call));
    // By the documented rules only compute_mask decides; Keras keeps what hangs on the object.
    const bool keeps = rules == MaskRules::Keras && objects == Objects::Shared;
    if (trace.alias.back() && !keeps) output = output.without_mask();
    trace.hung.push_back(output.mask().has_value());
  }
  const bool all_hung = std::ranges::find(trace.hung, false) == trace.hung.end();
  const bool of_one = call.arguments.size() == 1 && call.arguments[0].size() == 1;
  if (all_hung && of_one && layer.supports_masking() && !layer.is_model() && outputs[0].is_meta()) {
    trace.computed = layer.compute_mask_with(arguments, trace.masks.previous);
  }
  if (!layer.supports_masking() || all_hung) return outputs;
  const OptionalMasks computed = output_masks(layer, arguments, trace.masks, outputs.size(), rules);
  for (std::size_t i = 0; i < outputs.size(); ++i) {
    if (trace.hung[i] || !computed[i]) continue;
    if (rules == MaskRules::Intended) check_steps(*computed[i], outputs[i], call);
    outputs[i] = outputs[i].with_mask(computed[i]);
  }
  return outputs;
}

std::vector<std::vector<Shape>> shapes_of(const Call<Tensor>& call) {
  std::vector<std::vector<Shape>> shapes;
  for (const Tensors& tensors : call.arguments) {
    std::vector<Shape>& argument = shapes.emplace_back();
    for (const Tensor& tensor : tensors) argument.push_back(tensor.shape());
  }
  return shapes;
}

void check_arguments(const Layer& layer, const Call<Tensor>& call) {
  const Signature& signature = layer.signature();
  for (std::size_t i = 0; i < signature.size(); ++i) {
    const bool is_given = i < call.arguments.size() && !call.arguments[i].empty();
    check<ValueError>(is_given || !signature[i].required, "its argument '{}' is missing",
                      signature[i].name);
    if (!is_given) continue;
    for (const Tensor& tensor : call.arguments[i]) {
      check<ValueError>(tensor.defined(), "its argument '{}' holds no value; give it a tensor",
                        signature[i].name);
    }
  }
}

/// The layer whose `call` runs on this thread, if any.
thread_local const Layer* calling = nullptr;

class CallingScope {
 public:
  explicit CallingScope(const Layer& layer) : before_(std::exchange(calling, &layer)) {}
  ~CallingScope() { calling = before_; }
  CallingScope(const CallingScope&) = delete;
  CallingScope& operator=(const CallingScope&) = delete;

 private:
  const Layer* before_;
};

/// Weights of a layer that is called inside another, and not declared there, would be in no file.
void check_declared(const Layer& layer) {
  if (calling == nullptr || calling->has_sublayer(layer) || layer.weights().empty()) return;
  fail<BuildError>(
      "it is called inside {}, which has not declared it, so that its weights would never be "
      "saved; declare it there, in build: add_layer(\"name\", layer)",
      calling->title());
}

Tensor in_float32(const Tensor& x) {
  if (!is_floating(x.dtype()) || x.dtype() == DType::Float32) return x;
  return ops::cast(x, DType::Float32).with_mask(x.mask());
}

}  // namespace

MaskResolution resolve_masks(const Layer& layer, const Call<Tensor>& call, MaskRules rules) {
  check_masks_are_taken(layer, call);
  MaskResolution masks;
  const Signature& signature = layer.signature();
  for (std::size_t i = 0; i < call.arguments.size(); ++i) {
    masks.passed.push_back(signature[i].mask.empty() ? OptionalMasks(call.arguments[i].size())
                                                     : intended_masks(call, i));
  }
  masks.previous = intended_masks(call, 0);
  if (rules == MaskRules::Keras) apply_accidents_in(layer, call, masks);
  return masks;
}

OptionalMasks output_masks(const Layer& layer, const Arguments& arguments, MaskResolution& masks,
                           std::size_t outputs, MaskRules rules) {
  OptionalMasks computed = layer.compute_mask_with(arguments, masks.previous);
  if (rules == MaskRules::Keras) {
    for (const Accident& accident : accidents()) {
      if (accident.masks_out != nullptr && accident.masks_out(layer, masks, computed)) {
        masks.accidents.emplace_back(accident.sentence);
      }
    }
  }
  // Keras hangs as many as there are; fewer go to the first outputs.
  check<MaskError>(rules == MaskRules::Keras || computed.size() <= outputs,
                   "its compute_mask returns {} masks for {} outputs", computed.size(), outputs);
  computed.resize(outputs);
  return computed;
}

std::string call_title(const Layer& layer, const Call<Tensor>& call) {
  std::string shapes;
  for (const Tensors& tensors : call.arguments) {
    for (const Tensor& tensor : tensors) {
      if (!tensor.defined()) continue;
      shapes += (shapes.empty() ? "" : ", ") + to_string(tensor.shape());
    }
  }
  return shapes.empty() ? layer.title() : fmt::format("{} on {}", layer.title(), shapes);
}

void build(const Layer& layer, const std::vector<std::vector<Shape>>& shapes) {
  layer.build_once([&] {
    // Weights get numbers even while the call itself is only tried out on meta tensors.
    const BackendScope host(backend("cpu"));
    layer.build_from(shapes);
  });
}

Call<Tensor> in_compute_dtype(const Layer& layer, Call<Tensor> call) {
  const bool other = std::ranges::any_of(call.arguments, [](const Tensors& tensors) {
    return std::ranges::any_of(tensors, [](const Tensor& x) {
      return is_floating(x.dtype()) && x.dtype() != DType::Float32;
    });
  });
  return other && !layer.is_model() && !layer.is_operation() ? call.mapped<Tensor>(in_float32)
                                                             : call;
}

Tensors call_layer(const Layer& layer, const Arguments& arguments) {
  const CallingScope scope(layer);
  return layer.call_with(arguments);
}

Tensors invoke(const Layer& layer, const Call<Tensor>& given, MaskRules rules, CallTrace* trace,
               Objects objects) {
  Call<Tensor> call = given;
  const CallerScope caller([&] { return call_title(layer, call); });
  try {
    check_arguments(layer, call);
    call = in_compute_dtype(layer, std::move(call));
    build(layer, shapes_of(call));
    check_declared(layer);
    CallTrace local;
    CallTrace& seen = trace != nullptr ? *trace : local;
    seen = {.masks = resolve_masks(layer, call, rules), .hung = {}, .alias = {}};
    const Arguments arguments(layer.signature(), call.arguments, seen.masks.passed, call.options);
    const RulesScope scope(rules);
    Tensors outputs = call_layer(layer, arguments);
    seen.left_on_inputs = arguments.left_on_inputs();
    outputs = hang_masks(layer, call, arguments, std::move(outputs), rules, objects, seen);
    // While a model is wired or planned its report says more, and says it once.
    if (trace == nullptr) warn_of_end(layer, seen.masks);
    return outputs;
  } catch (Error& error) {
    error.add_context(call_title(layer, call));
    throw;
  }
}

Tensors call_eagerly(const Layer& layer, const Call<Tensor>& call) {
  return invoke(layer, call, current_rules());
}

}  // namespace domino
