# What backends/cuda is made of but for the runtime below it. tests/backends/cuda_on_cpu compiles the
# same files as C++.
set(DOMINO_CUDA_SOURCES
    affine.cu
    attention.cu
    attention_tiles.cpp
    conv1d.cu
    cuda.cpp
    cudnn_rnn.cu
    elementwise.cu
    linear.cu
    lookup.cu
    machine.cpp
    making.cu
    memory.cpp
    movement.cu
    normalization.cu
    operands.cu
    packed_rnn.cu
    reduce.cu
    refusal.cpp
    rnn.cu
    rnn_replay.cu
    rnn_step.cu
    running_order.cpp
    softmax.cu
    streams.cpp
    strided.cpp)
list(TRANSFORM DOMINO_CUDA_SOURCES PREPEND "${CMAKE_CURRENT_LIST_DIR}/")
