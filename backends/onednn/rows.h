#pragma once

#include "domino/backends/backend.h"

/// Each file of this folder adds the ops that it carries out.
namespace domino::onednn {

inline constexpr std::string_view kOwner = "onednn";

void add_unary(KernelTable& table);
void add_binary(KernelTable& table);
void add_where(KernelTable& table);
void add_cast(KernelTable& table);
void add_reduce(KernelTable& table);
void add_movement(KernelTable& table);
void add_embedding(KernelTable& table);
void add_matmul(KernelTable& table);
void add_dense(KernelTable& table);
void add_softmax(KernelTable& table);
void add_normalization(KernelTable& table);
void add_conv1d(KernelTable& table);
void add_rnn(KernelTable& table);
void add_attention(KernelTable& table);

/// Whether every tensor that was given holds float32.
inline bool all_float32(op::Inputs inputs) {
  for (const Tensor& input : inputs) {
    if (input.defined() && input.dtype() != DType::Float32) return false;
  }
  return true;
}

/// The numbers of a tensor; null if it was not given.
template <class T>
const T* numbers(const Tensor& tensor) {
  return tensor.defined() ? tensor.data<T>().data() : nullptr;
}

/// Input `index`, or no tensor where the caller's list ends before it.
inline Tensor optional_input(op::Inputs inputs, std::size_t index) {
  return index < inputs.size() ? inputs[index] : Tensor();
}

}  // namespace domino::onednn
