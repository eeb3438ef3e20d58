#include "domino/backends/meta/infer.h"

#include <algorithm>

#include "domino/core/check.h"

namespace domino::meta {
namespace {

using namespace op;  // the whole file is about ops
using Specs = std::vector<TensorSpec>;

void check_inputs(std::string_view name, Inputs inputs, std::size_t required, bool strings) {
  for (std::size_t i = 0; i < required; ++i) {
    check<ValueError>(i < inputs.size() && inputs[i].defined(), "{}: operand {} is missing", name,
                      i + 1);
  }
  for (const Tensor& input : inputs) {
    check<DTypeError>(
        strings || !input.defined() || input.dtype() != DType::String,
        "{} does not take strings; turn them into numbers first, as TextVectorization "
        "does",
        name);
  }
}

bool given(Inputs inputs, std::size_t index) {
  return index < inputs.size() && inputs[index].defined();
}

void check_same_dtype(std::string_view name, Inputs inputs) {
  for (const Tensor& input : inputs) {
    if (!input.defined()) continue;
    check<DTypeError>(input.dtype() == inputs[0].dtype(),
                      "{}: operands of {} and {}; cast one of them", name, inputs[0].dtype(),
                      input.dtype());
  }
}

void check_floating(std::string_view name, Inputs inputs) {
  check<DTypeError>(is_floating(inputs[0].dtype()), "{} needs floating numbers, got {}", name,
                    inputs[0].dtype());
  check_same_dtype(name, inputs);
}

/// A vector of one value per feature: a bias, a gamma.
void check_vector(std::string_view name, std::string_view what, const Tensor& vector,
                  std::int64_t size) {
  check(vector.shape() == Shape{size}, "{}: {} has shape {}, expected {}", name, what,
        vector.shape(), Shape{size});
}

bool keeps_integers(UnaryKind kind) {
  switch (kind) {
    case UnaryKind::Linear:
    case UnaryKind::Negative:
    case UnaryKind::Abs:
    case UnaryKind::Sign:
    case UnaryKind::Floor:
    case UnaryKind::Square:
    case UnaryKind::Relu:
    case UnaryKind::Relu6:
      return true;
    default:
      return false;
  }
}

bool gives_bool(BinaryKind kind) { return kind >= BinaryKind::Equal; }

Specs infer_op(const Unary& op, Inputs in) {
  const Tensor& x = in[0];
  if (op.kind == UnaryKind::LogicalNot || op.kind == UnaryKind::IsNan) {
    return {{x.shape(), DType::Bool}};
  }
  check<DTypeError>(is_floating(x.dtype()) || (keeps_integers(op.kind) && is_integer(x.dtype())),
                    "{} of {}; cast to a floating type first", name_of(op.kind), x.dtype());
  return {{x.shape(), x.dtype()}};
}

Specs infer_op(const Binary& op, Inputs in) {
  check_same_dtype(name_of(op.kind), in);
  if (gives_bool(op.kind)) return {{broadcast(in[0].shape(), in[1].shape()), DType::Bool}};
  check<DTypeError>(in[0].dtype() != DType::Bool || op.kind == BinaryKind::Maximum ||
                        op.kind == BinaryKind::Minimum,
                    "{} of bool; cast to a number type first", name_of(op.kind));
  check<DTypeError>(op.kind != BinaryKind::Divide || is_floating(in[0].dtype()),
                    "divide of {}; cast to a floating type first", in[0].dtype());
  return {{broadcast(in[0].shape(), in[1].shape()), in[0].dtype()}};
}

Specs infer_op(const Where&, Inputs in) {
  check<DTypeError>(in[0].dtype() == DType::Bool, "where: the condition is {}, expected bool",
                    in[0].dtype());
  check_same_dtype("where", in.subspan(1));
  return {{broadcast(in[0].shape(), broadcast(in[1].shape(), in[2].shape())), in[1].dtype()}};
}

Specs infer_op(const Cast& op, Inputs in) {
  check<DTypeError>(op.to != DType::String, "cast: numbers are not cast to strings");
  return {{in[0].shape(), op.to}};
}

Specs infer_op(const Reduce& op, Inputs in) {
  const Tensor& x = in[0];
  const bool logical = op.kind == ReduceKind::Any || op.kind == ReduceKind::All;
  check<DTypeError>(logical == (x.dtype() == DType::Bool), "{} of {}; cast first", name_of(op.kind),
                    x.dtype());
  check<DTypeError>(op.kind != ReduceKind::Mean || is_floating(x.dtype()), "mean of {}; cast first",
                    x.dtype());
  std::vector<std::int64_t> sizes;
  for (int axis = 0; axis < x.rank(); ++axis) {
    const bool reduced = std::ranges::find(op.axes, axis) != op.axes.end();
    if (!reduced) sizes.push_back(x.size(axis));
    if (reduced && op.keepdims) sizes.push_back(1);
  }
  return {{Shape(std::move(sizes)), x.dtype()}};
}

Specs infer_op(const Transpose& op, Inputs in) {
  const Tensor& x = in[0];
  std::vector<int> sorted = op.axes;
  std::ranges::sort(sorted);
  std::vector<int> wanted(static_cast<std::size_t>(x.rank()));
  std::ranges::generate(wanted, [i = 0]() mutable { return i++; });
  check(sorted == wanted, "transpose: axes ({}) are no order of the axes of {}",
        fmt::join(op.axes, ", "), x.shape());
  std::vector<std::int64_t> sizes;
  for (const int axis : op.axes) sizes.push_back(x.size(axis));
  return {{Shape(std::move(sizes)), x.dtype()}};
}

Specs infer_op(const Slice& op, Inputs in) {
  const Shape& shape = in[0].shape();
  const auto rank = static_cast<std::size_t>(shape.rank());
  check(op.begin.size() == rank && op.count.size() == rank && op.stride.size() == rank,
        "slice: {} starts for shape {}", op.begin.size(), shape);
  for (std::size_t i = 0; i < rank; ++i) {
    const std::int64_t size = shape.sizes()[i];
    const std::int64_t last = op.begin[i] + (op.count[i] - 1) * op.stride[i];
    check(op.count[i] == 0 || (op.count[i] > 0 && op.begin[i] >= 0 && op.begin[i] < size &&
                               last >= 0 && last < size),
          "slice: {} entries from {} on, {} apart, leave axis {} of shape {}", op.count[i],
          op.begin[i], op.stride[i], i, shape);
  }
  return {{Shape(op.count), in[0].dtype()}};
}

Specs infer_op(const Concatenate& op, Inputs in) {
  check_same_dtype("concatenate", in);
  const Shape& first = in[0].shape();
  const int axis = first.axis(op.axis);
  std::int64_t size = 0;
  for (const Tensor& x : in) {
    check(x.rank() == first.rank() && x.shape().with(axis, 0) == first.with(axis, 0),
          "concatenate: shapes {} and {} differ outside axis {}", first, x.shape(), axis);
    size += x.size(axis);
  }
  return {{first.with(axis, size), in[0].dtype()}};
}

Specs infer_op(const Take& op, Inputs in) {
  const Shape& shape = in[0].shape();
  check<DTypeError>(in[1].dtype() == DType::Int32, "take: indices of {}, expected int32",
                    in[1].dtype());
  std::vector<std::int64_t> sizes(shape.begin(), shape.begin() + shape.axis(op.axis));
  sizes.insert(sizes.end(), in[1].shape().begin(), in[1].shape().end());
  sizes.insert(sizes.end(), shape.begin() + shape.axis(op.axis) + 1, shape.end());
  return {{Shape(std::move(sizes)), in[0].dtype()}};
}

Specs infer_op(const BroadcastTo& op, Inputs in) {
  check(broadcast(in[0].shape(), op.shape) == op.shape, "broadcast_to: {} does not broadcast to {}",
        in[0].shape(), op.shape);
  return {{op.shape, in[0].dtype()}};
}

Specs infer_op(const Full& op, Inputs) { return {{op.shape, op.dtype}}; }

Specs infer_op(const Arange& op, Inputs) {
  check<ValueError>(op.count >= 0, "arange: {} entries", op.count);
  return {{Shape{op.count}, op.dtype}};
}

Specs infer_op(const MatMul& op, Inputs in) {
  check_same_dtype("matmul", in);
  check<DTypeError>(in[0].dtype() != DType::Bool, "matmul of bool; cast first");
  const Tensor& a = in[0];
  const Tensor& b = in[1];
  check(a.rank() >= 2 && b.rank() >= 2, "matmul: needs two axes or more, got {} and {}", a.shape(),
        b.shape());
  const std::int64_t m = a.size(op.transpose_a ? -1 : -2);
  const std::int64_t k = a.size(op.transpose_a ? -2 : -1);
  const std::int64_t n = b.size(op.transpose_b ? -2 : -1);
  check(k == b.size(op.transpose_b ? -1 : -2), "matmul: {}{} times {}{}: the inner sizes differ",
        a.shape(), op.transpose_a ? " transposed" : "", b.shape(),
        op.transpose_b ? " transposed" : "");
  const auto leading = [](const Tensor& x) {
    return Shape(std::vector<std::int64_t>(x.shape().begin(), x.shape().end() - 2));
  };
  const Shape batch = broadcast(leading(a), leading(b));
  return {{batch.inserted(batch.rank(), m).inserted(batch.rank() + 1, n), a.dtype()}};
}

Specs infer_op(const Dense&, Inputs in) {
  check_floating("dense", in);
  const Tensor& x = in[0];
  const Tensor& kernel = in[1];
  check(kernel.rank() == 2 && x.rank() >= 1 && x.size(-1) == kernel.size(0),
        "dense: a kernel of {} on {}: the last axis must have size {}", kernel.shape(), x.shape(),
        kernel.rank() == 2 ? kernel.size(0) : -1);
  if (given(in, 2)) check_vector("dense", "bias", in[2], kernel.size(1));
  return {{x.shape().with(-1, kernel.size(1)), x.dtype()}};
}

Specs infer_op(const Embedding&, Inputs in) {
  check<DTypeError>(in[0].dtype() == DType::Int32 || in[0].dtype() == DType::Int64,
                    "embedding: ids of {}, expected int32 or int64", in[0].dtype());
  check(in[1].rank() == 2, "embedding: a table of shape {}, expected (input_dim, output_dim)",
        in[1].shape());
  return {{in[0].shape().inserted(in[0].rank(), in[1].size(1)), in[1].dtype()}};
}

Specs infer_op(const Softmax& op, Inputs in) {
  check_floating("softmax", in);
  static_cast<void>(in[0].shape().axis(op.axis));
  return {{in[0].shape(), in[0].dtype()}};
}

Specs infer_normalization(std::string_view name, Inputs in) {
  check_floating(name, in);
  check(in[0].rank() >= 1, "{}: needs at least one axis", name);
  for (std::size_t i = 1; i < in.size(); ++i) {
    if (given(in, i)) check_vector(name, "a weight", in[i], in[0].size(-1));
  }
  return {{in[0].shape(), in[0].dtype()}};
}

Specs infer_op(const LayerNorm&, Inputs in) { return infer_normalization("layer_norm", in); }
Specs infer_op(const BatchNorm&, Inputs in) { return infer_normalization("batch_norm", in); }

Specs infer_op(const Conv1D& op, Inputs in) {
  check_floating("conv1d", in);
  const Tensor& x = in[0];
  const Tensor& kernel = in[1];
  check<ValueError>(op.stride >= 1 && op.dilation >= 1 && op.groups >= 1,
                    "conv1d: stride {}, dilation {} and groups {} must be at least 1", op.stride,
                    op.dilation, op.groups);
  check(x.rank() == 3 && kernel.rank() == 3,
        "conv1d: needs (batch, steps, features) and a kernel "
        "(width, features / groups, filters), got {} and {}",
        x.shape(), kernel.shape());
  check(x.size(2) == kernel.size(1) * op.groups && kernel.size(2) % op.groups == 0,
        "conv1d: a kernel of {} with {} groups does not fit features of {}", kernel.shape(),
        op.groups, x.shape());
  if (given(in, 2)) check_vector("conv1d", "bias", in[2], kernel.size(2));
  const std::int64_t width = (kernel.size(0) - 1) * op.dilation + 1;
  const std::int64_t padded = x.size(1) + op.pad_before + op.pad_after;
  const std::int64_t steps = padded < width ? 0 : (padded - width) / op.stride + 1;
  return {{Shape{x.size(0), steps, kernel.size(2)}, x.dtype()}};
}

void check_rnn_weights(const Rnn& op, Inputs in, std::int64_t units) {
  const std::int64_t columns = gates_of(op.cell) * units;
  const Shape kernel{in[0].size(2), columns};
  check(in[2].shape() == kernel, "rnn: a kernel of {}, expected {}", in[2].shape(), kernel);
  const Shape recurrent{units, columns};
  check(in[3].shape() == recurrent, "rnn: a recurrent kernel of {}, expected {}", in[3].shape(),
        recurrent);
  if (given(in, 4)) {
    const bool two_rows = op.cell == CellKind::GRU && op.reset_after;
    const Shape bias = two_rows ? Shape{2, columns} : Shape{columns};
    check(in[4].shape() == bias, "rnn: a bias of {}, expected {}", in[4].shape(), bias);
  }
}

Specs infer_op(const Rnn& op, Inputs in) {
  for (const std::size_t i : {2U, 3U}) {
    check<ValueError>(given(in, i), "rnn: operand {} is missing", i + 1);
  }
  const Tensor& x = in[0];
  check_floating("rnn", in.first(1));
  for (std::size_t i = 2; i < in.size(); ++i) {
    check<DTypeError>(!given(in, i) || in[i].dtype() == x.dtype(),
                      "rnn: weights or states of another type than the {} of x; cast them",
                      x.dtype());
  }
  check(x.rank() == 3, "rnn: needs (batch, steps, features), got {}", x.shape());
  check(x.size(1) > 0, "rnn: a sequence without steps, {}; a recurrent layer needs at least one",
        x.shape());
  const std::int64_t batch = x.size(0);
  const std::int64_t units = in[3].size(0);
  check_rnn_weights(op, in, units);
  if (given(in, 1)) {
    const Tensor& mask = in[1];
    check<MaskError>(mask.dtype() == DType::Bool && mask.rank() == 3 && mask.size(0) == batch &&
                         mask.size(1) == x.size(1) && (mask.size(2) == 1 || mask.size(2) == units),
                     "rnn: a {} mask of {} for {}, expected bool {}", mask.dtype(), mask.shape(),
                     x.shape(), Shape{batch, x.size(1), 1});
  }
  const Shape state{batch, units};
  for (std::size_t i = 5; i < in.size(); ++i) {
    if (!given(in, i)) continue;
    check(in[i].shape() == state, "rnn: an initial state of {}, expected {}", in[i].shape(), state);
  }
  const Shape output = op.return_sequences ? Shape{batch, x.size(1), units} : state;
  Specs specs{{output, x.dtype()}, {state, x.dtype()}};
  if (op.cell == CellKind::LSTM) specs.push_back({state, x.dtype()});
  return specs;
}

void check_attention_mask(std::string_view name, Inputs in, std::size_t index,
                          const Shape& expected) {
  if (!given(in, index)) return;
  const Tensor& mask = in[index];
  check<MaskError>(mask.dtype() == DType::Bool && mask.rank() == expected.rank() &&
                       broadcasts_to(mask.shape(), expected),
                   "attention: a {} {} of {}, expected bool {}", mask.dtype(), name, mask.shape(),
                   expected);
}

Specs infer_op(const Attention& op, Inputs in) {
  check_floating("attention", in.first(3));
  const Shape& query = in[0].shape();
  const Shape& key = in[1].shape();
  const Shape& value = in[2].shape();
  for (const Tensor& x : in.first(3)) {
    check<DTypeError>(x.dtype() == in[0].dtype(), "attention: {} beside {}; cast one of them",
                      x.dtype(), in[0].dtype());
  }
  const bool fits = query.rank() == 4 && key.rank() == 4 && value.rank() == 4 &&
                    query.with(1, key[1]) == key && key.without(-1) == value.without(-1);
  check(
      fits,
      "attention: query {}, key {} and value {}; expected (batch, steps, heads, width), alike but "
      "for the queries' steps and the value's width",
      query, key, value);
  check_attention_mask("query_mask", in, 3, {query[0], query[1]});
  check_attention_mask("key_mask", in, 4, {key[0], key[1]});
  check_attention_mask("mask", in, 5, {query[0], query[2], query[1], key[1]});
  if (given(in, 6)) {
    check_vector("attention", "score_weights", in[6], query[3]);
    check<DTypeError>(in[6].dtype() == in[0].dtype(),
                      "attention: {} score_weights beside {}; cast them", in[6].dtype(),
                      in[0].dtype());
  }
  Specs specs{{query.with(3, value[3]), in[0].dtype()}};
  if (op.gives_weights) specs.push_back({query.with(3, key[1]), in[0].dtype()});
  return specs;
}

void check_text(std::string_view name, std::string_view what, const Tensor& x) {
  check<DTypeError>(x.dtype() == DType::String || x.dtype() == DType::Int64,
                    "{}: {} of {}, expected strings or int64", name, what, x.dtype());
}

Specs infer_op(const Lookup&, Inputs in) {
  const Tensor& keys = in[1];
  const Tensor& values = in[2];
  check_text("lookup", "keys", keys);
  check_text("lookup", "values", values);
  check<DTypeError>(in[0].dtype() == keys.dtype(), "lookup: {} among keys of {}", in[0].dtype(),
                    keys.dtype());
  check(keys.rank() == 1 && values.shape() == keys.shape(),
        "lookup: keys of {} beside values of {}; expected one axis and one length", keys.shape(),
        values.shape());
  if (given(in, 3)) {
    check<DTypeError>(in[3].dtype() == values.dtype(), "lookup: {} otherwise, and values of {}",
                      in[3].dtype(), values.dtype());
    check(in[3].rank() == 0, "lookup: otherwise of shape {}, expected ()", in[3].shape());
  }
  return {{in[0].shape(), values.dtype()}};
}

Specs infer_op(const Tokenize& op, Inputs in) {
  const Tensor& x = in[0];
  check<DTypeError>(x.dtype() == DType::String, "tokenize: {}, expected strings", x.dtype());
  check<ValueError>(std::ranges::all_of(op.ngrams, [](std::int64_t width) { return width > 0; }),
                    "tokenize: n-grams of ({}) tokens; expected at least 1",
                    fmt::join(op.ngrams, ", "));
  if (op.split != SplitKind::None) return {{x.shape().inserted(x.rank(), kAny), DType::String}};
  if (op.ngrams.empty()) return {{x.shape(), DType::String}};
  check(x.rank() > 0, "tokenize: n-grams need an axis of tokens, got shape {}", x.shape());
  std::int64_t count = 0;
  for (const std::int64_t width : op.ngrams) {
    count += std::max<std::int64_t>(x.size(-1) - width + 1, 0);
  }
  return {{x.shape().with(-1, count), DType::String}};
}

void check_buckets(std::string_view name, std::int64_t buckets) {
  check<ValueError>(buckets > 0, "{}: {} buckets; expected at least 1", name, buckets);
}

Specs infer_op(const HashBucket& op, Inputs in) {
  check_text("hash_bucket", "a tensor", in[0]);
  check_buckets("hash_bucket", op.buckets);
  return {{in[0].shape(), DType::Int64}};
}

Specs infer_op(const HashCross& op, Inputs in) {
  check_buckets("hash_cross", op.buckets);
  for (const Tensor& x : in) {
    check_text("hash_cross", "a tensor", x);
    check(x.shape() == in[0].shape(), "hash_cross: {} and {}; expected one shape", in[0].shape(),
          x.shape());
  }
  return {{in[0].shape(), DType::Int64}};
}

Specs infer_op(const Bincount& op, Inputs in) {
  const Tensor& x = in[0];
  check<DTypeError>(x.dtype() == DType::Int64, "bincount of {}, expected int64", x.dtype());
  check<ValueError>(op.depth >= 0, "bincount: a depth of {}", op.depth);
  check(x.rank() > 0, "bincount: needs an axis to count along, got shape {}", x.shape());
  if (given(in, 1)) {
    check_floating("bincount", in.subspan(1));
    check(in[1].shape() == x.shape(), "bincount: weights of {} for {}", in[1].shape(), x.shape());
  }
  return {{x.shape().with(-1, op.depth), given(in, 1) ? in[1].dtype() : DType::Int64}};
}

template <class Op>
constexpr bool takes_strings() {
  return requires { Op::kTakesStrings; };
}

template <class Op>
constexpr std::size_t kRequired = 1;
template <>
constexpr std::size_t kRequired<Binary> = 2;
template <>
constexpr std::size_t kRequired<Where> = 3;
template <>
constexpr std::size_t kRequired<Take> = 2;
template <>
constexpr std::size_t kRequired<Full> = 0;
template <>
constexpr std::size_t kRequired<Arange> = 0;
template <>
constexpr std::size_t kRequired<MatMul> = 2;
template <>
constexpr std::size_t kRequired<Dense> = 2;
template <>
constexpr std::size_t kRequired<Embedding> = 2;
template <>
constexpr std::size_t kRequired<BatchNorm> = 3;
template <>
constexpr std::size_t kRequired<Conv1D> = 2;
template <>
constexpr std::size_t kRequired<Lookup> = 3;

}  // namespace

std::vector<TensorSpec> infer(const Operation& operation, Inputs inputs) {
  return std::visit(
      [&]<class Op>(const Op& op) {
        check_inputs(name_of(operation), inputs, kRequired<Op>, takes_strings<Op>());
        return infer_op(op, inputs);
      },
      operation);
}

}  // namespace domino::meta
