#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <tuple>
#include <variant>
#include <vector>

#include "domino/core/tensor.h"

/// The ops that backends carry out: one attribute struct each, with the inputs it reads.
///
/// An input that may be left out is an undefined Tensor. Sizes, dtypes and errors of every op are in
/// backends/meta/infer.cpp; its meaning is the plain loop in backends/reference. Ops with kTakesStrings
/// read strings too; all others refuse them.
namespace domino::op {

/// Element-wise functions of one tensor. The activations are those of keras/src/activations with
/// their default arguments.
enum class UnaryKind : std::uint8_t {
  Linear,
  Negative,
  Abs,
  Sign,
  Floor,
  Square,
  Sqrt,
  Rsqrt,
  Exp,
  Expm1,
  Log,
  Log1p,
  Erf,
  Sin,
  Cos,
  LogicalNot,
  IsNan,
  Relu,
  Relu6,
  Elu,
  Selu,
  Celu,
  Silu,
  Gelu,  ///< by the error function, keras' gelu(approximate=False), the default of the activation
  GeluTanh,  ///< keras' gelu(approximate=True)
  Sigmoid,
  HardSigmoid,
  LogSigmoid,
  SparseSigmoid,
  Tanh,
  HardTanh,
  TanhShrink,
  HardShrink,
  SoftShrink,
  HardSilu,
  Softplus,
  Softsign,
  SparsePlus,
  Squareplus,
  Mish,
};

/// x -> x' of the same shape. LogicalNot and IsNan give bool; functions that leave the integers give
/// floats.
struct Unary {
  static constexpr std::string_view kName = "unary";
  UnaryKind kind = UnaryKind::Linear;
  auto tie() const { return std::tie(kind); }
};

enum class BinaryKind : std::uint8_t {
  Add,
  Subtract,
  Multiply,
  Divide,
  FloorDivide,
  Mod,
  Power,
  Maximum,
  Minimum,
  Equal,
  NotEqual,
  Less,
  LessEqual,
  Greater,
  GreaterEqual,
  LogicalAnd,
  LogicalOr,
};

/// a, b of one dtype -> the broadcast result; comparisons and logic give bool.
struct Binary {
  static constexpr std::string_view kName = "binary";
  BinaryKind kind = BinaryKind::Add;
  auto tie() const { return std::tie(kind); }
};

/// condition (bool), a, b of one dtype -> a where the condition holds, else b; all three broadcast.
struct Where {
  static constexpr std::string_view kName = "where";
  auto tie() const { return std::tie(); }
};

/// x -> x in another dtype. Floats go to integers toward zero; nonzero (NaN too) is true.
struct Cast {
  static constexpr std::string_view kName = "cast";
  DType to = DType::Float32;
  auto tie() const { return std::tie(to); }
};

enum class ReduceKind : std::uint8_t { Sum, Mean, Max, Min, Prod, Any, All };

/// x -> x reduced over `axes` (ascending, counted from the front). An empty axis gives the neutral
/// element, as TensorFlow does: 0, NaN for a mean, the lowest or highest number.
struct Reduce {
  static constexpr std::string_view kName = "reduce";
  ReduceKind kind = ReduceKind::Sum;
  std::vector<int> axes;
  bool keepdims = false;
  auto tie() const { return std::tie(kind, axes, keepdims); }
};

/// x -> x with axis `axes[i]` put at place i.
struct Transpose {
  static constexpr std::string_view kName = "transpose";
  static constexpr bool kTakesStrings = true;
  std::vector<int> axes;
  auto tie() const { return std::tie(axes); }
};

/// x -> per axis `count` entries from `begin` on, `stride` apart (which may be negative).
struct Slice {
  static constexpr std::string_view kName = "slice";
  static constexpr bool kTakesStrings = true;
  std::vector<std::int64_t> begin;
  std::vector<std::int64_t> count;
  std::vector<std::int64_t> stride;
  auto tie() const { return std::tie(begin, count, stride); }
};

/// any number of tensors of one dtype -> joined along `axis` (counted from the front).
struct Concatenate {
  static constexpr std::string_view kName = "concatenate";
  static constexpr bool kTakesStrings = true;
  int axis = 0;
  auto tie() const { return std::tie(axis); }
};

/// x, indices (int32) -> slices of x along `axis`; the axis is replaced by the indices' axes.
/// Throws ValueError for an index outside the axis.
struct Take {
  static constexpr std::string_view kName = "take";
  static constexpr bool kTakesStrings = true;
  int axis = 0;
  auto tie() const { return std::tie(axis); }
};

/// x -> x repeated to `shape` by broadcasting.
struct BroadcastTo {
  static constexpr std::string_view kName = "broadcast_to";
  static constexpr bool kTakesStrings = true;
  Shape shape;
  auto tie() const { return std::tie(shape.sizes()); }
};

/// -> a tensor of one value.
struct Full {
  static constexpr std::string_view kName = "full";
  Shape shape;
  DType dtype = DType::Float32;
  double value = 0;
  auto tie() const { return std::tie(shape.sizes(), dtype, value); }
};

/// -> (count,) start, start + step, ...
struct Arange {
  static constexpr std::string_view kName = "arange";
  double start = 0;
  double step = 1;
  std::int64_t count = 0;
  DType dtype = DType::Int32;
  auto tie() const { return std::tie(start, step, count, dtype); }
};

/// a (..., m, k), b (..., k, n) -> (..., m, n); leading axes broadcast; a flag says that the last two
/// axes of that operand are swapped.
struct MatMul {
  static constexpr std::string_view kName = "matmul";
  bool transpose_a = false;
  bool transpose_b = false;
  auto tie() const { return std::tie(transpose_a, transpose_b); }
};

/// x (..., in), kernel (in, out), bias? (out) -> activation(x kernel + bias), (..., out).
struct Dense {
  static constexpr std::string_view kName = "dense";
  UnaryKind activation = UnaryKind::Linear;
  auto tie() const { return std::tie(activation); }
};

/// ids (int32 or int64, any shape), table (in, out) -> (*ids.shape, out).
/// Throws ValueError for an id below 0 or past the table.
struct Embedding {
  static constexpr std::string_view kName = "embedding";
  auto tie() const { return std::tie(); }
};

/// x, keys (n), values (n), otherwise? () -> per element of x the value beside the key that it equals.
/// Keys and values are strings or int64; x is of the keys' type, `otherwise` of the values'.
/// Throws ValueError for what is no key, if there is no `otherwise`, and for a table without keys.
struct Lookup {
  static constexpr std::string_view kName = "lookup";
  static constexpr bool kTakesStrings = true;
  auto tie() const { return std::tie(); }
};

enum class SplitKind : std::uint8_t { None, Whitespace, Character };

/// strings -> their tokens as Keras' TextVectorization makes them: ASCII letters in lower case, ASCII
/// punctuation dropped, split at ASCII whitespace or into UTF-8 characters (U+FFFD for bytes that are
/// none), and for each width in `ngrams` the runs of so many tokens, joined by spaces.
///
/// A split adds an axis as long as the longest row; shorter ones end with "". Without it n-grams are
/// those of the last axis.
struct Tokenize {
  static constexpr std::string_view kName = "tokenize";
  static constexpr bool kTakesStrings = true;
  bool lower = false;
  bool strip_punctuation = false;
  SplitKind split = SplitKind::None;
  std::vector<std::int64_t> ngrams;
  auto tie() const { return std::tie(lower, strip_punctuation, split, ngrams); }
};

/// x (strings, or int64 as decimal text) -> hash modulo `buckets`, int64. The hash is FarmHash's
/// Fingerprint64, or with `salted` SipHash-2-4 under the two keys.
struct HashBucket {
  static constexpr std::string_view kName = "hash_bucket";
  static constexpr bool kTakesStrings = true;
  std::int64_t buckets = 1;
  bool salted = false;
  std::uint64_t key_0 = 0;
  std::uint64_t key_1 = 0;
  auto tie() const { return std::tie(buckets, salted, key_0, key_1); }
};

/// any number of tensors of one shape, strings or int64 -> one hash of all modulo `buckets`, int64, as
/// TensorFlow's sparse.cross_hashed.
struct HashCross {
  static constexpr std::string_view kName = "hash_cross";
  static constexpr bool kTakesStrings = true;
  std::int64_t buckets = 1;
  auto tie() const { return std::tie(buckets); }
};

/// x (..., n) int64, weights? (..., n) -> (..., depth): how often each number from 0 to depth - 1
/// occurs, int64, or the sum of its weights; with `binary` 1 if it occurs. Larger numbers do not count.
/// Throws ValueError for one below 0.
struct Bincount {
  static constexpr std::string_view kName = "bincount";
  std::int64_t depth = 0;
  bool binary = false;
  auto tie() const { return std::tie(depth, binary); }
};

/// x -> exp(x - max) / sum along `axis` (counted from the front).
struct Softmax {
  static constexpr std::string_view kName = "softmax";
  int axis = 0;
  auto tie() const { return std::tie(axis); }
};

/// x (..., d), gamma? (d), beta? (d) -> (x - mean) / sqrt(variance + epsilon) * gamma + beta over the
/// last axis.
struct LayerNorm {
  static constexpr std::string_view kName = "layer_norm";
  double epsilon = 1e-3;
  auto tie() const { return std::tie(epsilon); }
};

/// x (..., d), mean (d), variance (d), gamma? (d), beta? (d) -> normalised with the given moments.
struct BatchNorm {
  static constexpr std::string_view kName = "batch_norm";
  double epsilon = 1e-3;
  auto tie() const { return std::tie(epsilon); }
};

/// x (batch, steps, in), kernel (width, in / groups, out), bias? (out) -> activation(convolution).
/// Cross-correlation, as everywhere in deep learning; zeros are put before and after the steps.
struct Conv1D {
  static constexpr std::string_view kName = "conv1d";
  std::int64_t stride = 1;
  std::int64_t dilation = 1;
  std::int64_t groups = 1;
  std::int64_t pad_before = 0;
  std::int64_t pad_after = 0;
  UnaryKind activation = UnaryKind::Linear;
  auto tie() const { return std::tie(stride, dilation, groups, pad_before, pad_after, activation); }
};

enum class CellKind : std::uint8_t { SimpleRNN, LSTM, GRU };
/// Gates in a cell's kernels: 1, 4 (i f c o) or 3 (z r h).
std::int64_t gates_of(CellKind cell);

/// A recurrent loop over the steps of a sequence, as `keras.backend.rnn` with a Keras cell.
///
/// Inputs: x (batch, steps, in), mask? bool (batch, steps, 1 or units), kernel (in, gates*units),
/// recurrent_kernel (units, gates*units), bias? (gates*units; GRU with reset_after (2, 3*units)),
/// h? (batch, units), c? (batch, units; LSTM only).
/// Outputs: output (batch, units), or (batch, steps, units) with return_sequences; last h; last c
/// (LSTM). A masked step carries every state on and repeats the previous output (zeros before the
/// first kept step), or gives 0 with zero_output_for_mask. go_backwards reads x and mask from the
/// last step on and leaves the outputs in that order.
struct Rnn {
  static constexpr std::string_view kName = "rnn";
  CellKind cell = CellKind::LSTM;
  UnaryKind activation = UnaryKind::Tanh;
  UnaryKind recurrent_activation = UnaryKind::Sigmoid;
  bool reset_after = true;
  bool go_backwards = false;
  bool return_sequences = false;
  bool zero_output_for_mask = false;
  auto tie() const {
    return std::tie(cell, activation, recurrent_activation, reset_after, go_backwards,
                    return_sequences, zero_output_for_mask);
  }
};

/// How attention compares a query with a key.
enum class ScoreKind : std::uint8_t {
  Product,  ///< the sum of the products of their numbers
  Additive,  ///< the sum of tanh(number of the query + number of the key), each times its score weight
};

/// Attention of query (batch, queries, heads, width) to key (batch, keys, heads, width) and value
/// (batch, keys, heads, value width): per query and head the values weighed by the softmax of the scores
/// of the keys that it sees, (batch, queries, heads, value width). With `gives_weights` what they are weighed
/// by is the second output, (batch, queries, heads, keys), 0 for a key that is not seen.
///
/// A query sees a key unless a mask is false there: query_mask? bool (batch, queries), key_mask? bool
/// (batch, keys), mask? bool (batch, heads, queries, keys), whose sizes may be 1. `causal` shows keys at
/// its place and before, a `window` keys less than so many places away. Behind the masks stand the
/// score_weights? (width) of additive scores, 1 if not given.
///
/// One that sees no key has the mean of all values, or 0 with zero_empty_rows; with `hide_by_1e9` the
/// weights of scores from which 1e9 was taken in float32, as keras/src/layers/attention/attention.py.
struct Attention {
  static constexpr std::string_view kName = "attention";
  ScoreKind score = ScoreKind::Product;
  double scale = 1;  ///< of scores
  bool causal = false;
  std::int64_t window = 0;  ///< 0 for none
  bool zero_empty_rows = false;
  bool hide_by_1e9 = false;
  bool gives_weights = false;
  auto tie() const {
    return std::tie(score, scale, causal, window, zero_empty_rows, hide_by_1e9, gives_weights);
  }
};

using Operation =
    std::variant<Unary, Binary, Where, Cast, Reduce, Transpose, Slice, Concatenate, Take,
                 BroadcastTo, Full, Arange, MatMul, Dense, Embedding, Softmax, LayerNorm, BatchNorm,
                 Conv1D, Rnn, Attention, Lookup, Tokenize, HashBucket, HashCross, Bincount>;

using Inputs = std::span<const Tensor>;
using Outputs = std::span<Tensor>;

std::string_view name_of(UnaryKind kind);
std::string_view name_of(BinaryKind kind);
std::string_view name_of(ReduceKind kind);
std::string_view name_of(CellKind kind);
/// "tanh", "add", "matmul", ...: the name under which `ops::` offers it.
std::string_view name_of(const Operation& operation);

/// Value number of output `index` of `operation` on `inputs`.
ValueNumber value_number(const Operation& operation, Inputs inputs, int index);

}  // namespace domino::op
