#include "domino/layers/initializers/initializers.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "domino/backends/ops.h"
#include "domino/core/check.h"
#include "domino/core/threads.h"

namespace domino::initializers {
namespace {

/// A tensor on the host of the numbers that `next()` gives one after the other.
template <class Next>
Tensor filled(const Shape& shape, DType dtype, Next next) {
  Tensor values = Tensor::empty(shape, DType::Float32);
  for (float& value : values.mutable_data<float>()) value = static_cast<float>(next());
  return ops::cast(values, dtype);
}

struct Fans {
  double in = 1;
  double out = 1;
};

double product(const Shape& shape, const Integers& axes) {
  double result = 1;
  for (const int axis : axes.axes()) result *= static_cast<double>(shape[axis]);
  return result;
}

/// keras/src/initializers/random_initializers.py, compute_fans.
Fans fans_of(const Shape& shape, const Integers& input_axes, const Integers& output_axes) {
  if (input_axes.given() && output_axes.given()) {
    return {product(shape, input_axes), product(shape, output_axes)};
  }
  if (shape.rank() == 0) return {};
  const auto last = static_cast<double>(shape[-1]);
  if (shape.rank() == 1) return {last, last};
  double receptive_field = 1;
  for (int axis = 0; axis < shape.rank() - 2; ++axis) {
    receptive_field *= static_cast<double>(shape[axis]);
  }
  return {static_cast<double>(shape[-2]) * receptive_field, last * receptive_field};
}

double fan_of(const std::string& mode, const Fans& fans) {
  if (mode == "fan_in") return fans.in;
  if (mode == "fan_out") return fans.out;
  check<ValueError>(mode == "fan_avg",
                    "VarianceScaling: mode is '{}'; expected one of 'fan_in', 'fan_out', 'fan_avg'",
                    mode);
  return (fans.in + fans.out) / 2;
}

template <class I>
Tensor scaled(double scale, const char* mode, const char* distribution, const I& from,
              const Shape& shape, DType dtype) {
  return VarianceScaling{.scale = scale,
                         .mode = mode,
                         .distribution = distribution,
                         .seed = from.seed,
                         .input_axes = from.input_axes,
                         .output_axes = from.output_axes}(shape, dtype);
}

template <class I>
void fan_fields(Fields& f, I& initializer) {
  f("seed", initializer.seed);
  f("input_axes", initializer.input_axes);
  f("output_axes", initializer.output_axes);
}

}  // namespace

Tensor Zeros::operator()(const Shape& shape, DType dtype) const {
  return filled(shape, dtype, [] { return 0.0; });
}

Tensor Ones::operator()(const Shape& shape, DType dtype) const {
  return filled(shape, dtype, [] { return 1.0; });
}

Tensor Constant::operator()(const Shape& shape, DType dtype) const {
  return filled(shape, dtype, [this] { return value; });
}

Tensor Identity::operator()(const Shape& shape, DType dtype) const {
  check(shape.rank() == 2, "the initializer Identity makes matrices, not a weight of shape {}",
        shape);
  std::int64_t at = 0;
  return filled(shape, dtype, [&] {
    const bool on_diagonal = at / shape[1] == at % shape[1];
    ++at;
    return on_diagonal ? gain : 0.0;
  });
}

Tensor RandomUniform::operator()(const Shape& shape, DType dtype) const {
  Random random = seed.random();
  return filled(shape, dtype, [&] { return random.uniform(minval, maxval); });
}

Tensor RandomNormal::operator()(const Shape& shape, DType dtype) const {
  Random random = seed.random();
  return filled(shape, dtype, [&] { return random.normal(mean, stddev); });
}

Tensor TruncatedNormal::operator()(const Shape& shape, DType dtype) const {
  Random random = seed.random();
  return filled(shape, dtype, [&] { return random.truncated_normal(mean, stddev); });
}

void VarianceScaling::fields(Fields& f) {
  f("seed", seed);
  f("scale", scale);
  f("mode", mode);
  f("distribution", distribution);
  f("input_axes", input_axes);
  f("output_axes", output_axes);
}

Tensor VarianceScaling::operator()(const Shape& shape, DType dtype) const {
  check<ValueError>(scale > 0, "VarianceScaling: scale is {}; expected a number above 0", scale);
  const double fan = fan_of(mode, fans_of(shape, input_axes, output_axes));
  const double variance = scale / std::max(1.0, fan);
  if (distribution == "truncated_normal" || distribution == "normal") {
    // Cutting the tails off leaves this much of the standard deviation.
    const double stddev = std::sqrt(variance) / 0.87962566103423978;
    return TruncatedNormal{.mean = 0, .stddev = stddev, .seed = seed}(shape, dtype);
  }
  if (distribution == "untruncated_normal") {
    return RandomNormal{.mean = 0, .stddev = std::sqrt(variance), .seed = seed}(shape, dtype);
  }
  check<ValueError>(distribution == "uniform",
                    "VarianceScaling: distribution is '{}'; expected one of 'truncated_normal', "
                    "'untruncated_normal', 'uniform'",
                    distribution);
  const double limit = std::sqrt(3 * variance);
  return RandomUniform{.minval = -limit, .maxval = limit, .seed = seed}(shape, dtype);
}

void GlorotUniform::fields(Fields& f) { fan_fields(f, *this); }
void GlorotNormal::fields(Fields& f) { fan_fields(f, *this); }
void HeUniform::fields(Fields& f) { fan_fields(f, *this); }
void HeNormal::fields(Fields& f) { fan_fields(f, *this); }
void LecunUniform::fields(Fields& f) { fan_fields(f, *this); }
void LecunNormal::fields(Fields& f) { fan_fields(f, *this); }

Tensor GlorotUniform::operator()(const Shape& shape, DType dtype) const {
  return scaled(1, "fan_avg", "uniform", *this, shape, dtype);
}
Tensor GlorotNormal::operator()(const Shape& shape, DType dtype) const {
  return scaled(1, "fan_avg", "truncated_normal", *this, shape, dtype);
}
Tensor HeUniform::operator()(const Shape& shape, DType dtype) const {
  return scaled(2, "fan_in", "uniform", *this, shape, dtype);
}
Tensor HeNormal::operator()(const Shape& shape, DType dtype) const {
  return scaled(2, "fan_in", "truncated_normal", *this, shape, dtype);
}
Tensor LecunUniform::operator()(const Shape& shape, DType dtype) const {
  return scaled(1, "fan_in", "uniform", *this, shape, dtype);
}
Tensor LecunNormal::operator()(const Shape& shape, DType dtype) const {
  return scaled(1, "fan_in", "truncated_normal", *this, shape, dtype);
}

namespace {

/// Several sums at once: a single one would wait for itself at every step.
double dot(std::span<const double> a, std::span<const double> b) {
  std::array<double, 8> sums{};
  std::size_t i = 0;
  for (; i + sums.size() <= a.size(); i += sums.size()) {
    for (std::size_t k = 0; k < sums.size(); ++k) sums[k] += a[i + k] * b[i + k];
  }
  double sum = 0;
  for (; i < a.size(); ++i) sum += a[i] * b[i];
  for (const double part : sums) sum += part;
  return sum;
}

/// `count` vectors of `length` numbers, one after the other.
class Vectors {
 public:
  Vectors(std::int64_t count, std::int64_t length, Random random)
      : count_(count), length_(length), values_(static_cast<std::size_t>(count * length)) {
    for (double& value : values_) value = random.normal();
  }

  std::span<double> operator[](std::int64_t i) {
    return std::span(values_).subspan(static_cast<std::size_t>(i * length_),
                                      static_cast<std::size_t>(length_));
  }

  /// The modified Gram-Schmidt process: Q of the QR decomposition whose R has a positive diagonal,
  /// as Keras' sign fix makes it. The vectors are random, so that one pass is exact enough.
  void orthonormalize() {
    // Many units at a time go over the vectors behind them, which then are read once for all.
    constexpr std::int64_t kBlock = 32;
    for (std::int64_t first = 0; first < count_; first += kBlock) {
      const std::int64_t last = std::min(first + kBlock, count_);
      for (std::int64_t i = first; i < last; ++i) {
        take_out(first, i, i);
        make_unit((*this)[i]);
      }
      parallel_for(count_ - last, 1 + (1 << 18) / (1 + kBlock * length_),
                   [&](std::int64_t begin, std::int64_t end) {
                     for (std::int64_t i = begin; i < end; ++i) take_out(first, last, last + i);
                   });
    }
  }

 private:
  static void make_unit(std::span<double> vector) {
    const double norm = std::sqrt(dot(vector, vector));
    for (double& value : vector) value /= norm;
  }

  /// Makes vector `i` orthogonal to the units from `first` to before `last`.
  void take_out(std::int64_t first, std::int64_t last, std::int64_t i) {
    const std::span<double> vector = (*this)[i];
    for (std::int64_t k = first; k < last; ++k) {
      const std::span<const double> unit = (*this)[k];
      const double share = dot(unit, vector);
      for (std::size_t at = 0; at < vector.size(); ++at) vector[at] -= share * unit[at];
    }
  }

  std::int64_t count_;
  std::int64_t length_;
  std::vector<double> values_;
};

}  // namespace

Tensor Orthogonal::operator()(const Shape& shape, DType dtype) const {
  check(shape.rank() >= 2,
        "the initializer Orthogonal needs a weight of two axes or more, not of shape {}", shape);
  const std::int64_t columns = shape[-1];
  const std::int64_t rows = columns == 0 ? 0 : shape.elements() / columns;
  const bool tall = rows >= columns;
  Vectors vectors(std::min(rows, columns), std::max(rows, columns), seed.random());
  vectors.orthonormalize();
  std::int64_t at = 0;
  return filled(shape, dtype, [&] {
    const std::int64_t row = at / columns;
    const std::int64_t column = at % columns;
    ++at;
    const double value = tall ? vectors[column][static_cast<std::size_t>(row)]
                              : vectors[row][static_cast<std::size_t>(column)];
    return gain * value;
  });
}

}  // namespace domino::initializers

namespace domino {
namespace {

std::string snake_case(std::string_view name) {
  std::string result;
  for (const char c : name) {
    if (std::isupper(static_cast<unsigned char>(c)) != 0 && !result.empty()) result += '_';
    result += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  }
  return result;
}

/// Keras' other names, beside the class names and their snake case.
std::string_view without_alias(std::string_view name) {
  using Alias = std::pair<std::string_view, std::string_view>;
  static constexpr std::array<Alias, 6> kAliases = {{{"normal", "RandomNormal"},
                                                     {"uniform", "RandomUniform"},
                                                     {"one", "Ones"},
                                                     {"zero", "Zeros"},
                                                     {"IdentityInitializer", "Identity"},
                                                     {"OrthogonalInitializer", "Orthogonal"}}};
  const auto* alias = std::find_if(kAliases.begin(), kAliases.end(),
                                   [&](const Alias& row) { return row.first == name; });
  return alias == kAliases.end() ? name : alias->second;
}

using Any = InitializerSpec::Any;

template <std::size_t I = 0>
std::optional<Any> find(std::string_view name) {
  if constexpr (I == std::variant_size_v<Any>) {
    return std::nullopt;
  } else {
    using Initializer = std::variant_alternative_t<I, Any>;
    if (name == Initializer::kType || name == snake_case(Initializer::kType)) return Initializer{};
    return find<I + 1>(name);
  }
}

template <std::size_t... I>
std::vector<std::string> known_names(std::index_sequence<I...>) {
  return {snake_case(std::variant_alternative_t<I, Any>::kType)...};
}

std::string complaint(std::string_view name) {
  const auto names = known_names(std::make_index_sequence<std::variant_size_v<Any>>());
  return fmt::format("no initializer is called '{}'; expected one of {}", name,
                     fmt::join(names, ", "));
}

}  // namespace

InitializerSpec::InitializerSpec(std::string_view name)
    : any_(find(without_alias(name))), unknown_(any_ ? "" : name) {}

void InitializerSpec::check_known(std::string_view layer) const {
  check<ValueError>(any_.has_value(), "{}: {}", layer, complaint(unknown_));
}

void check_initializers(std::string_view layer,
                        std::initializer_list<InitializerSpec> initializers) {
  for (const InitializerSpec& initializer : initializers) initializer.check_known(layer);
}

const Any& InitializerSpec::any() const {
  check<ValueError>(any_.has_value(), "{}", complaint(unknown_));
  return *any_;
}

Tensor InitializerSpec::operator()(const Shape& shape, DType dtype) const {
  return std::visit([&](const auto& initializer) { return initializer(shape, dtype); }, any());
}

Config InitializerSpec::to_config() const {
  return std::visit(
      [](auto initializer) {
        Config config = Config::object();
        Fields fields(&config);
        initializer.fields(fields);
        return Config::object({{"module", "keras.initializers"},
                               {"class_name", initializer.kType},
                               {"config", config},
                               {"registered_name", {}}});
      },
      any());
}

InitializerSpec InitializerSpec::from_config(const Config& config) {
  if (config.is_null()) return initializers::GlorotUniform{};
  if (config.is_string()) return std::string_view(config.as_string());
  InitializerSpec spec(std::string_view(config.at("class_name").as_string()));
  const Config* arguments = config.find("config");
  if (!spec.any_ || arguments == nullptr || arguments->is_null()) return spec;
  std::visit(
      [&](auto& initializer) {
        Fields fields(*arguments);
        initializer.fields(fields);
      },
      *spec.any_);
  return spec;
}

}  // namespace domino
