"""The models as OpenVINO graphs."""

import numpy as np
import openvino
from openvino import Node
from openvino import opset13 as op

from bench.compare.models import Encoder, Model, Rnn
from bench.compare.peers.weights import Direction, Weights, directions_of

GATES = {"lstm": "fico", "gru": "zrh"}


def make_model(spec: Model, weights: Weights) -> openvino.Model:
    return make_rnn(spec, weights) if isinstance(spec, Rnn) else make_encoder(spec, weights)


def size(x: Node, axis: int) -> Node:
    """One size of a tensor, as a tensor of one number."""
    return op.gather(op.shape_of(x, "i32"), [axis], 0)


def run_direction(spec: Rnn, one: Direction, x: Node) -> Node:
    """The outputs of all steps, (batch, steps, units)."""
    kernels = one.kernel.T[None], one.recurrent_kernel.T[None]
    steps = op.broadcast(size(x, 1), size(x, 0))
    shape = op.concat([size(x, 0), np.array([1, spec.units], np.int32)], 0)
    zeros = op.broadcast(np.float32(0), shape)
    rest = (spec.units, "forward")
    if spec.cell == "gru":
        # The two biases of z and r are one; those of the candidate stay apart.
        both = 2 * spec.units
        first = one.bias[:both] + one.recurrent_bias[:both]
        bias = np.concatenate([first, one.bias[both:], one.recurrent_bias[both:]])[None]
        y = op.gru_sequence(x, zeros, steps, *kernels, bias, *rest, linear_before_reset=True)
    else:
        y = op.lstm_sequence(x, zeros, zeros, steps, *kernels, one.bias[None], *rest)
    return op.squeeze(y.output(0), [1])


def make_rnn(spec: Rnn, weights: Weights) -> openvino.Model:
    """Computes the padding and takes the output of the last word: where the count of steps is open,
    the CPU plugin of OpenVINO 2026.4 runs on to the end whatever lengths it is given."""
    words = op.parameter([-1, -1], np.int32, "words")
    lengths = op.parameter([-1], np.int32, "lengths")
    last = op.subtract(lengths, np.int32(1))
    table = op.constant(weights["embedding"])

    def last_output(one: Direction) -> Node:
        ids = op.reverse_sequence(words, lengths, 0, 1) if one.name == "backward" else words
        outputs = run_direction(spec, one, op.gather(table, ids, 0))
        return op.gather(outputs, last, 1, batch_dims=1)

    y = op.concat([last_output(one) for one in directions_of(spec, weights, GATES)], 1)
    return openvino.Model([y], [words, lengths])


def make_encoder(spec: Encoder, weights: Weights) -> openvino.Model:
    words = op.parameter([-1, -1], np.int32, "words")
    kept = op.not_equal(words, np.int32(0))
    mask = op.unsqueeze(kept, [1, 2])

    def norm(x: Node, name: str) -> Node:
        y = op.mvn(x, [-1], True, spec.epsilon, "inside_sqrt")
        return op.add(op.multiply(y, weights[f"{name}/gamma"]), weights[f"{name}/beta"])

    def dense(x: Node, name: str, outputs: int) -> Node:
        kernel = weights[f"{name}/kernel"].reshape(-1, outputs)
        return op.add(op.matmul(x, kernel, False, False), weights[f"{name}/bias"].reshape(-1))

    def attend(x: Node, name: str) -> Node:
        def heads(part: str) -> Node:
            projected = dense(x, f"{name}/{part}", spec.width)
            apart = op.reshape(projected, [0, 0, spec.heads, spec.width // spec.heads], True)
            return op.transpose(apart, [0, 2, 1, 3])

        y = op.scaled_dot_product_attention(heads("query"), heads("key"), heads("value"), mask)
        together = op.reshape(op.transpose(y, [0, 2, 1, 3]), [0, 0, spec.width], True)
        return dense(together, f"{name}/attention_output", spec.width)

    positions = op.range(np.int32(0), op.squeeze(size(words, 1), [0]), np.int32(1), "i32")
    x = op.add(
        op.gather(op.constant(weights["embedding/embeddings"]), words, 0),
        op.gather(op.constant(weights["positions_embedding/embeddings"]), positions, 0),
    )
    x = norm(x, "norm")
    for block in range(spec.blocks):
        x = norm(op.add(x, attend(x, f"{block}_attention")), f"{block}_attention_norm")
        inner = op.gelu(dense(x, f"{block}_inner", spec.inner), "erf")
        x = norm(op.add(x, dense(inner, f"{block}_outer", spec.width)), f"{block}_norm")
    ones = op.unsqueeze(op.convert(kept, "f32"), [2])
    total = op.reduce_sum(op.multiply(x, ones), [1])
    return openvino.Model([op.divide(total, op.reduce_sum(ones, [1]))], [words])
