#include "tests/layers/recorded_lambda.h"

#include "domino/backends/ops.h"
#include "domino/graph/registry.h"
#include "domino/layers/core/lambda.h"

namespace domino::testing {
namespace {

using layers::Lambda;
using layers::LambdaOptions;

LayerHandle recorded_lambda(const Config& config) {
  const Config* mask = config.find("mask");
  LambdaOptions options{.name = config.at("name").as_string()};
  if (!mask->is_null() && mask->as_string() == "as_it_came") {
    options.mask = [](const Tensor&, const OptionalMask& m) { return m; };
  } else if (!mask->is_null()) {
    options.mask = [](const Tensor& x, const OptionalMask&) -> OptionalMask {
      return ops::any(ops::greater(x, 0.5), {-1});
    };
  }
  if (config.at("function").as_string() == "double") {
    return Lambda([](const Tensor& x) { return ops::multiply(x, 2); }, options);
  }
  return Lambda(
      [](const Tensor& x, const OptionalMask& m) {
        return m ? ops::where(ops::expand_dims(*m, -1), x, 0.0) : x;
      },
      options);
}

}  // namespace

RecordedLambda::RecordedLambda() {
  register_layer({.type = "Lambda", .from_config = recorded_lambda, .cpp_class = typeid(Lambda)});
}

RecordedLambda::~RecordedLambda() { register_layer<Lambda>("Lambda"); }

}  // namespace domino::testing
