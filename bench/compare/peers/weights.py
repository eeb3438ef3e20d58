"""The weights of the models in the layouts that libraries want."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bench.compare.models import Encoder, Rnn

Array = NDArray[np.float32]
Weights = dict[str, Array]

GATES_OF_KERAS = {"lstm": "ifco", "gru": "zrh"}


@dataclass(frozen=True)
class Direction:
    """One direction of a recurrent layer; the last axis of each goes over the gates."""

    name: str
    kernel: Array  # (features, gates * units)
    recurrent_kernel: Array  # (units, gates * units)
    bias: Array  # (gates * units)
    recurrent_bias: Array


def reordered(weight: Array, gates: str, wanted: str) -> Array:
    parts = dict(zip(gates, np.split(weight, len(gates), -1), strict=True))
    return np.ascontiguousarray(np.concatenate([parts[gate] for gate in wanted], -1))


def directions_of(spec: Rnn, weights: Weights, gates: dict[str, str]) -> list[Direction]:
    """With the gates in the order in which `gates` names them by cell."""

    def direction(name: str) -> Direction:
        def part(weight: Array) -> Array:
            return reordered(weight, GATES_OF_KERAS[spec.cell], gates[spec.cell])

        bias = weights[f"{name}/bias"]  # a GRU has one of its own for the recurrent product
        biases = bias if bias.ndim == 2 else np.stack([bias, np.zeros_like(bias)])
        kernel, recurrent = weights[f"{name}/kernel"], weights[f"{name}/recurrent_kernel"]
        return Direction(name, part(kernel), part(recurrent), part(biases[0]), part(biases[1]))

    return [direction(name) for name in ("forward", "backward") if f"{name}/kernel" in weights]


def joined_projections(spec: Encoder, weights: Weights, block: int) -> tuple[Array, Array]:
    """Query, key and value of a block as one product: (width, 3 * width) and (3 * width)."""
    parts = [f"{block}_attention/{part}" for part in ("query", "key", "value")]
    kernels = [weights[f"{part}/kernel"].reshape(spec.width, spec.width) for part in parts]
    return np.concatenate(kernels, 1), np.concatenate(
        [weights[f"{part}/bias"].reshape(spec.width) for part in parts]
    )


def output_projection(spec: Encoder, weights: Weights, block: int) -> tuple[Array, Array]:
    """What joins the heads again: (width, width) and (width)."""
    name = f"{block}_attention/attention_output"
    return weights[f"{name}/kernel"].reshape(spec.width, spec.width), weights[f"{name}/bias"]
