#include "domino/layers/rnn/conv_lstm1d.h"

#include "domino/core/check.h"
#include "domino/layers/check_shape.h"
#include "domino/layers/options.h"
#include "domino/layers/same_padding.h"

namespace domino::layers {

void ConvLSTM1DOptions::fields(Fields& f) {
  f("filters", filters);
  detail::convolution_fields(f, *this);
  f("recurrent_activation", recurrent_activation);
  f("kernel_initializer", kernel_initializer);
  f("recurrent_initializer", recurrent_initializer);
  f("bias_initializer", bias_initializer);
  f("unit_forget_bias", unit_forget_bias);
  f("dropout", dropout);
  f("recurrent_dropout", recurrent_dropout);
  f("seed", seed);
  detail::loop_fields(f, *this);
}

namespace {

/// One step: a sequence of rows. Its convolution is that of the inputs; states keep their rows.
class ConvLSTMCell final : public RNNCell<ConvLSTMCell> {
 public:
  static constexpr std::string_view kType = "ConvLSTMCell";
  explicit ConvLSTMCell(ConvLSTM1DOptions options);

  std::vector<std::int64_t> state_sizes() const override {
    return {options_.filters, options_.filters};
  }
  std::vector<std::string> state_names() const override { return {"h", "c"}; }
  std::vector<Shape> state_shapes(const Shape& inputs) const override;
  Tensors states_before(const Shape& inputs) const override;
  void check_sequences(const Shape& sequences) const override;

  void build(const Shape& inputs) const;
  Tensors step(const Tensor& inputs, const Tensors& states) const;

 private:
  Tensor gates(const Tensor& x, const Tensor& h) const;
  Tensor in_format(const Tensor& x) const { return convolution_.channels_first ? turned(x) : x; }
  /// In the data format of the layer, as Keras, which matters to a function that mixes features.
  Tensor activated(const ActivationSpec& activation, const Tensor& x) const {
    return in_format(activation(in_format(x)));
  }

  const ConvLSTM1DOptions options_;
  const detail::Convolution convolution_;
};

ConvLSTMCell::ConvLSTMCell(ConvLSTM1DOptions options)
    : options_(std::move(options)),
      convolution_(detail::convolution_of(ConvLSTM1D::kType, options_)) {
  options_.recurrent_activation.check_known(ConvLSTM1D::kType);
  check<ValueError>(options_.filters > 0, "ConvLSTM1D: filters is {}; expected at least 1",
                    options_.filters);
  is_same(ConvLSTM1D::kType, options_.padding);
  detail::check_strides_or_dilation(ConvLSTM1D::kType, convolution_);
  check_initializers(
      ConvLSTM1D::kType,
      {options_.kernel_initializer, options_.recurrent_initializer, options_.bias_initializer});
}

void ConvLSTMCell::check_sequences(const Shape& sequences) const {
  check(sequences.rank() == 4, "needs (batch, steps, rows, features), got {}", sequences);
  detail::check_convolvable(convolution_, sequences.without(1));
}

std::vector<Shape> ConvLSTMCell::state_shapes(const Shape& inputs) const {
  const int rows_axis = convolution_.channels_first ? 2 : 1;
  const Shape state =
      inputs.with(rows_axis, detail::convolved_steps(convolution_, inputs[rows_axis]))
          .with(detail::features_axis(convolution_), options_.filters);
  return {state, state};
}

Tensors ConvLSTMCell::states_before(const Shape& inputs) const {
  const Tensor zeros = ops::zeros(state_shapes(inputs).front());
  return {zeros, zeros};
}

void ConvLSTMCell::build(const Shape& inputs) const {
  const std::int64_t features = inputs[detail::features_axis(convolution_)];
  const std::int64_t filters = options_.filters;
  const std::int64_t width = convolution_.kernel_size;
  add_weight("kernel", {width, features, 4 * filters}, options_.kernel_initializer);
  add_weight("recurrent_kernel", {width, filters, 4 * filters}, options_.recurrent_initializer);
  if (!options_.use_bias) return;
  add_weight("bias", {4 * filters},
             options_.unit_forget_bias
                 ? detail::with_ones_for_forget_gate(options_.bias_initializer, filters)
                 : Initializer(options_.bias_initializer));
}

/// (batch, new rows, 4 filters).
Tensor ConvLSTMCell::gates(const Tensor& x, const Tensor& h) const {
  detail::Convolution keeping_rows = convolution_;
  keeping_rows.padding = "same";
  keeping_rows.strides = 1;
  keeping_rows.dilation = 1;
  const Tensor kernel = weight("kernel");
  check_built_for(kernel.size(1), x.shape(), 2);
  return ops::add(
      convolve(convolution_, x, kernel, 1, optional_weight("bias"), op::UnaryKind::Linear),
      convolve(keeping_rows, h, weight("recurrent_kernel"), 1, {}, op::UnaryKind::Linear));
}

Tensors ConvLSTMCell::step(const Tensor& inputs, const Tensors& states) const {
  const Tensors parts = ops::split(gates(in_format(inputs), in_format(states[0])), 4, -1);
  const auto gate = [&](std::size_t part) {
    return activated(options_.recurrent_activation, parts[part]);
  };
  const Tensor now = ops::multiply(gate(0), activated(options_.activation, parts[2]));
  const Tensor c = ops::add(ops::multiply(gate(1), in_format(states[1])), now);
  const Tensor h = in_format(ops::multiply(gate(3), activated(options_.activation, c)));
  return {h, h, in_format(c)};
}

}  // namespace

ConvLSTM1D::ConvLSTM1D(int filters, int kernel_size, ConvLSTM1DOptions options)
    : ConvLSTM1D(with(&ConvLSTM1DOptions::filters, filters,
                      with(&ConvLSTM1DOptions::kernel_size, kernel_size, std::move(options)))) {}

ConvLSTM1D::ConvLSTM1D(ConvLSTM1DOptions options)
    : RecurrentLayer(options.name, ConvLSTMCell(options), detail::loop_setup(options)),
      options_(std::move(options)) {}

}  // namespace domino::layers
