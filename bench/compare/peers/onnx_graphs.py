"""The models as ONNX graphs; the encoder of the fused operators that ONNX Runtime's optimizer makes."""

from typing import Any

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from bench.compare.models import Encoder, Model, Rnn
from bench.compare.peers.weights import (
    Weights,
    directions_of,
    joined_projections,
    output_projection,
)

GATES = {"lstm": "iofc", "gru": "zrh"}
FUSED = "com.microsoft"


def make_model(spec: Model, weights: Weights) -> onnx.ModelProto:
    if isinstance(spec, Rnn):
        return make_rnn(spec, weights)
    return EncoderGraph(spec, weights).make()


class Graph:
    """Nodes in order, and constants by name."""

    def __init__(self) -> None:
        self.nodes: list[onnx.NodeProto] = []
        self.constants: dict[str, onnx.TensorProto] = {}

    def constant(self, name: str, value: np.ndarray) -> str:
        self.constants[name] = numpy_helper.from_array(np.ascontiguousarray(value), name)
        return name

    def add_all(self, kind: str, outputs: int, *inputs: str, **attributes: Any) -> list[str]:
        """The names of the outputs of a new node."""
        names = [f"{len(self.nodes)}_{kind}_{i}" for i in range(outputs)]
        self.nodes.append(helper.make_node(kind, inputs, names, **attributes))
        return names

    def add(self, kind: str, *inputs: str, **attributes: Any) -> str:
        return self.add_all(kind, 1, *inputs, **attributes)[0]

    def model(self, inputs: dict[str, list[str]], output: str) -> onnx.ModelProto:
        graph = helper.make_graph(
            self.nodes,
            "model",
            [helper.make_tensor_value_info(n, TensorProto.INT32, s) for n, s in inputs.items()],
            [helper.make_tensor_value_info(output, TensorProto.FLOAT, None)],
            list(self.constants.values()),
        )
        opsets = [helper.make_opsetid("", 17), helper.make_opsetid(FUSED, 1)]
        return helper.make_model(graph, opset_imports=opsets, ir_version=8)


def make_rnn(spec: Rnn, weights: Weights) -> onnx.ModelProto:
    graph = Graph()
    directions = directions_of(spec, weights, GATES)
    biases = [np.concatenate([one.bias, one.recurrent_bias]) for one in directions]
    inputs = [
        graph.add(
            "Gather",
            graph.constant("embedding", weights["embedding"]),
            graph.add("Transpose", "words", perm=[1, 0]),
        ),
        graph.constant("kernel", np.stack([one.kernel.T for one in directions])),
        graph.constant("recurrent", np.stack([one.recurrent_kernel.T for one in directions])),
        graph.constant("bias", np.stack(biases)),
        "lengths",
    ]
    attributes = {
        "hidden_size": spec.units,
        "direction": "bidirectional" if spec.bidirectional else "forward",
    } | ({"linear_before_reset": 1} if spec.cell == "gru" else {})
    _, last = graph.add_all(spec.cell.upper(), 2, *inputs, **attributes)
    width = graph.constant("width", np.array([0, spec.units * len(directions)], np.int64))
    y = graph.add("Reshape", graph.add("Transpose", last, perm=[1, 0, 2]), width)
    return graph.model({"words": ["batch", "steps"], "lengths": ["batch"]}, y)


class EncoderGraph(Graph):
    def __init__(self, spec: Encoder, weights: Weights) -> None:
        super().__init__()
        self.spec = spec
        self.weights = weights

    def weight(self, name: str) -> str:
        return self.constant(name, self.weights[name])

    def fused(self, kind: str, outputs: int, *inputs: str, **attributes: Any) -> list[str]:
        return self.add_all(kind, outputs, *inputs, domain=FUSED, **attributes)

    def make(self) -> onnx.ModelProto:
        kept = self.add("Sign", "words")
        x, lengths = self.embed(kept)
        for block in range(self.spec.blocks):
            x = self.feed_forward(self.attend(x, lengths, block), block)
        return self.model({"words": ["batch", "steps"]}, self.mean(x, kept))

    def embed(self, kept: str) -> list[str]:
        tables = self.weight("embedding/embeddings"), self.weight("positions_embedding/embeddings")
        norm = self.weight("norm/gamma"), self.weight("norm/beta")
        inputs = ("words", "", *tables, "", *norm, kept)
        return self.fused("EmbedLayerNormalization", 2, *inputs, epsilon=self.spec.epsilon)

    def skip_norm(self, y: str, x: str, name: str, bias: str) -> str:
        norm = self.weight(f"{name}/gamma"), self.weight(f"{name}/beta")
        return self.fused(
            "SkipLayerNormalization", 1, y, x, *norm, bias, epsilon=self.spec.epsilon
        )[0]

    def attend(self, x: str, lengths: str, block: int) -> str:
        kernel, bias = joined_projections(self.spec, self.weights, block)
        projections = self.constant(f"{block}_in", kernel), self.constant(f"{block}_in_bias", bias)
        [heads] = self.fused("Attention", 1, x, *projections, lengths, num_heads=self.spec.heads)
        kernel, bias = output_projection(self.spec, self.weights, block)
        y = self.add("MatMul", heads, self.constant(f"{block}_out", kernel))
        name = f"{block}_attention_norm"
        return self.skip_norm(y, x, name, self.constant(f"{block}_out_bias", bias))

    def feed_forward(self, x: str, block: int) -> str:
        inner = self.add("MatMul", x, self.weight(f"{block}_inner/kernel"))
        [inner] = self.fused("BiasGelu", 1, inner, self.weight(f"{block}_inner/bias"))
        y = self.add("MatMul", inner, self.weight(f"{block}_outer/kernel"))
        return self.skip_norm(y, x, f"{block}_norm", self.weight(f"{block}_outer/bias"))

    def mean(self, x: str, kept: str) -> str:
        steps = self.constant("steps", np.array([1], np.int64))
        features = self.constant("features", np.array([2], np.int64))
        words = self.add("Cast", self.add("Unsqueeze", kept, features), to=TensorProto.FLOAT)
        total = self.add("ReduceSum", self.add("Mul", x, words), steps, keepdims=0)
        return self.add("Div", total, self.add("ReduceSum", words, steps, keepdims=0))
