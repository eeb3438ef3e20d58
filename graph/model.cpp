#include "domino/graph/model.h"

#include <algorithm>
#include <optional>
#include <set>

#include "domino/backends/backend.h"
#include "domino/backends/ops.h"
#include "domino/core/check.h"
#include "domino/graph/dag.h"
#include "domino/graph/fit_inputs_internal.h"
#include "domino/graph/invoke.h"
#include "domino/graph/model_graph_internal.h"
#include "domino/graph/naming.h"
#include "domino/graph/report.h"
#include "domino/graph/runner.h"
#include "domino/graph/warnings.h"

namespace domino {

Model::Model(std::string_view type, ModelOptions options)
    : Layer(std::move(options.name)), graph_(std::make_shared<Graph>()) {
  graph_->type = type;
  graph_->rules = options.rules;
}

Model::Model(const SymbolicTensorList& inputs, const SymbolicTensorList& outputs,
             ModelOptions options)
    : Model("Functional", std::move(options)) {
  set_graph(inputs, outputs);
}

void Model::set_graph(const SymbolicTensors& inputs, const SymbolicTensors& outputs) const {
  graph_->dag.emplace(inputs, outputs);
  build_once([this] {
    name_layers();
    declare_layers();
  });
  graph_->ready = true;
  plan();
}

bool Model::has_graph() const { return graph_->ready; }
std::string_view Model::type() const { return graph_->type; }

const Dag& Model::dag() const {
  check<BuildError>(has_graph(),
                    "{} has no graph yet; call it once, give it an InputLayer in front, or "
                    "call build(shape)",
                    title());
  return *graph_->dag;
}

MaskRules Model::rules() const { return graph_->rules; }

Model Model::with_rules(MaskRules rules) const {
  SymbolicTensors inputs;
  SymbolicTensors outputs;
  for (const Endpoint& input : dag().inputs()) {
    inputs.emplace_back(dag().share(input.vertex), input.output);
  }
  for (const Endpoint& output : dag().outputs()) {
    outputs.emplace_back(dag().share(output.vertex), output.output, output.is_mask);
  }
  Model same(graph_->type, {.name = name(), .rules = rules});
  same.graph_->row = graph_->row;
  same.set_graph(inputs, outputs);
  return same;
}

namespace {

/// Vertices of each layer's first call, in the order in which Keras lists layers.
std::vector<int> first_calls(const Dag& dag) {
  std::vector<int> vertices = dag.listing();
  std::set<const void*> seen;
  std::erase_if(vertices,
                [&](int vertex) { return !seen.insert(dag.layer(vertex).identity()).second; });
  return vertices;
}

/// The same without operations, which are no layers to Keras.
std::vector<int> first_calls_of_layers(const Dag& dag) {
  std::vector<int> vertices = first_calls(dag);
  std::erase_if(vertices, [&](int vertex) { return dag.layer(vertex).is_operation(); });
  return vertices;
}

}  // namespace

void Model::name_layers() const {
  std::vector<int> vertices = first_calls(*graph_->dag);
  std::sort(vertices.begin(), vertices.end(),
            [&](int a, int b) { return graph_->dag->node(a).id < graph_->dag->node(b).id; });
  UniqueNames names;
  for (const int vertex : vertices) {
    const std::string name = graph_->dag->layer(vertex).name();
    check<BuildError>(name.empty() || names.take(name),
                      "two layers of this model are called '{}'; give each a name of its own",
                      name);
  }
  for (const int vertex : vertices) {
    const Layer& layer = graph_->dag->layer(vertex);
    if (layer.name().empty()) layer.set_name_once(names.next(to_snake_case(layer.type())));
  }
}

/// Keras' weight files list the layers of a model by class, numbered in the order of the file.
void Model::declare_layers() const {
  UniqueNames keys;
  for (const int vertex : first_calls_of_layers(*graph_->dag)) {
    const LayerHandle& layer = graph_->dag->node(vertex).layer;
    add_layer("layers/" + keys.next(to_snake_case(layer->type())), layer);
  }
}

namespace {

std::vector<std::string> names_at(const Dag& dag, const std::vector<Endpoint>& ends) {
  std::vector<std::string> names;
  for (const Endpoint& end : ends) names.push_back(dag.layer(end.vertex).name());
  return names;
}

}  // namespace

std::vector<std::string> Model::input_names() const { return names_at(dag(), dag().inputs()); }
std::vector<std::string> Model::output_names() const { return names_at(dag(), dag().outputs()); }

std::vector<LayerHandle> Model::layers() const {
  std::vector<LayerHandle> layers;
  for (const int vertex : first_calls_of_layers(dag())) {
    layers.push_back(dag().node(vertex).layer);
  }
  return layers;
}

LayerHandle Model::get_layer(std::string_view name) const {
  std::vector<std::string> names;
  for (const LayerHandle& layer : layers()) {
    if (layer->name() == name) return layer;
    names.push_back(layer->name());
  }
  fail<ValueError>("{} has no layer '{}'; it has: {}", title(), name, fmt::join(names, ", "));
}

MaskForm usual_form(const Shape& input) {
  return {{input.begin(), input.begin() + std::min(input.rank(), 2)}, DType::Bool};
}

EdgeFacts masked_input(EdgeFacts input, const MaskForm& form) {
  const ValueNumber value{~input.value.high, input.value.low};
  input.mask = ValueFacts{Shape(form.first), form.second, value};
  return input;
}

namespace {

std::vector<EdgeFacts> input_facts(const Dag& dag, const InputForms& inputs) {
  const MaskForms& masks = inputs.masks;
  std::vector<EdgeFacts> facts;
  for (std::size_t i = 0; i < dag.inputs().size(); ++i) {
    EdgeFacts edge = dag.node(dag.inputs()[i].vertex).outputs[0];
    if (masks[i]) edge = masked_input(std::move(edge), *masks[i]);
    edge.object = {static_cast<int>(inputs.objects[i]), 0};
    facts.push_back(std::move(edge));
  }
  return facts;
}

/// Sizes that the mask shares with its tensor are those of the Input, known or not.
MaskForm form_of(const Mask& mask, const Shape& tensor, const Shape& wired) {
  std::vector<std::int64_t> sizes = mask.shape().sizes();
  for (int axis = 0; axis < std::min(mask.shape().rank(), wired.rank()); ++axis) {
    std::int64_t& size = sizes[static_cast<std::size_t>(axis)];
    if (size == tensor[axis]) size = wired[axis];
  }
  return {std::move(sizes), mask.dtype()};
}

std::size_t first_same(const Tensors& tensors, std::size_t i) {
  std::size_t first = 0;
  while (!tensors[first].same_object(tensors[i])) ++first;
  return first;
}

InputForms forms_of(const Dag& dag, const Tensors& inputs) {
  InputForms forms{MaskForms(inputs.size()), {}};
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    forms.objects.push_back(first_same(inputs, i));
    if (!inputs[i].mask()) continue;
    const Shape& wired = dag.node(dag.inputs()[i].vertex).outputs[0].shape;
    forms.masks[i] = form_of(*inputs[i].mask(), inputs[i].shape(), wired);
  }
  return forms;
}

void warn_of_losses(const Dag& dag, const MaskPlan& plan) {
  for (const auto& losses : {lost_masks(dag, plan), ended_masks(dag, plan)}) {
    for (const MaskFact* loss : losses) {
      if (loss->fate == MaskFate::Ignored || !dag.layer(loss->target).warn_once()) continue;
      warn(describe_loss(dag, plan, *loss));
    }
  }
}

}  // namespace

const MaskPlan& Model::Graph::plan_for(const InputForms& inputs, MaskRules under,
                                       const UnseenOutputs& unseen) {
  PlanKey key{under, inputs, unseen};
  {
    const std::lock_guard lock(planning);
    const auto it = plans.find(key);
    if (it != plans.end()) return it->second;
  }
  MaskPlan made = propagate_masks(*dag, input_facts(*dag, inputs), under, unseen);
  warn_of_losses(*dag, made);
  const std::lock_guard lock(planning);
  return plans.try_emplace(std::move(key), std::move(made)).first->second;
}

const MaskPlan& Model::plan(const std::vector<bool>& masked, const UnseenOutputs& unseen) const {
  InputForms forms{MaskForms(dag().inputs().size()), {}};
  for (std::size_t i = 0; i < forms.masks.size(); ++i) {
    forms.objects.push_back(i);
    if (i >= masked.size() || !masked[i]) continue;
    forms.masks[i] = usual_form(dag().node(dag().inputs()[i].vertex).outputs[0].shape);
  }
  return graph_->plan_for(forms, rules(), unseen);
}

std::string Model::summary(const std::vector<bool>& masked) const {
  return summary_table(*this, masked);
}
std::string Model::report(const std::vector<bool>& masked, MaskedOutput masked_output) const {
  const bool zero = masked_output == MaskedOutput::Zero;
  return mask_report(*this, masked, UnseenOutputs(dag().outputs().size(), zero));
}

const Signature& Model::signature() const {
  static const Signature kSignature{{.name = "inputs", .list = true, .mask = "mask"}};
  return kSignature;
}

void Model::build_from(const std::vector<std::vector<Shape>>& shapes) const {
  if (!has_graph()) build_row(shapes[0][0], DType::Float32);
}

OptionalMasks Model::compute_mask_with(const Arguments&, const OptionalMasks&) const { return {}; }

std::shared_ptr<const Layer> Model::clone() const { return std::make_shared<const Model>(*this); }

Tensors Model::call_with(const Arguments& arguments) const {
  prepare(arguments.first());
  Tensors inputs;
  for (std::size_t i = 0; i < arguments.first().size(); ++i) {
    inputs.push_back(arguments.first()[i].with_mask(arguments.all_masks()[0][i]));
  }
  return current_backend().device() == Device::Meta
             ? run_on_meta(inputs, arguments)
             : run_on_numbers(inputs, current_rules(), arguments.unseen());
}

namespace {

EdgeFacts facts_of(const Tensor& tensor) {
  EdgeFacts facts{{tensor.shape(), tensor.dtype(), tensor.value_number()}, std::nullopt};
  if (const OptionalMask& mask = tensor.mask()) {
    facts.mask = ValueFacts{mask->shape(), mask->dtype(), mask->tensor().value_number()};
  }
  return facts;
}

OptionalMask mask_of(const std::optional<ValueFacts>& facts) {
  if (!facts) return std::nullopt;
  return Tensor::meta(facts->shape, facts->dtype, facts->value);
}

Tensor meta_of(const EdgeFacts& facts) {
  return Tensor::meta(facts.shape, facts.dtype, facts.value).with_mask(mask_of(facts.mask));
}

}  // namespace

Tensors Model::run_on_meta(const Tensors& inputs, const Arguments& arguments) const {
  const Tensors fit = fit_inputs(*this, inputs, current_rules());
  std::vector<EdgeFacts> facts;
  for (std::size_t i = 0; i < fit.size(); ++i) {
    facts.push_back(facts_of(fit[i]));
    facts.back().object = {static_cast<int>(first_same(fit, i)), 0};
  }
  const MaskPlan plan = propagate_to_the_ends(dag(), facts, current_rules());
  const bool objects_are_shared = current_rules() == MaskRules::Keras;
  Tensors outputs;
  for (std::size_t i = 0; i < plan.outputs.size(); ++i) {
    outputs.push_back(meta_of(plan.outputs[i]));
    if (const auto input = plan.handed_through[i]; input && objects_are_shared) {
      outputs.back() =
          arguments.first()[static_cast<std::size_t>(*input)].with_mask(outputs.back().mask());
    }
  }
  if (objects_are_shared) {
    OptionalMasks left;
    for (const std::optional<ValueFacts>& mask : plan.left_on_inputs) left.push_back(mask_of(mask));
    arguments.leave_on_inputs(std::move(left));
  }
  return outputs;
}

Tensors Model::run_on_numbers(const Tensors& inputs, MaskRules under,
                              const UnseenOutputs& unseen) const {
  const Tensors fit = fit_inputs(*this, inputs, under);
  return run_graph(dag(), graph_->plan_for(forms_of(dag(), fit), under, unseen), fit, under);
}

void Model::check_one_output() const {
  const std::size_t count = dag().outputs().size();
  check<ValueError>(count == 1, "{} has {} outputs; give it a list of inputs to get them all",
                    title(), count);
}

Tensors Model::operator()(const Tensors& inputs) const {
  prepare(inputs);
  return run_on_numbers(inputs, rules(), {});
}

Tensor Model::operator()(const Tensor& input) const {
  const Tensors outputs = (*this)(Tensors{input});
  check_one_output();
  return outputs.front();
}

SymbolicTensors Model::operator()(const SymbolicTensors& inputs, SourceLocation where) const {
  return wire(
      *this,
      {.arguments = {inputs}, .masks = {}, .options = {}, .positional = true, .where = where});
}

SymbolicTensor Model::operator()(const SymbolicTensor& input, SourceLocation where) const {
  const SymbolicTensors outputs = (*this)(SymbolicTensors{input}, where);
  check_one_output();
  return outputs.front();
}

}  // namespace domino
