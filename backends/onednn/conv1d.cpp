#include <algorithm>

#include "domino/backends/execution.h"
#include "domino/backends/onednn/elementwise.h"
#include "domino/backends/onednn/grain.h"
#include "domino/backends/onednn/memory_pool.h"
#include "domino/backends/onednn/primitive_cache.h"
#include "domino/backends/onednn/row_product.h"
#include "domino/backends/onednn/rows.h"
#include "domino/core/threads.h"

namespace domino::onednn {
namespace {

using Layout = dnnl::memory::desc;
using Tag = dnnl::memory::format_tag;
constexpr auto kFloat = dnnl::memory::data_type::f32;

/// Numbers of the windows that one thread lays out at a time: they are read again from cache.
constexpr std::int64_t kWindowNumbers = 1 << 16;

/// Lays out what the kernel sees at rows `begin` ... `end` of the output (batch * steps, ...): one
/// window after another, with zeros for the padding.
void lay_out_windows(const op::Conv1D& op, const Tensor& x, std::int64_t width,
                     std::int64_t out_steps, std::int64_t begin, std::int64_t end, float* to) {
  const std::int64_t steps = x.size(1);
  const std::int64_t features = x.size(2);
  for (std::int64_t row = begin; row < end; ++row) {
    const float* sequence = numbers<float>(x) + row / out_steps * steps * features;
    std::int64_t step = row % out_steps * op.stride - op.pad_before;
    for (std::int64_t tap = 0; tap < width; ++tap, step += op.dilation, to += features) {
      if (step >= 0 && step < steps) {
        std::copy_n(sequence + step * features, features, to);
      } else {
        std::fill_n(to, features, 0.0f);
      }
    }
  }
}

/// A convolution without groups is a product of windows: few primitives serve any batch and length.
void multiply_windows(const op::Conv1D& op, op::Inputs inputs, Tensor& output) {
  const Tensor& kernel = inputs[1];
  const std::int64_t window = kernel.size(0) * kernel.size(1);
  const Tensor weights = kernel.viewed_as({window, kernel.size(2)});
  const float* bias = numbers<float>(optional_input(inputs, 2));
  float* y = output.mutable_data<float>().data();
  const std::int64_t rows = output.size(0) * output.size(1);
  const std::int64_t block = std::clamp<std::int64_t>(kWindowNumbers / window, 64, 512);
  const bool strict = execution().strict;
  parallel_for((rows + block - 1) / block, 1, [&](std::int64_t first, std::int64_t last) {
    Tensor windows = pooled_tensor({block, window}, DType::Float32);
    float* laid_out = windows.mutable_data<float>().data();
    for (std::int64_t begin = first * block; begin < std::min(rows, last * block); begin += block) {
      const std::int64_t end = std::min(rows, begin + block);
      lay_out_windows(op, inputs[0], kernel.size(0), output.size(1), begin, end, laid_out);
      row_product(laid_out, end - begin, weights, bias, op.activation, y + begin * kernel.size(2),
                  strict);
    }
  });
}

/// Sizes of one call in oneDNN's order: features before steps.
struct Sizes {
  dnnl::memory::dims x;
  dnnl::memory::dims kernel;  // (groups, out / groups, in / groups, width)
  dnnl::memory::dims y;
};

Sizes sizes_of(const op::Conv1D& op, const Tensor& x, const Tensor& kernel, const Tensor& y) {
  return {{x.size(0), x.size(2), x.size(1)},
          {op.groups, kernel.size(2) / op.groups, kernel.size(1), kernel.size(0)},
          {y.size(0), y.size(2), y.size(1)}};
}

/// Keras' (width, in / groups, out), out being (groups, out / groups).
Layout kernel_layout(const Sizes& sizes) {
  const auto& dims = sizes.kernel;
  const std::int64_t out = dims[0] * dims[1];
  return Layout(dims, kFloat, {dims[1], 1, out, dims[2] * out});
}

Primitive make_convolution(const op::Conv1D& op, const Sizes& sizes, bool has_bias) {
  const Layout x(sizes.x, kFloat, Tag::nwc);
  const Layout any(sizes.kernel, kFloat, Tag::any);
  const Layout bias = has_bias ? Layout({sizes.y[1]}, kFloat, Tag::a) : Layout();
  const Layout y(sizes.y, kFloat, Tag::nwc);
  // oneDNN counts a dilation of 0 where Keras counts 1.
  const dnnl::convolution_forward::primitive_desc made(
      engine(), dnnl::prop_kind::forward_inference, dnnl::algorithm::convolution_direct, x, any,
      bias, y, {op.stride}, {op.dilation - 1}, {op.pad_before}, {op.pad_after},
      primitive_attributes());
  return {dnnl::convolution_forward(made), x, made.weights_desc(), bias, y, made.scratchpad_desc()};
}

PrimitiveKey key_of(const op::Conv1D& op, const Sizes& sizes, bool has_bias) {
  PrimitiveKey key = {op.stride, op.dilation, op.groups, op.pad_before, op.pad_after, has_bias};
  for (const auto* dims : {&sizes.x, &sizes.kernel, &sizes.y}) {
    key.insert(key.end(), dims->begin(), dims->end());
  }
  return key;
}

void activate(op::UnaryKind kind, Tensor& y) {
  float* numbers = y.mutable_data<float>().data();
  parallel_for(y.elements(), kFunctionGrain, [&](std::int64_t begin, std::int64_t end) {
    unary_range(kind, numbers + begin, numbers + begin, end - begin);
  });
}

void convolve(const op::Conv1D& op, op::Inputs inputs, op::Outputs outputs) {
  const Tensor bias = optional_input(inputs, 2);
  const Sizes sizes = sizes_of(op, inputs[0], inputs[1], outputs[0]);
  const auto primitive =
      cached_primitive(PrimitiveFamily::Convolution, key_of(op, sizes, bias.defined()),
                       [&] { return make_convolution(op, sizes, bias.defined()); });
  std::unordered_map<int, dnnl::memory> arguments = {
      {DNNL_ARG_SRC, memory_at(primitive->source, numbers<float>(inputs[0]))},
      {DNNL_ARG_WEIGHTS, packed(inputs[1], kernel_layout(sizes), primitive->weights)},
      {DNNL_ARG_DST, memory_at(primitive->target, numbers<float>(outputs[0]))}};
  if (bias.defined()) {
    arguments.emplace(DNNL_ARG_BIAS, memory_at(primitive->bias, numbers<float>(bias)));
  }
  execute(*primitive, std::move(arguments));
  if (op.activation != op::UnaryKind::Linear) activate(op.activation, outputs[0]);
}

void conv1d(const op::Conv1D& op, op::Inputs inputs, op::Outputs outputs) {
  if (outputs[0].elements() == 0) return;
  op.groups == 1 ? multiply_windows(op, inputs, outputs[0]) : convolve(op, inputs, outputs);
}

bool accepts_conv1d(const op::Conv1D& op, op::Inputs inputs) {
  if (execution().strict && op.groups > 1) return false;
  return all_float32(inputs) && inputs[0].elements() > 0 && inputs[1].elements() > 0;
}

}  // namespace

void add_conv1d(KernelTable& table) { table.add<op::Conv1D>(kOwner, conv1d, accepts_conv1d); }

}  // namespace domino::onednn
