#include "tests/differential/compare_case.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <exception>
#include <limits>
#include <optional>

#include "domino/backends/backend.h"
#include "domino/backends/execution.h"
#include "domino/backends/ops.h"
#include "domino/backends/packing.h"
#include "domino/core/error.h"
#include "domino/core/mask.h"
#include "domino/core/visit_dtype.h"
#include "domino/io/load_model.h"
#include "domino/io/save_model.h"

namespace domino::testing {
namespace {

constexpr double kAbsolute = 1e-5;
constexpr double kRelative = 1e-4;

bool close(double actual, double expected) {
  if (std::isnan(expected) || std::isinf(expected)) {
    return std::isnan(expected) ? std::isnan(actual) : actual == expected;
  }
  return std::abs(actual - expected) <= kAbsolute + kRelative * std::abs(expected);
}

std::vector<double> numbers(const Tensor& tensor) {
  return visit_number(tensor.dtype(), [&]<class T>(TypeTag<T>) {
    std::vector<double> result;
    for (const T value : tensor.data<T>()) result.push_back(static_cast<double>(widen(value)));
    return result;
  });
}

std::optional<std::string> values_differ(const Tensor& actual, const Tensor& expected) {
  const auto a = numbers(actual);
  const auto e = numbers(expected);
  const bool exact = !is_floating(expected.dtype());
  std::size_t wrong = 0;
  std::size_t worst = 0;
  const auto error = [&](std::size_t i) {
    const double apart = std::abs(a[i] - e[i]);
    return std::isnan(apart) ? HUGE_VAL : apart;
  };
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (exact ? a[i] == e[i] : close(a[i], e[i])) continue;
    if (wrong++ == 0 || error(i) > error(worst)) worst = i;
  }
  if (wrong == 0) return std::nullopt;
  return fmt::format("{} of {} values of {}; at {} Keras has {}, Domino {}", wrong, a.size(),
                     to_string(expected.shape()), worst, e[worst], a[worst]);
}

std::string shown(const OptionalMask& mask) {
  return mask ? to_string(mask->tensor()) : std::string("no mask");
}

std::vector<Difference> compare_all(const Tensors& outputs, const Tensors& expected) {
  std::vector<Difference> found;
  if (outputs.size() != expected.size()) {
    found.push_back(
        {"count", fmt::format("Keras has {} outputs, Domino {}", expected.size(), outputs.size())});
    return found;
  }
  for (std::size_t i = 0; i < outputs.size(); ++i) {
    for (Difference& difference : compare(outputs[i], expected[i])) {
      difference.output = static_cast<int>(i);
      found.push_back(std::move(difference));
    }
  }
  return found;
}

/// Whether a model is refused since Keras' files have no words for it (back.py counts them).
bool is_declined(const std::string& why) {
  return why.starts_with("a mask is made ") ||
         why.find("an input of the model may bring a mask") != std::string::npos;
}

}  // namespace

std::vector<Difference> compare(const Tensor& actual, const Tensor& expected) {
  std::vector<Difference> found;
  if (actual.dtype() != expected.dtype()) {
    found.push_back({"dtype", fmt::format("Keras has {}, Domino {}", name_of(expected.dtype()),
                                          name_of(actual.dtype()))});
  } else if (actual.shape() != expected.shape()) {
    found.push_back({"shape", fmt::format("Keras has {}, Domino {}", to_string(expected.shape()),
                                          to_string(actual.shape()))});
  } else if (const auto text = values_differ(actual, expected)) {
    found.push_back({"values", *text});
  }
  if (actual.mask() != expected.mask()) {
    found.push_back({"mask", fmt::format("Keras has {}, Domino {}", shown(expected.mask()),
                                         shown(actual.mask()))});
  }
  return found;
}

namespace {

Tensor zero_where_hidden(const Tensor& x) {
  if (!x.mask() || !is_mask_of_steps(x.mask()->shape(), x.shape())) return x;
  Tensor kept = ops::cast(*x.mask(), DType::Bool);
  while (kept.rank() < x.rank()) kept = ops::expand_dims(kept, -1);
  return ops::where(kept, x.without_mask(), ops::zeros({}, x.dtype())).with_mask(x.mask());
}

/// A tensor with its mask, put elsewhere by `move`.
template <class F>
Tensors moved(const Tensors& tensors, F move) {
  Tensors there;
  for (const Tensor& x : tensors) {
    there.push_back(move(x.without_mask()));
    if (x.mask()) there.back() = there.back().with_mask(Mask(move(x.mask()->tensor())));
  }
  return there;
}

/// The model as it is called, on the current backend.
Tensors call(const Model& model, const Tensors& inputs) {
  const Backend& device = current_backend();
  if (device.device() == Device::Host) return model(inputs);
  const Tensors outputs = model(moved(inputs, [&](const Tensor& x) { return device.upload(x); }));
  return moved(outputs, [&](const Tensor& x) { return device.download(unpack(x)); });
}

struct Outputs {
  Tensors actual;
  Tensors expected;
};

Outputs run_batch(const Model& model, const SavedBatch& batch, const Way& way) {
  // predict takes no single row of states for all sequences, in Keras neither.
  const bool one_for_all = std::ranges::any_of(batch.inputs, [&](const Tensor& input) {
    return input.rank() == 0 || input.size(0) != batch.inputs[0].size(0);
  });
  if (way.masked_output == MaskedOutput::Exact || one_for_all) {
    const BackendScope scope(backend(way.device));
    const ExecutionScope execution({.packing = way.packing, .cudnn = way.cudnn});
    return {call(model, batch.inputs), batch.outputs};
  }
  const PredictOptions options{.batch_size = std::numeric_limits<std::int64_t>::max(),
                               .device = way.device,
                               .keep_masks = true,
                               .packing = way.packing,
                               .cudnn = way.cudnn,
                               .masked_output = way.masked_output};
  Tensors expected;
  for (const Tensor& output : batch.outputs) expected.push_back(zero_where_hidden(output));
  return {model.predict(batch.inputs, options), expected};
}

double error_of(double actual, double expected) {
  if (actual == expected || (std::isnan(actual) && std::isnan(expected))) return 0;
  const double error = std::abs(actual - expected) / std::max(1.0, std::abs(expected));
  return std::isfinite(error) ? error : HUGE_VAL;
}

double largest_error(const Outputs& outputs) {
  double largest = 0;
  for (std::size_t i = 0; i < std::min(outputs.actual.size(), outputs.expected.size()); ++i) {
    const Tensor& expected = outputs.expected[i];
    const Tensor& actual = outputs.actual[i];
    if (!is_floating(expected.dtype()) || !is_floating(actual.dtype())) continue;
    if (actual.shape() != expected.shape()) continue;
    const auto a = numbers(actual);
    const auto e = numbers(expected);
    for (std::size_t k = 0; k < a.size(); ++k) largest = std::max(largest, error_of(a[k], e[k]));
  }
  return largest;
}

}  // namespace

std::string Way::name() const {
  return fmt::format("{}_{}_{}", device, packing ? "packed" : "dense",
                     masked_output == MaskedOutput::Zero ? "zero" : "exact");
}

Comparison compare_case(const SavedCase& saved, const Way& way) {
  Comparison found;
  std::optional<Model> model;
  try {
    model.emplace(load_model(saved.model));
  } catch (const std::exception& error) {
    return {.differences = {{"load", error.what()}}};
  }
  for (const SavedBatch& batch : saved.batches) {
    std::vector<Difference> here;
    try {
      const Outputs outputs = run_batch(*model, batch, way);
      here = compare_all(outputs.actual, outputs.expected);
      found.largest_error = std::max(found.largest_error, largest_error(outputs));
    } catch (const std::exception& error) {
      here = {{"call", error.what()}};
    }
    for (Difference& difference : here) {
      difference.batch = batch.name;
      found.differences.push_back(std::move(difference));
    }
  }
  return found;
}

std::vector<Difference> differences_when_saved(const SavedCase& saved, MaskRules rules,
                                               const std::filesystem::path& copy) {
  std::optional<Model> loaded;
  try {
    loaded = load_model(saved.model, {.rules = rules});
  } catch (const Error&) {
    // The intended rules refuse some masks that Keras' rules take off.
    if (rules == MaskRules::Keras) throw;
    return {};
  }
  const Model& model = *loaded;
  try {
    save_model(model, copy);
  } catch (const BuildError& error) {
    return is_declined(error.message()) ? std::vector<Difference>()
                                        : std::vector<Difference>{{"save", error.what()}};
  }
  const Model again = load_model(copy);
  std::vector<Difference> found;
  for (const SavedBatch& batch : saved.batches) {
    for (Difference& difference : compare_all(again(batch.inputs), model(batch.inputs))) {
      difference.batch = batch.name;
      found.push_back(std::move(difference));
    }
  }
  return found;
}

}  // namespace domino::testing
