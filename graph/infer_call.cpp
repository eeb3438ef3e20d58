#include <algorithm>
#include <array>
#include <map>
#include <set>
#include <utility>
#include <vector>

#include "domino/backends/backend.h"
#include "domino/backends/meta/meta.h"
#include "domino/core/check.h"
#include "domino/graph/accidents.h"
#include "domino/graph/invoke.h"
#include "domino/graph/probe_sizes_internal.h"

namespace domino {
namespace {

Shape concrete(const Shape& shape, const ProbeSizes& probe) {
  std::vector<std::int64_t> sizes = shape.sizes();
  for (std::size_t axis = 0; axis < sizes.size(); ++axis) {
    if (sizes[axis] == kAny) sizes[axis] = axis == 0 ? probe.batch : probe.other;
  }
  return Shape(std::move(sizes));
}

Tensor meta_tensor(const ValueFacts& facts, const ProbeSizes& probe) {
  return Tensor::meta(concrete(facts.shape, probe), facts.dtype, facts.value);
}

/// Makes the arguments of a call; edges that are one object become one.
class MetaTensors {
 public:
  explicit MetaTensors(const ProbeSizes& probe) : probe_(probe) {}

  Tensor operator()(const EdgeFacts& facts) {
    const Tensor tensor = value_of(facts);
    return facts.mask ? tensor.with_mask(meta_tensor(*facts.mask, probe_)) : tensor;
  }

 private:
  Tensor value_of(const EdgeFacts& facts) {
    if (!facts.object) return meta_tensor(facts, probe_);
    const auto [it, is_new] = objects_.try_emplace(*facts.object);
    if (is_new) it->second = meta_tensor(facts, probe_);
    return it->second;
  }

  const ProbeSizes& probe_;
  std::map<std::pair<int, int>, Tensor> objects_;
};

struct Probed {
  Tensors outputs;
  bool unknown_sizes;  ///< some sizes depend on the numbers
};

Probed run_probe(const Layer& layer, const Call<EdgeFacts>& call, MaskRules rules,
                 const ProbeSizes& probe, Objects objects, CallTrace* trace) {
  const BackendScope scope(meta::meta_backend());
  // What is called within a call sees the sizes of that.
  const meta::UnknownSize size(meta::unknown_size().value_or(probe.other));
  Tensors outputs = invoke(layer, call.mapped<Tensor>(MetaTensors(probe)), rules, trace, objects);
  return {std::move(outputs), size.used()};
}

Shape agreed(const Shape& a, const Shape& b) {
  check(a.rank() == b.rank(), "its output has {} axes for one size and {} for another", a.rank(),
        b.rank());
  std::vector<std::int64_t> sizes;
  for (int axis = 0; axis < a.rank(); ++axis) {
    sizes.push_back(a[axis] == b[axis] ? a[axis] : kAny);
  }
  return Shape(std::move(sizes));
}

ValueFacts agreed_facts(const Tensor& a, const Tensor& b) {
  return {agreed(a.shape(), b.shape()), a.dtype(), a.value_number()};
}

EdgeFacts agreed_edge(const Tensor& a, const Tensor& b) {
  EdgeFacts edge{agreed_facts(a, b), std::nullopt};
  if (a.mask() && b.mask()) edge.mask = agreed_facts(*a.mask(), *b.mask());
  return edge;
}

InferredCall run_probes(const Layer& layer, const Call<EdgeFacts>& call, MaskRules rules,
                        const std::array<ProbeSizes, 2>& probes, Objects objects, bool all_known) {
  InferredCall inferred;
  const auto [a, unknown_sizes] =
      run_probe(layer, call, rules, probes[0], objects, &inferred.trace);
  CallTrace ignored;
  const bool once = all_known && !unknown_sizes;
  const Tensors b = once ? a : run_probe(layer, call, rules, probes[1], objects, &ignored).outputs;
  check(a.size() == b.size(), "its number of outputs changes with the sizes of its input");
  for (std::size_t i = 0; i < a.size(); ++i) inferred.outputs.push_back(agreed_edge(a[i], b[i]));
  return inferred;
}

/// For layers that take at most so many steps: tried when the large probes are refused.
constexpr std::array<std::array<ProbeSizes, 2>, 3> kSmallProbes = {
    {{{{5040, 120}, {10080, 240}}}, {{{5040, 12}, {10080, 24}}}, {{{5040, 2}, {10080, 4}}}}};

struct SizesSeen {
  bool unknown = false;
  int tensors = 0;
  std::set<std::int64_t> known;
};

SizesSeen sizes_of(const Call<EdgeFacts>& call) {
  SizesSeen seen;
  const auto look = [&](const Shape& shape) {
    ++seen.tensors;
    for (int axis = 0; axis < shape.rank(); ++axis) {
      if (shape[axis] == kAny) seen.unknown = true;
      if (axis > 0 && shape[axis] > 1) seen.known.insert(shape[axis]);
    }
  };
  for (const auto& argument : call.arguments) {
    for (const EdgeFacts& facts : argument) {
      look(facts.shape);
      if (facts.mask) look(facts.mask->shape);
    }
  }
  for (const auto& argument : call.masks) {
    for (const auto& mask : argument.masks()) {
      if (mask) look(mask->shape);
    }
  }
  return seen;
}

std::vector<std::array<ProbeSizes, 2>> further_probes(const SizesSeen& seen, MaskRules rules) {
  std::vector<std::array<ProbeSizes, 2>> probes(kSmallProbes.begin(), kSmallProbes.end());
  // An unknown size that must equal a known one of another tensor, as (None, None, 8) + (None, 5, 8).
  if (seen.tensors > 1) {
    for (const std::int64_t size : seen.known) {
      probes.push_back({{{kProbes[0].batch, size}, {kProbes[1].batch, size}}});
    }
  }
  // Keras wires what fits some sizes only, as masks of (None, 5) and (None, 5, 1) that meet in a merge,
  // or one of (None, 1) for a recurrence over any number of steps.
  if (rules == MaskRules::Keras) {
    probes.push_back({{{kProbes[0].batch, 1}, {kProbes[1].batch, 1}}});
    probes.push_back(
        {{{kProbes[0].batch, kProbes[0].batch}, {kProbes[1].batch, kProbes[1].batch}}});
    for (const std::int64_t size : seen.known) {
      probes.push_back({{{size, kProbes[0].other}, {1, kProbes[1].other}}});
    }
  }
  return probes;
}

/// Other sizes may be accepted. A mask too may fit for some only.
bool is_about_sizes(const Error& error) {
  return dynamic_cast<const ShapeError*>(&error) != nullptr ||
         dynamic_cast<const MaskError*>(&error) != nullptr;
}

/// Users know unknown sizes as None, not by what a layer made of the probe sizes that played them.
void name_unknown_sizes(Error& error, const Layer& layer, const Call<EdgeFacts>& call,
                        MaskRules rules, Objects objects) {
  for (const ProbeSizes& probe : kProbes) {
    try {
      CallTrace ignored;
      run_probe(layer, call, rules, probe, objects, &ignored);
    } catch (const Error& other) {
      error.replace_unlike_numbers(other, "None");
    }
  }
}

}  // namespace

InferredCall infer_call(const Layer& layer, const Call<EdgeFacts>& call, MaskRules rules,
                        Objects objects) {
  const SizesSeen seen = sizes_of(call);
  try {
    return run_probes(layer, call, rules, kProbes, objects, !seen.unknown);
  } catch (Error& error) {
    if (seen.unknown && is_about_sizes(error)) {
      for (const std::array<ProbeSizes, 2>& probes : further_probes(seen, rules)) {
        try {
          return run_probes(layer, call, rules, probes, objects, false);
        } catch (const Error& other) {
          if (!is_about_sizes(other)) throw;
        }
      }
    }
    name_unknown_sizes(error, layer, call, rules, objects);
    throw;
  }
}

Call<EdgeFacts> edge_facts(const Call<SymbolicTensor>& call) {
  return call.mapped<EdgeFacts>([](const SymbolicTensor& tensor) { return tensor.edge_facts(); });
}

InferredCall infer_wired_call(const Layer& layer, const Call<EdgeFacts>& call, MaskRules rules) {
  InferredCall inferred = infer_call(layer, call, rules, Objects::New);
  if (rules == MaskRules::Keras && ends_masks_while_wired(layer)) {
    for (EdgeFacts& output : inferred.outputs) output.mask.reset();
  }
  return inferred;
}

namespace {

void build_on_symbols(const Layer& layer, const Call<SymbolicTensor>& call) {
  std::vector<std::vector<Shape>> shapes;
  for (const SymbolicTensors& argument : call.arguments) {
    shapes.emplace_back();
    for (const SymbolicTensor& tensor : argument) shapes.back().push_back(tensor.shape());
  }
  try {
    build(layer, shapes);
  } catch (Error& error) {
    error.add_context(layer.title());
    throw;
  }
}

}  // namespace

SymbolicTensors wire(const Layer& layer, Call<SymbolicTensor> call) {
  try {
    // Built here, not by the probe, so that unknown sizes stay unknown to `build`.
    build_on_symbols(layer, call);
    InferredCall inferred = infer_wired_call(layer, edge_facts(call), current_rules());
    const auto node = std::make_shared<const CallNode>(LayerHandle(layer.clone()), std::move(call),
                                                       std::move(inferred.outputs));
    SymbolicTensors outputs;
    for (std::size_t i = 0; i < node->outputs.size(); ++i) {
      outputs.emplace_back(node, static_cast<int>(i));
    }
    return outputs;
  } catch (Error& error) {
    if (call.where.line > 0) {
      error.add_context(fmt::format("{}:{}", call.where.file, call.where.line));
    }
    throw;
  }
}

}  // namespace domino
