#include "tests/backends/conformance.h"

#include <algorithm>
#include <cmath>
#include <map>

#include "domino/backends/packing.h"
#include "domino/backends/reference/convert.h"
#include "domino/core/check.h"
#include "domino/core/visit_dtype.h"
#include "tests/record_error.h"

namespace domino::conformance {

const std::vector<Family>& families() {
  static const std::vector<Family> all = {{"unary", unary_cases},
                                          {"binary", binary_cases},
                                          {"where", where_cases},
                                          {"cast", cast_cases},
                                          {"making", making_cases},
                                          {"reduce", reduce_cases},
                                          {"transpose", transpose_cases},
                                          {"slice", slice_cases},
                                          {"concatenate", concatenate_cases},
                                          {"broadcast", broadcast_cases},
                                          {"lookup", lookup_cases},
                                          {"string", string_cases},
                                          {"bincount", bincount_cases},
                                          {"matmul", matmul_cases},
                                          {"dense", dense_cases},
                                          {"softmax", softmax_cases},
                                          {"normalization", normalization_cases},
                                          {"conv1d", conv1d_cases},
                                          {"rnn", rnn_cases},
                                          {"attention", attention_cases}};
  return all;
}

void PrintTo(const Family& family, std::ostream* out) { *out << family.name; }

Tensor RandomTensors::operator()(const Shape& shape, DType dtype, double low, double high) {
  Tensor tensor = Tensor::empty(shape, dtype);
  visit_number(dtype, [&]<class T>(TypeTag<T>) {
    for (T& number : tensor.mutable_data<T>()) {
      const double drawn = random_.uniform(low, high);
      const double whole = dtype == DType::Bool ? (drawn < (low + high) / 2) : std::round(drawn);
      number = reference::convert<T>(is_floating(dtype) ? drawn : whole);
    }
  });
  return tensor;
}

double tolerance_of(DType dtype, std::int64_t length) {
  // Errors of a sum grow like a random walk.
  const double growth = std::sqrt(std::max(1.0, static_cast<double>(length) / 16));
  switch (dtype) {
    case DType::Float32:
      return 1e-5 * growth;
    case DType::Float64:
      return 1e-13 * growth;
    // One step of the type; the sums behind it are float32.
    case DType::Float16:
      return 1.01 * 0x1p-10;
    case DType::BFloat16:
      return 1.01 * 0x1p-7;
    default:
      return 0;
  }
}

namespace {

/// Of max(1, |expected|); infinite where only one of them is NaN, or an infinity.
double error_of(double actual, double expected) {
  if (actual == expected || (std::isnan(actual) && std::isnan(expected))) return 0;
  const double error = std::fabs(actual - expected) / std::max(1.0, std::fabs(expected));
  return std::isfinite(error) ? error : HUGE_VAL;
}

template <class T>
::testing::AssertionResult agree_as(const Tensor& actual, const Tensor& expected,
                                    double tolerance) {
  const auto a = actual.data<T>();
  const auto b = expected.data<T>();
  for (std::size_t i = 0; i < a.size(); ++i) {
    const auto got = widen(a[i]);
    const auto wanted = widen(b[i]);
    // 64-bit integers do not fit into a double.
    if (std::is_integral_v<T>
            ? got == wanted
            : error_of(static_cast<double>(got), static_cast<double>(wanted)) <= tolerance) {
      continue;
    }
    return ::testing::AssertionFailure()
           << fmt::format("element {} of {} is {}, expected {} within {}", i, actual.shape(), got,
                          wanted, tolerance);
  }
  return ::testing::AssertionSuccess();
}

}  // namespace

::testing::AssertionResult agree(const Tensor& actual, const Tensor& expected, double tolerance) {
  if (actual.shape() != expected.shape() || actual.dtype() != expected.dtype()) {
    return ::testing::AssertionFailure()
           << describe({actual}) << ", expected " << describe({expected});
  }
  if (actual.dtype() == DType::String) {
    if (equal(actual, expected)) return ::testing::AssertionSuccess();
    return ::testing::AssertionFailure() << actual << ", expected " << expected;
  }
  return visit_number(actual.dtype(), [&]<class T>(TypeTag<T>) {
    return agree_as<T>(actual, expected, tolerance);
  });
}

double largest_error(const Tensor& actual, const Tensor& expected) {
  if (actual.shape() != expected.shape() || actual.dtype() != expected.dtype()) return HUGE_VAL;
  if (!is_floating(expected.dtype())) return equal(actual, expected) ? 0 : HUGE_VAL;
  return visit_number(expected.dtype(), [&]<class T>(TypeTag<T>) {
    const auto a = actual.data<T>();
    const auto b = expected.data<T>();
    double largest = 0;
    for (std::size_t i = 0; i < a.size(); ++i) {
      largest = std::max(
          largest, error_of(static_cast<double>(widen(a[i])), static_cast<double>(widen(b[i]))));
    }
    return largest;
  });
}

Tensors run_on(const Backend& backend, const Case& one) {
  const BackendScope scope(backend);
  Tensors inputs;
  for (const Tensor& input : one.inputs) {
    inputs.push_back(input.defined() ? backend.upload(input) : input);
  }
  Tensors outputs = run(one.operation, inputs);
  for (Tensor& output : outputs) output = backend.download(unpack(output));
  return outputs;
}

std::string describe(const Tensors& inputs) {
  std::vector<std::string> parts;
  for (const Tensor& x : inputs) {
    parts.push_back(x.defined() ? fmt::format("{} {}", x.shape(), x.dtype()) : "none");
  }
  return fmt::format("{}", fmt::join(parts, ", "));
}

namespace {

/// The largest of each op and type of output, as in "exp.float32".
using Errors = std::map<std::string, double>;

void expect_case(const Backend& backend, const Case& one, double tolerance, Errors& errors) {
  SCOPED_TRACE(one.name + " of " + describe(one.inputs));
  const Tensors expected = run_on(domino::backend("reference"), one);
  const Tensors actual = run_on(backend, one);
  ASSERT_EQ(actual.size(), expected.size());
  for (std::size_t i = 0; i < actual.size(); ++i) {
    EXPECT_TRUE(agree(actual[i], expected[i], tolerance)) << "output " << i;
    double& largest =
        errors[fmt::format("{}.{}", op::name_of(one.operation), name_of(expected[i].dtype()))];
    largest = std::max(largest, largest_error(actual[i], expected[i]));
  }
}

}  // namespace

void expect_agreement(const Backend& backend, const Family& family) {
  // The guarded device runs the reference's own kernels.
  const bool same_kernels = backend.name() == "guarded";
  Errors errors;
  for (const Case& one : family.cases()) {
    expect_case(backend, one, same_kernels ? 0 : one.tolerance, errors);
  }
  for (const auto& [what, largest] : errors) domino::testing::record_error(what, largest);
}

}  // namespace domino::conformance
