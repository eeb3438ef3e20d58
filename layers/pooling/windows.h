#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include "domino/graph/layer_templates.h"
#include "domino/layers/data_format.h"
#include "domino/layers/integers.h"

namespace domino::layers {

/// What a layer makes of the steps in a window, feature by feature.
enum class Pool : std::uint8_t { Max, Mean };

namespace detail {

/// MaxPooling1D or AveragePooling1D as their shared text sees it.
struct PoolingSetup {
  std::int64_t pool_size;
  std::int64_t strides;
  bool same;
  bool channels_first;
};

/// Throws ValueError, naming `type`, if the options mean nothing. No strides are the pool size.
PoolingSetup pooling_setup(std::string_view type, const Integers& pool_size,
                           const Integers& strides, const std::string& padding,
                           const std::string& data_format);

/// (batch, steps, features) -> (batch, windows, features).
Tensor pool_windows(const PoolingSetup& setup, const Tensor& x, Pool pool);

/// (batch, steps, features) -> (batch, windows, features); all steps are shared out to the windows,
/// which overlap where they do not divide.
Tensor pool_adaptively(const Tensor& x, std::int64_t windows, bool channels_first, Pool pool);

/// What MaxPooling1D and AveragePooling1D are. `D` has `static constexpr Pool kPool`.
template <class D, class O>
class WindowPooling : public UnaryLayer<D> {
 public:
  using Options = O;
  const O& options() const { return options_; }
  Tensor call(const Tensor& x) const { return pool_windows(setup_, x, D::kPool); }

 protected:
  explicit WindowPooling(O options)
      : UnaryLayer<D>(options.name),
        options_(std::move(options)),
        setup_(pooling_setup(D::kType, options_.pool_size, options_.strides, options_.padding,
                             options_.data_format)) {}

 private:
  const O options_;
  const PoolingSetup setup_;
};

template <class Options>
void window_pooling_fields(Fields& f, Options& o) {
  f("pool_size", o.pool_size);
  f("strides", o.strides);
  f("padding", o.padding);
  f("data_format", o.data_format);
}

/// What AdaptiveMaxPooling1D and AdaptiveAveragePooling1D are. `D` has `static constexpr Pool kPool`.
template <class D, class O>
class AdaptivePooling : public UnaryLayer<D> {
 public:
  using Options = O;
  const O& options() const { return options_; }
  Tensor call(const Tensor& x) const {
    return pool_adaptively(x, output_size(), channels_first(), D::kPool);
  }

 protected:
  explicit AdaptivePooling(O options) : UnaryLayer<D>(options.name), options_(std::move(options)) {
    output_size();
    channels_first();
  }

 private:
  std::int64_t output_size() const {
    return one_number(D::kType, "output_size", options_.output_size);
  }
  bool channels_first() const { return is_channels_first(D::kType, options_.data_format); }

  const O options_;
};

template <class Options>
void adaptive_pooling_fields(Fields& f, Options& o) {
  f("output_size", o.output_size);
  f("data_format", o.data_format);
}

}  // namespace detail

}  // namespace domino::layers
