#pragma once

#include <concepts>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

#include "domino/core/config.h"
#include "domino/core/tensor.h"
#include "domino/layers/integers.h"
#include "domino/layers/seed.h"

/// What weights are before they are trained or loaded (keras/src/initializers): the distributions,
/// arguments and defaults of Keras, with Domino's own random numbers.
namespace domino::initializers {

using layers::Integers;
using layers::Seed;

/// All zeros.
struct Zeros {
  static constexpr std::string_view kType = "Zeros";
  void fields(Fields&) {}
  Tensor operator()(const Shape& shape, DType dtype) const;
};

/// All ones.
struct Ones {
  static constexpr std::string_view kType = "Ones";
  void fields(Fields&) {}
  Tensor operator()(const Shape& shape, DType dtype) const;
};

/// One number everywhere.
struct Constant {
  static constexpr std::string_view kType = "Constant";
  double value = 0.0;
  void fields(Fields& f) { f("value", value); }
  Tensor operator()(const Shape& shape, DType dtype) const;
};

/// `gain` on the diagonal of a matrix, else zeros.
struct Identity {
  static constexpr std::string_view kType = "Identity";
  double gain = 1.0;
  void fields(Fields& f) { f("gain", gain); }
  Tensor operator()(const Shape& shape, DType dtype) const;
};

/// Evenly spread from `minval` to `maxval`.
struct RandomUniform {
  static constexpr std::string_view kType = "RandomUniform";
  double minval = -0.05;
  double maxval = 0.05;
  Seed seed = {};
  void fields(Fields& f) {
    f("seed", seed);
    f("minval", minval);
    f("maxval", maxval);
  }
  Tensor operator()(const Shape& shape, DType dtype) const;
};

/// Normally distributed.
struct RandomNormal {
  static constexpr std::string_view kType = "RandomNormal";
  double mean = 0.0;
  double stddev = 0.05;
  Seed seed = {};
  void fields(Fields& f) {
    f("seed", seed);
    f("mean", mean);
    f("stddev", stddev);
  }
  Tensor operator()(const Shape& shape, DType dtype) const;
};

/// Normally distributed, with what lies more than two `stddev` from `mean` drawn again.
struct TruncatedNormal {
  static constexpr std::string_view kType = "TruncatedNormal";
  double mean = 0.0;
  double stddev = 0.05;
  Seed seed = {};
  void fields(Fields& f) {
    f("seed", seed);
    f("mean", mean);
    f("stddev", stddev);
  }
  Tensor operator()(const Shape& shape, DType dtype) const;
};

/// Spread by `scale` over the count of inputs ("fan_in"), outputs ("fan_out") or their mean
/// ("fan_avg"); `distribution` is "truncated_normal", "untruncated_normal" or "uniform".
///
/// `input_axes` and `output_axes` say which axes count as inputs and outputs; without both, the
/// last two axes do, times the sizes before them.
struct VarianceScaling {
  static constexpr std::string_view kType = "VarianceScaling";
  double scale = 1.0;
  std::string mode = "fan_in";
  std::string distribution = "truncated_normal";
  Seed seed = {};
  Integers input_axes = {};
  Integers output_axes = {};
  void fields(Fields& f);
  Tensor operator()(const Shape& shape, DType dtype) const;
};

/// Variance scaling by the mean of both fans, uniform (Xavier uniform).
struct GlorotUniform {
  static constexpr std::string_view kType = "GlorotUniform";
  Seed seed = {};
  Integers input_axes = {};
  Integers output_axes = {};
  void fields(Fields& f);
  Tensor operator()(const Shape& shape, DType dtype) const;
};

/// Variance scaling by the mean of both fans, truncated normal (Xavier normal).
struct GlorotNormal {
  static constexpr std::string_view kType = "GlorotNormal";
  Seed seed = {};
  Integers input_axes = {};
  Integers output_axes = {};
  void fields(Fields& f);
  Tensor operator()(const Shape& shape, DType dtype) const;
};

/// Variance scaling by 2 / fan_in, uniform.
struct HeUniform {
  static constexpr std::string_view kType = "HeUniform";
  Seed seed = {};
  Integers input_axes = {};
  Integers output_axes = {};
  void fields(Fields& f);
  Tensor operator()(const Shape& shape, DType dtype) const;
};

/// Variance scaling by 2 / fan_in, truncated normal.
struct HeNormal {
  static constexpr std::string_view kType = "HeNormal";
  Seed seed = {};
  Integers input_axes = {};
  Integers output_axes = {};
  void fields(Fields& f);
  Tensor operator()(const Shape& shape, DType dtype) const;
};

/// Variance scaling by 1 / fan_in, uniform.
struct LecunUniform {
  static constexpr std::string_view kType = "LecunUniform";
  Seed seed = {};
  Integers input_axes = {};
  Integers output_axes = {};
  void fields(Fields& f);
  Tensor operator()(const Shape& shape, DType dtype) const;
};

/// Variance scaling by 1 / fan_in, truncated normal.
struct LecunNormal {
  static constexpr std::string_view kType = "LecunNormal";
  Seed seed = {};
  Integers input_axes = {};
  Integers output_axes = {};
  void fields(Fields& f);
  Tensor operator()(const Shape& shape, DType dtype) const;
};

/// `gain` times a random matrix with orthonormal rows or columns, whichever are fewer; the axes
/// before the last are taken together.
struct Orthogonal {
  static constexpr std::string_view kType = "Orthogonal";
  double gain = 1.0;
  Seed seed = {};
  void fields(Fields& f) {
    f("seed", seed);
    f("gain", gain);
  }
  Tensor operator()(const Shape& shape, DType dtype) const;
};

}  // namespace domino::initializers

namespace domino {

/// The initializer of a weight, as an option of a layer: `"he_normal"`, or
/// `initializers::RandomNormal{.stddev = 0.02}`.
///
/// Made from Keras' names (snake case, class names and aliases) and from the configuration that
/// Keras writes, an object with "class_name" and "config"; written as the latter. Callable, so that
/// `add_weight` takes it.
class InitializerSpec {
 public:
  using Any =
      std::variant<initializers::Zeros, initializers::Ones, initializers::Constant,
                   initializers::Identity, initializers::RandomUniform, initializers::RandomNormal,
                   initializers::TruncatedNormal, initializers::VarianceScaling,
                   initializers::GlorotUniform, initializers::GlorotNormal, initializers::HeUniform,
                   initializers::HeNormal, initializers::LecunUniform, initializers::LecunNormal,
                   initializers::Orthogonal>;

  // NOLINTBEGIN(google-explicit-constructor): `.kernel_initializer = "zeros"` reads as in Keras
  /// A name that Keras does not know throws where it is used: see `check_initializers`.
  InitializerSpec(std::string_view name);
  InitializerSpec(const char* name) : InitializerSpec(std::string_view(name)) {}
  template <class I>
  requires(!std::same_as<I, InitializerSpec> && std::constructible_from<Any, I>)
      InitializerSpec(I initializer)
      : any_(std::move(initializer)) {}
  // NOLINTEND(google-explicit-constructor)

  /// Values for a weight, on the host.
  Tensor operator()(const Shape& shape, DType dtype) const;

  Config to_config() const;
  /// Reads an object, a name, or null: Keras' default, "glorot_uniform".
  static InitializerSpec from_config(const Config& config);

  /// Throws ValueError, naming `layer` and listing the names, unless Keras knows the name.
  void check_known(std::string_view layer) const;

 private:
  const Any& any() const;

  std::optional<Any> any_;
  std::string unknown_;  // the name, if there is no initializer of it
};

/// For a layer's constructor: throws ValueError, naming `layer`, unless Keras knows all of them.
void check_initializers(std::string_view layer,
                        std::initializer_list<InitializerSpec> initializers);

}  // namespace domino
