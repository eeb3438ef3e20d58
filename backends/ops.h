#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "domino/backends/op.h"
#include "domino/core/mask.h"
#include "domino/core/tensor.h"

/// The verbs that layers compute with, named and meant as in `keras.ops`.
///
/// They run on meta tensors (sizes only) and on the current backend alike. Binary verbs broadcast
/// and meet in the promoted dtype; plain numbers take the dtype of the tensor beside them. Results
/// carry no mask, as in Keras. All throw ShapeError, DTypeError or ValueError naming the verb.
namespace domino::ops {

/// A tensor, a mask or a plain number.
class Operand {
 public:
  // NOLINTBEGIN(google-explicit-constructor): `ops::add(x, 1)` reads as in Keras
  Operand(const Tensor& tensor) : tensor_(tensor) {}
  Operand(const Mask& mask) : tensor_(mask.tensor()) {}
  Operand(double number) : number_(number), is_number_(true), fractional_(true) {}
  Operand(int number) : number_(number), is_number_(true) {}
  Operand(bool flag) = delete;
  // NOLINTEND(google-explicit-constructor)

 private:
  friend std::pair<Tensor, Tensor> meet(const Operand& a, const Operand& b);
  Tensor tensor_;
  double number_ = 0;
  bool is_number_ = false;
  bool fractional_ = false;
};

using Axes = std::vector<int>;

// Arithmetic, comparison, logic.
Tensor add(const Operand& a, const Operand& b);
Tensor subtract(const Operand& a, const Operand& b);
Tensor multiply(const Operand& a, const Operand& b);
Tensor divide(const Operand& a, const Operand& b);  ///< true division: integers give float32
Tensor floor_divide(const Operand& a, const Operand& b);
Tensor mod(const Operand& a, const Operand& b);
Tensor power(const Operand& a, const Operand& b);
Tensor maximum(const Operand& a, const Operand& b);
Tensor minimum(const Operand& a, const Operand& b);
Tensor equal(const Operand& a, const Operand& b);
Tensor not_equal(const Operand& a, const Operand& b);
Tensor less(const Operand& a, const Operand& b);
Tensor less_equal(const Operand& a, const Operand& b);
Tensor greater(const Operand& a, const Operand& b);
Tensor greater_equal(const Operand& a, const Operand& b);
Tensor logical_and(const Operand& a, const Operand& b);
Tensor logical_or(const Operand& a, const Operand& b);
Tensor logical_not(const Tensor& x);
/// `a` where `condition` is nonzero, else `b`.
Tensor where(const Tensor& condition, const Operand& a, const Operand& b);

// Element-wise functions; the activations are those of `keras.activations` with default arguments.
Tensor unary(op::UnaryKind kind, const Tensor& x);
Tensor negative(const Tensor& x);
Tensor abs(const Tensor& x);
Tensor sign(const Tensor& x);
Tensor floor(const Tensor& x);
Tensor square(const Tensor& x);
Tensor sqrt(const Tensor& x);
Tensor rsqrt(const Tensor& x);
Tensor exp(const Tensor& x);
Tensor log(const Tensor& x);
Tensor erf(const Tensor& x);
Tensor isnan(const Tensor& x);
Tensor relu(const Tensor& x);
Tensor sigmoid(const Tensor& x);
Tensor tanh(const Tensor& x);
Tensor clip(const Tensor& x, double low, double high);
Tensor cast(const Tensor& x, DType dtype);
/// The numbers of `x` as a tensor object of its own: what is hung on it later does not hang on `x`.
Tensor copy(const Tensor& x);

// Making tensors, on the current backend.
Tensor full(const Shape& shape, double value, DType dtype = DType::Float32);
Tensor zeros(const Shape& shape, DType dtype = DType::Float32);
Tensor ones(const Shape& shape, DType dtype = DType::Float32);
/// Of x's shape, on meta if x is.
Tensor full_like(const Tensor& x, double value, std::optional<DType> dtype = std::nullopt);
Tensor zeros_like(const Tensor& x, std::optional<DType> dtype = std::nullopt);
Tensor ones_like(const Tensor& x, std::optional<DType> dtype = std::nullopt);
Tensor arange(std::int64_t stop, DType dtype = DType::Int32);
Tensor arange(double start, double step, std::int64_t count, DType dtype);

// Shapes. Negative axes count from the end.
/// One size may be -1: what is left.
Tensor reshape(const Tensor& x, const Shape& shape);
Tensor expand_dims(const Tensor& x, int axis);
/// Without `axis` drops every axis of size 1.
Tensor squeeze(const Tensor& x, std::optional<int> axis = std::nullopt);
Tensor transpose(const Tensor& x, const Axes& axes);
Tensor concatenate(const Tensors& tensors, int axis = -1);
Tensor stack(const Tensors& tensors, int axis = 0);
/// `sections` equal parts. Throws ShapeError if the size does not divide.
Tensors split(const Tensor& x, int sections, int axis = 0);

/// The entries `begin`, `begin + step`, ... before `end` of one axis, as Python's `begin:end:step`.
struct SliceOptions {
  int axis = 0;
  std::int64_t begin = 0;
  std::optional<std::int64_t> end = std::nullopt;
  std::int64_t step = 1;
};
Tensor slice(const Tensor& x, const SliceOptions& options);
/// One entry of `axis`, which goes away.
Tensor select(const Tensor& x, int axis, std::int64_t index);
Tensor flip(const Tensor& x, int axis);
Tensor repeat(const Tensor& x, std::int64_t times, int axis);
/// `x` joined to itself `times[i]` times along axis i; axes are added in front if `times` is longer.
Tensor tile(const Tensor& x, std::vector<std::int64_t> times);
Tensor broadcast_to(const Tensor& x, const Shape& shape);
Tensor take(const Tensor& x, const Tensor& indices, int axis);
/// `before` and `after` entries of `value` around `axis`.
Tensor pad(const Tensor& x, int axis, std::int64_t before, std::int64_t after, double value = 0);

// Reductions. No axes means all of them.
Tensor sum(const Tensor& x, const Axes& axes = {}, bool keepdims = false);
Tensor mean(const Tensor& x, const Axes& axes = {}, bool keepdims = false);
Tensor max(const Tensor& x, const Axes& axes = {}, bool keepdims = false);
Tensor min(const Tensor& x, const Axes& axes = {}, bool keepdims = false);
Tensor prod(const Tensor& x, const Axes& axes = {}, bool keepdims = false);
Tensor any(const Tensor& x, const Axes& axes = {}, bool keepdims = false);
Tensor all(const Tensor& x, const Axes& axes = {}, bool keepdims = false);

// The big ones, where speed lives.
Tensor matmul(const Tensor& a, const Tensor& b, const op::MatMul& options = {});
/// Sums of products over labelled axes, as `einsum("btd,bsd->bts", {a, b})`, by matmul. "..." is
/// allowed, the diagonal of an operand ("ii") is not.
Tensor einsum(const std::string& subscripts, const Tensors& tensors);
/// `bias` may be undefined.
Tensor dense(const Tensor& x, const Tensor& kernel, const Tensor& bias,
             op::UnaryKind activation = op::UnaryKind::Linear);
/// Rows of `table` for `ids` of any number type; other types than int32 and int64 are cut to int32,
/// as in Keras.
Tensor embedding(const Tensor& ids, const Tensor& table);
/// 1 at the place that an index names along a new `axis` of `classes` entries, else 0; an index
/// outside gives zeros.
Tensor one_hot(const Tensor& indices, std::int64_t classes, int axis = -1,
               DType dtype = DType::Float32);
/// How often each number from 0 to `depth` - 1 occurs along the last axis, which becomes `depth`, as
/// int64; with `weights` (of x's shape) the sums of these, with `binary` 1 or 0.
Tensor bincount(const Tensor& x, std::int64_t depth, bool binary = false,
                const Tensor& weights = {});
Tensor softmax(const Tensor& x, int axis = -1);
/// Softmax over several axes together.
Tensor softmax(const Tensor& x, const Axes& axes);
/// Over the last axis; `gamma` and `beta` may be undefined.
Tensor layer_norm(const Tensor& x, const Tensor& gamma, const Tensor& beta, double epsilon);
/// Over the last axis; `gamma` and `beta` may be undefined.
Tensor batch_norm(const Tensor& x, const Tensor& mean, const Tensor& variance, const Tensor& gamma,
                  const Tensor& beta, double epsilon);
/// `bias` may be undefined.
Tensor conv1d(const Tensor& x, const Tensor& kernel, const Tensor& bias, const op::Conv1D& options);

/// What `rnn` reads beside the sequence; members may be undefined as op::Rnn says.
struct RnnWeights {
  Tensor kernel;
  Tensor recurrent_kernel;
  Tensor bias;
};
struct RnnResult {
  Tensor output;
  Tensors states;  ///< h, and c of an LSTM
};
/// Runs a recurrent loop (op::Rnn). The mask may be (batch, steps), (1, steps), (batch, steps, 1) or
/// (batch, steps, units) of any number type. Throws MaskError for another shape.
RnnResult rnn(const Tensor& x, const OptionalMask& mask, const RnnWeights& weights,
              const Tensors& initial_state, const op::Rnn& options);

/// Which keys `attention` shows to which queries, all bool; undefined shows all.
struct AttentionMasks {
  Tensor query;  ///< (batch, queries)
  Tensor key;    ///< (batch, keys)
  Tensor pairs;  ///< (batch, heads, queries, keys), where sizes may be 1
};
struct AttentionResult {
  Tensor output;  ///< (batch, queries, heads, value width)
  Tensor
      weights;  ///< of the values, (batch, queries, heads, keys); undefined without `gives_weights`
};
/// Multi-head attention (op::Attention) of query (batch, queries, heads, width), key (batch, keys, heads,
/// width) and value (batch, keys, heads, value width). A mask of pairs that differs along queries or keys
/// alone is as good as one of those. `score_weights` (width) are of additive scores.
AttentionResult attention(const Tensor& query, const Tensor& key, const Tensor& value,
                          const AttentionMasks& masks, const op::Attention& options,
                          const Tensor& score_weights = {});

enum class StepsReduce : std::uint8_t { Sum, Mean, Max };
/// Reduces the `axis` of steps (1 of (batch, steps, features)) over the steps that `mask` (batch,
/// steps) keeps. A row without any kept step gives 0, NaN, or the lowest number.
Tensor reduce_steps(const Tensor& x, const OptionalMask& mask, StepsReduce how, int axis = 1,
                    bool keepdims = false);

// Strings. They lie on the host, whatever the backend; views and slices of them are as of numbers.
/// Tokens of strings, "" behind the shorter rows: see op::Tokenize.
Tensor tokenize(const Tensor& strings, const op::Tokenize& options);

/// What `lookup` reads, on the host: strings or int64, `keys` and `values` (n), `otherwise` () or
/// undefined.
struct Table {
  Tensor keys;
  Tensor values;
  Tensor otherwise;
};
/// The value beside the key that each element of `x` equals; `otherwise` for what is no key. Numbers
/// are looked up as int64. Throws ValueError if there is no `otherwise`, or no key at all.
Tensor lookup(const Tensor& x, const Table& table);
/// Hashes of strings or whole numbers as int64: see op::HashBucket and op::HashCross.
Tensor hash_bucket(const Tensor& x, const op::HashBucket& options);
Tensor hash_cross(const Tensors& tensors, std::int64_t buckets);

}  // namespace domino::ops
