#include "domino/layers/core/einsum_dense.h"

#include <algorithm>
#include <cctype>
#include <utility>
#include <vector>

#include "domino/backends/ops.h"
#include "domino/core/check.h"
#include "domino/layers/activations/activation_function.h"
#include "domino/layers/options.h"

namespace domino::layers {

void EinsumDenseOptions::fields(Fields& f) {
  f("equation", equation);
  f("output_shape", output_shape);
  f("activation", activation);
  f("bias_axes", bias_axes);
  f("kernel_initializer", kernel_initializer);
  f("bias_initializer", bias_initializer);
}

namespace {

constexpr std::string_view kEllipsis = "...";

/// The letters of an equation, and at which end of input and output "..." stands.
struct Equation {
  std::string input;
  std::string kernel;
  std::string output;
  bool elided_in_front = false;
  bool elided_behind = false;
};

bool has(const std::string& letters, char letter) { return letters.find(letter) < letters.size(); }

/// Takes "..." off the front or the end of `term`, if it stands there.
bool take_ellipsis(std::string& term, bool in_front) {
  if (term.size() < kEllipsis.size()) return false;
  const std::size_t at = in_front ? 0 : term.size() - kEllipsis.size();
  if (term.substr(at, kEllipsis.size()) != kEllipsis) return false;
  term.erase(at, kEllipsis.size());
  return true;
}

bool are_letters(const std::string& term) {
  return !term.empty() && std::all_of(term.begin(), term.end(), [](unsigned char letter) {
    return std::isalpha(letter) != 0;
  });
}

Equation parse(const std::string& text) {
  const std::size_t comma = std::min(text.find(','), text.size());
  const std::size_t arrow = std::min(text.find("->", comma), text.size());
  Equation parsed{.input = text.substr(0, comma),
                  .kernel = text.substr(std::min(comma + 1, arrow), arrow - comma - 1),
                  .output = text.substr(std::min(arrow + 2, text.size()))};
  parsed.elided_in_front = take_ellipsis(parsed.input, true);
  parsed.elided_behind = take_ellipsis(parsed.input, false);
  const bool same_ends = take_ellipsis(parsed.output, true) == parsed.elided_in_front &&
                         take_ellipsis(parsed.output, false) == parsed.elided_behind;
  check<ValueError>(same_ends && !(parsed.elided_in_front && parsed.elided_behind) &&
                        are_letters(parsed.input) && are_letters(parsed.kernel) &&
                        are_letters(parsed.output),
                    "EinsumDense: equation is '{}'; expected one of input and kernel, as in "
                    "'ab,bc->ac', '...b,bc->...c' or 'ab...,bc->ac...'",
                    text);
  return parsed;
}

void check_letters(const Equation& equation, const std::optional<std::string>& bias_axes) {
  for (const char letter : equation.output) {
    check<ValueError>(has(equation.input, letter) || has(equation.kernel, letter),
                      "EinsumDense: neither input nor kernel has the letter '{}' of the output",
                      letter);
  }
  for (const char letter : equation.kernel) {
    check<ValueError>(has(equation.input, letter) || has(equation.output, letter),
                      "EinsumDense: neither input nor output has the letter '{}' of the kernel",
                      letter);
  }
  check<ValueError>(!bias_axes || !bias_axes->empty(),
                    "EinsumDense: bias_axes is empty; expected letters of the output, or none");
  for (const char letter : bias_axes.value_or("")) {
    check<ValueError>(has(equation.output, letter),
                      "EinsumDense: the output has no letter '{}' of bias_axes", letter);
  }
}

/// Where the letters of an equation lie in the shapes of one input and its output.
struct Sizes {
  const Equation& equation;
  const Shape& input;
  const Shape& given;  ///< the option output_shape

  int elided() const { return input.rank() - static_cast<int>(equation.input.size()); }

  /// Of a letter of the input.
  std::int64_t in(char letter) const {
    const int place = static_cast<int>(equation.input.find(letter));
    return input[equation.elided_in_front ? place + elided() : place];
  }
  /// Of a letter of the output. Without axes in front its first one is the batch.
  std::int64_t out(char letter) const {
    const bool with_batch = !equation.elided_in_front || elided() == 0;
    const int place = static_cast<int>(equation.output.find(letter));
    const int at = with_batch ? place - 1 : place;
    return at < 0 ? input[0] : given[at];
  }
};

void check_sizes(const Sizes& sizes) {
  const Equation& equation = sizes.equation;
  const bool any_rank = equation.elided_in_front || equation.elided_behind;
  check(sizes.elided() == 0 || (sizes.elided() > 0 && any_rank),
        "its equation names {} axes of the input, got {}", equation.input.size(), sizes.input);
  const bool with_batch = !equation.elided_in_front || sizes.elided() == 0;
  const int expected = static_cast<int>(equation.output.size()) - (with_batch ? 1 : 0);
  check<ValueError>(sizes.given.rank() == expected,
                    "its output_shape is {}; expected {} sizes, for the letters '{}' of the output",
                    sizes.given, expected, equation.output.substr(with_batch ? 1 : 0));
  for (const char letter : equation.input) {
    if (!has(equation.output, letter)) continue;
    const std::int64_t in = sizes.in(letter);
    const std::int64_t out = sizes.out(letter);
    check(in == out || in == kAny || out == kAny,
          "axis '{}' of its input has the size {} and of its output_shape {}", letter, in, out);
  }
}

Shape kernel_shape(const Sizes& sizes) {
  std::vector<std::int64_t> shape;
  for (const char letter : sizes.equation.kernel) {
    const std::int64_t size =
        has(sizes.equation.output, letter) ? sizes.out(letter) : sizes.in(letter);
    check<ValueError>(size != kAny,
                      "the size of axis '{}' of its kernel is unknown; give it in output_shape, or "
                      "give the Input a size there",
                      letter);
    shape.push_back(size);
  }
  return Shape(std::move(shape));
}

Shape bias_shape(const Sizes& sizes, const std::string& bias_axes) {
  const std::string& output = sizes.equation.output;
  std::vector<std::int64_t> shape;
  for (const char letter : output.substr(output.find_first_of(bias_axes))) {
    shape.push_back(has(bias_axes, letter) ? sizes.out(letter) : 1);
  }
  if (sizes.equation.elided_behind)
    shape.insert(shape.end(), static_cast<std::size_t>(sizes.elided()), 1);
  return Shape(std::move(shape));
}

/// Initializers that scale by the number of inputs and outputs are told which axes are which, unless
/// they know (keras/src/layers/core/einsum_dense.py, build).
InitializerSpec with_axes(const InitializerSpec& initializer, const Equation& equation) {
  Config config = initializer.to_config();
  Config arguments = config.at("config");
  const Config* inputs = arguments.find("input_axes");
  const Config* outputs = arguments.find("output_axes");
  if (inputs == nullptr || outputs == nullptr) return initializer;
  if (!inputs->is_null() && !outputs->is_null()) return initializer;
  Config::Array of_input;
  Config::Array of_output;
  for (std::size_t i = 0; i < equation.kernel.size(); ++i) {
    (has(equation.output, equation.kernel[i]) ? of_output : of_input).emplace_back(i);
  }
  arguments.set("input_axes", std::move(of_input));
  arguments.set("output_axes", std::move(of_output));
  config.set("config", std::move(arguments));
  return InitializerSpec::from_config(config);
}

}  // namespace

EinsumDense::EinsumDense(std::string equation, Shape output_shape, EinsumDenseOptions options)
    : EinsumDense(with(
          &EinsumDenseOptions::equation, std::move(equation),
          with(&EinsumDenseOptions::output_shape, std::move(output_shape), std::move(options)))) {}

EinsumDense::EinsumDense(EinsumDenseOptions options)
    : UnaryLayer(options.name), options_(std::move(options)) {
  check_letters(parse(options_.equation), options_.bias_axes);
  check<ValueError>(options_.output_shape.shape().has_value(),
                    "EinsumDense: output_shape is missing; expected the sizes behind the batch");
  options_.activation.check_known(kType);
  check_initializers(kType, {options_.kernel_initializer, options_.bias_initializer});
}

void EinsumDense::build(const Shape& input) const {
  const Equation equation = parse(options_.equation);
  const Sizes sizes{equation, input, *options_.output_shape.shape()};
  check_sizes(sizes);
  add_weight("kernel", kernel_shape(sizes), with_axes(options_.kernel_initializer, equation));
  if (!options_.bias_axes) return;
  add_weight("bias", bias_shape(sizes, *options_.bias_axes), options_.bias_initializer);
}

Tensor EinsumDense::call(const Tensor& input) const {
  const Equation equation = parse(options_.equation);
  check_sizes({equation, input.shape(), *options_.output_shape.shape()});
  const Tensor x = ops::cast(input, DType::Float32);
  Tensor y = ops::einsum(options_.equation, {x, weight("kernel")});
  if (options_.bias_axes) y = ops::add(y, weight("bias"));
  return options_.activation(y);
}

}  // namespace domino::layers
