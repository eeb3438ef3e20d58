#include "domino/graph/operation_arguments.h"

#include <algorithm>
#include <cstdlib>
#include <limits>

#include "domino/backends/backend.h"
#include "domino/backends/meta/trace.h"
#include "domino/core/check.h"
#include "domino/core/hash.h"
#include "domino/graph/operation.h"

namespace domino {
namespace {

const Config kNull;

std::string_view class_name(const Config& value) {
  if (!value.is_object()) return {};
  const Config* name = value.find("class_name");
  return name != nullptr && name->is_string() ? std::string_view(name->as_string())
                                              : std::string_view();
}

/// The numbers of nested lists, row by row.
struct Numbers {
  std::vector<std::int64_t> sizes;
  std::vector<double> values;
  bool fractional = false;
  bool logical = true;
};

void read_numbers(const Config& value, std::size_t depth, Numbers& numbers) {
  if (!value.is_array()) {
    check<ValueError>(value.is_number() || value.is_bool(), "{} among numbers", value.to_json());
    check(depth == numbers.sizes.size(), "lists of uneven depth");
    numbers.fractional = numbers.fractional || !(value.is_int() || value.is_bool());
    numbers.logical = numbers.logical && value.is_bool();
    numbers.values.push_back(value.is_bool() ? static_cast<double>(value.as_bool())
                                             : value.as_double());
    return;
  }
  const auto size = static_cast<std::int64_t>(value.as_array().size());
  if (depth == numbers.sizes.size()) {
    check(numbers.values.empty(), "lists of uneven depth");
    numbers.sizes.push_back(size);
  }
  check(depth < numbers.sizes.size() && numbers.sizes[depth] == size, "lists of uneven length");
  for (const Config& item : value.as_array()) read_numbers(item, depth + 1, numbers);
}

Tensor host_tensor(const Config& value, std::optional<DType> dtype) {
  Numbers numbers;
  read_numbers(value, 0, numbers);
  if (!dtype) {
    dtype = numbers.logical ? DType::Bool : numbers.fractional ? DType::Float32 : DType::Int32;
  }
  const BackendScope host(backend("cpu"));
  return ops::cast(Tensor(Shape(std::move(numbers.sizes)), numbers.values), *dtype);
}

/// A value of the file, where the other tensors are. On meta its number is that of its text.
Tensor constant(const Config& value, std::optional<DType> dtype, bool on_meta) {
  const Tensor host = host_tensor(value, dtype);
  if (!on_meta) return current_backend().upload(host);
  const ValueNumber number =
      Hasher().add(name_of(host.dtype())).add(std::string_view(value.to_json())).value();
  return meta::constant(host.shape(), host.dtype(), number);
}

}  // namespace

Tensor constant_tensor(const Config& value, bool on_meta) {
  const std::string_view type = class_name(value);
  if (type != "__numpy__" && type != "__tensor__") return constant(value, std::nullopt, on_meta);
  const Config& array = value.at("config");
  return constant(array.at("value"), dtype_from_name(array.at("dtype").as_string()), on_meta);
}

OperationArguments::OperationArguments(const std::vector<std::string_view>& parameters,
                                       const Config& config, const Tensors& tensors,
                                       const Config& options)
    : parameters_(parameters), config_(config), tensors_(tensors), options_(options) {}

const Config& OperationArguments::raw(std::string_view name) const {
  if (const Config* kwargs = options_.find("kwargs")) {
    if (const Config* given = kwargs->find(name)) return *given;
  }
  const auto place = std::ranges::find(parameters_, name) - parameters_.begin();
  const Config::Array& args = options_.at("args").as_array();
  if (place < static_cast<std::ptrdiff_t>(args.size()))
    return args[static_cast<std::size_t>(place)];
  const Config* fixed = config_.find(name);
  return fixed != nullptr ? *fixed : kNull;
}

bool OperationArguments::is_tensor(const Config& value) const {
  return Operation::place_of_argument(value).has_value();
}

Tensor OperationArguments::tensor_of(const Config& value) const {
  if (const auto place = Operation::place_of_argument(value)) {
    return tensors_.at(static_cast<std::size_t>(*place));
  }
  return constant_tensor(
      value, std::ranges::any_of(tensors_, [](const Tensor& t) { return t.is_meta(); }));
}

Tensor OperationArguments::tensor(std::string_view name) const {
  const Config& value = raw(name);
  check<ValueError>(!value.is_null(), "its argument '{}' is missing", name);
  return tensor_of(value);
}

ops::Operand OperationArguments::operand(std::string_view name) const {
  const Config& value = raw(name);
  const bool small = value.is_int() && std::abs(value.as_int()) <= std::numeric_limits<int>::max();
  if (small) return {static_cast<int>(value.as_int())};
  if (value.is_number()) return {value.as_double()};
  return tensor(name);
}

Tensors OperationArguments::tensors(std::string_view name) const {
  const Config& value = raw(name);
  if (!value.is_array()) return {tensor(name)};
  Tensors list;
  for (const Config& item : value.as_array()) list.push_back(tensor_of(item));
  return list;
}

Tensors OperationArguments::all_tensors() const {
  Tensors list;
  for (const Config& value : options_.at("args").as_array()) list.push_back(tensor_of(value));
  return list;
}

bool OperationArguments::flag(std::string_view key) const {
  const Config* value = config_.find(key);
  return value != nullptr && !value->is_null() && value->as_bool();
}

std::int64_t OperationArguments::integer(std::string_view key) const {
  return config_.at(key).as_int();
}

std::optional<int> OperationArguments::axis(std::string_view key) const {
  const Config* value = config_.find(key);
  if (value == nullptr || value->is_null()) return std::nullopt;
  return static_cast<int>(value->as_int());
}

std::optional<ops::Axes> OperationArguments::axes(std::string_view key) const {
  const Config* value = config_.find(key);
  if (value == nullptr || value->is_null()) return std::nullopt;
  ops::Axes axes;
  for (const std::int64_t axis : integers(key)) axes.push_back(static_cast<int>(axis));
  return axes;
}

std::vector<std::int64_t> OperationArguments::integers(std::string_view key) const {
  const Config& value = config_.at(key);
  if (!value.is_array()) return {value.as_int()};
  std::vector<std::int64_t> numbers;
  for (const Config& item : value.as_array()) numbers.push_back(item.as_int());
  return numbers;
}

std::optional<DType> OperationArguments::dtype(std::string_view key) const {
  const Config* value = config_.find(key);
  if (value == nullptr || value->is_null()) return std::nullopt;
  return dtype_from_name(value->as_string());
}

}  // namespace domino
