#pragma once

#include "domino/backends/op.h"

/// The kernels of the table; backends/op.h says what each op means. Those of packed tensors follow their
/// maps, and make their outputs.
namespace domino::cuda {

// elementwise.cu
void unary(const op::Unary& op, op::Inputs inputs, op::Outputs outputs);
void binary(const op::Binary& op, op::Inputs inputs, op::Outputs outputs);
void where(const op::Where& op, op::Inputs inputs, op::Outputs outputs);

// making.cu
void cast(const op::Cast& op, op::Inputs inputs, op::Outputs outputs);
void full(const op::Full& op, op::Inputs inputs, op::Outputs outputs);
void arange(const op::Arange& op, op::Inputs inputs, op::Outputs outputs);

// movement.cu
void transpose(const op::Transpose& op, op::Inputs inputs, op::Outputs outputs);
void slice(const op::Slice& op, op::Inputs inputs, op::Outputs outputs);
void concatenate(const op::Concatenate& op, op::Inputs inputs, op::Outputs outputs);
void broadcast_to(const op::BroadcastTo& op, op::Inputs inputs, op::Outputs outputs);

// reduce.cu
void reduce(const op::Reduce& op, op::Inputs inputs, op::Outputs outputs);
bool accepts_packed_reduce(const op::Reduce& op, op::Inputs inputs);
Tensors packed_reduce(const op::Reduce& op, op::Inputs inputs);

// softmax.cu
void softmax(const op::Softmax& op, op::Inputs inputs, op::Outputs outputs);

// normalization.cu
void layer_norm(const op::LayerNorm& op, op::Inputs inputs, op::Outputs outputs);
void batch_norm(const op::BatchNorm& op, op::Inputs inputs, op::Outputs outputs);

// lookup.cu
void take(const op::Take& op, op::Inputs inputs, op::Outputs outputs);
void embedding(const op::Embedding& op, op::Inputs inputs, op::Outputs outputs);
void bincount(const op::Bincount& op, op::Inputs inputs, op::Outputs outputs);

// linear.cu
void matmul(const op::MatMul& op, op::Inputs inputs, op::Outputs outputs);
void dense(const op::Dense& op, op::Inputs inputs, op::Outputs outputs);

// conv1d.cu
void conv1d(const op::Conv1D& op, op::Inputs inputs, op::Outputs outputs);

// rnn.cu
void rnn(const op::Rnn& op, op::Inputs inputs, op::Outputs outputs);

// packed_rnn.cu
bool accepts_packed_rnn(const op::Rnn& op, op::Inputs inputs);
Tensors packed_rnn(const op::Rnn& op, op::Inputs inputs);

// attention.cu
void attention(const op::Attention& op, op::Inputs inputs, op::Outputs outputs);
bool accepts_packed_attention(const op::Attention& op, op::Inputs inputs);
Tensors packed_attention(const op::Attention& op, op::Inputs inputs);

}  // namespace domino::cuda
