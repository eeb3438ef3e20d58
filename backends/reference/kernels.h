#pragma once

#include "domino/backends/op.h"

/// The kernels of the reference table; backends/op.h says what each op means.
namespace domino::reference {

// elementwise.cpp
void unary(const op::Unary& op, op::Inputs inputs, op::Outputs outputs);
void binary(const op::Binary& op, op::Inputs inputs, op::Outputs outputs);
void where(const op::Where& op, op::Inputs inputs, op::Outputs outputs);

// making.cpp
void cast(const op::Cast& op, op::Inputs inputs, op::Outputs outputs);
void full(const op::Full& op, op::Inputs inputs, op::Outputs outputs);
void arange(const op::Arange& op, op::Inputs inputs, op::Outputs outputs);

// reduce.cpp
void reduce(const op::Reduce& op, op::Inputs inputs, op::Outputs outputs);

// movement.cpp
void transpose(const op::Transpose& op, op::Inputs inputs, op::Outputs outputs);
void slice(const op::Slice& op, op::Inputs inputs, op::Outputs outputs);
void concatenate(const op::Concatenate& op, op::Inputs inputs, op::Outputs outputs);
void broadcast_to(const op::BroadcastTo& op, op::Inputs inputs, op::Outputs outputs);

// lookup.cpp
void take(const op::Take& op, op::Inputs inputs, op::Outputs outputs);
void embedding(const op::Embedding& op, op::Inputs inputs, op::Outputs outputs);

// table.cpp
void lookup(const op::Lookup& op, op::Inputs inputs, op::Outputs outputs);
void bincount(const op::Bincount& op, op::Inputs inputs, op::Outputs outputs);

// tokenize.cpp
void tokenize(const op::Tokenize& op, op::Inputs inputs, op::Outputs outputs);

// hash.cpp
void hash_bucket(const op::HashBucket& op, op::Inputs inputs, op::Outputs outputs);
void hash_cross(const op::HashCross& op, op::Inputs inputs, op::Outputs outputs);

// linear.cpp
void matmul(const op::MatMul& op, op::Inputs inputs, op::Outputs outputs);
void dense(const op::Dense& op, op::Inputs inputs, op::Outputs outputs);

// normalization.cpp
void softmax(const op::Softmax& op, op::Inputs inputs, op::Outputs outputs);
void layer_norm(const op::LayerNorm& op, op::Inputs inputs, op::Outputs outputs);
void batch_norm(const op::BatchNorm& op, op::Inputs inputs, op::Outputs outputs);

// conv1d.cpp
void conv1d(const op::Conv1D& op, op::Inputs inputs, op::Outputs outputs);

// rnn.cpp
void rnn(const op::Rnn& op, op::Inputs inputs, op::Outputs outputs);

// attention.cpp
void attention(const op::Attention& op, op::Inputs inputs, op::Outputs outputs);

}  // namespace domino::reference
