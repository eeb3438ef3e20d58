#include "domino/cli/tensor_files.h"

#include <algorithm>
#include <cmath>
#include <fstream>
#include <utility>

#include "domino/backends/ops.h"
#include "domino/cli/compare.h"
#include "domino/core/check.h"
#include "domino/graph/naming.h"

namespace domino::cli {

TensorsByName read_tensors(const std::filesystem::path& file) {
  TensorsByName tensors;
  for (NamedTensor& each : read_safetensors(file)) {
    tensors.emplace(std::move(each.name), std::move(each.value));
  }
  return tensors;
}

namespace {

/// Takes a tensor out; undefined if there is none of this name.
Tensor take(TensorsByName& tensors, const std::string& name) {
  const auto node = tensors.extract(name);
  return node.empty() ? Tensor() : node.mapped();
}

std::string mask_name(const std::string& name) { return name + std::string(kMaskSuffix); }

/// One string per line, in the rank of the model's only input.
Tensor read_lines(const std::filesystem::path& file, const Model& model) {
  const Dag& dag = model.dag();
  const EdgeFacts& wanted = dag.node(dag.inputs().front().vertex).outputs.front();
  check<ValueError>(dag.inputs().size() == 1 && wanted.dtype == DType::String,
                    "{}: a text is for a model whose only input is of strings; {} takes {}",
                    file.string(), model.title(), fmt::join(model.input_names(), ", "));
  std::ifstream text(file);
  check<IoError>(text.is_open(), "'{}': there is no such file, or it cannot be read",
                 file.string());
  std::vector<std::string> lines;
  for (std::string line; std::getline(text, line);) lines.push_back(std::move(line));
  check<IoError>(!text.bad(), "'{}' cannot be read", file.string());
  std::vector<std::int64_t> sizes(static_cast<std::size_t>(std::max(wanted.shape.rank(), 1)), 1);
  sizes.front() = static_cast<std::int64_t>(lines.size());
  return Tensor(Shape(std::move(sizes)), lines);
}

/// Keras cuts fractions off without a word, so that 0.9 becomes 0, and may be masked.
void check_whole(const Tensor& input, const Dag& dag, int vertex,
                 const std::filesystem::path& file) {
  const DType expected = dag.node(vertex).outputs.front().dtype;
  if (!is_floating(input.dtype()) || !is_integer(expected)) return;
  const Tensor values = ops::cast(input, DType::Float64);
  for (std::size_t i = 0; i < values.data<double>().size(); ++i) {
    const double value = values.data<double>()[i];
    check<DTypeError>(std::trunc(value) == value,
                      "{}: input '{}' takes {}, got {} at {}; give whole numbers", file.string(),
                      dag.layer(vertex).name(), expected, value, place_of(i, input.shape()));
  }
}

}  // namespace

Tensors read_inputs(const std::filesystem::path& file, const Model& model) {
  if (file.extension() == ".txt") return {read_lines(file, model)};
  TensorsByName tensors = read_tensors(file);
  std::vector<std::string> names = model.input_names();
  const std::string shown = fmt::format("{}", fmt::join(names, ", "));
  if (names.size() == 1 && tensors.size() == 1) names.front() = tensors.begin()->first;
  Tensors inputs;
  for (const std::string& name : names) {
    const int vertex = model.dag().inputs()[inputs.size()].vertex;
    Tensor& input = inputs.emplace_back(take(tensors, name));
    check<ValueError>(input.defined(), "{}: there is no tensor '{}'; {} takes {}", file.string(),
                      name, model.title(), shown);
    check_whole(input, model.dag(), vertex, file);
    if (const Tensor mask = take(tensors, mask_name(name)); mask.defined()) {
      input = input.with_mask(Mask(mask));
    }
  }
  check<ValueError>(tensors.empty(), "{}: '{}' is no input; {} takes {}, and NAME.mask",
                    file.string(), tensors.empty() ? "" : tensors.begin()->first, model.title(),
                    shown);
  return inputs;
}

std::vector<std::string> names_of_outputs(const Model& model) {
  std::vector<std::string> names;
  UniqueNames unique;
  for (const std::string& name : model.output_names()) names.push_back(unique.next(name));
  return names;
}

NamedTensors named_outputs(const Model& model, const Tensors& outputs) {
  const std::vector<std::string> names = names_of_outputs(model);
  NamedTensors named;
  for (std::size_t i = 0; i < outputs.size(); ++i) {
    named.push_back({names[i], outputs[i].without_mask()});
    if (!outputs[i].mask()) continue;
    named.push_back({mask_name(names[i]), ops::cast(outputs[i].mask()->tensor(), DType::Bool)});
  }
  return named;
}

}  // namespace domino::cli
