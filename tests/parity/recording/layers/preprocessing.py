"""Rescaling, Normalization."""

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
from keras import layers

from ..experiment import Argument, Case, Experiment
from ..patterns import cases, mask, one, sequences
from ..weights import normal

BOTH = ("mean", "lstm")
FEW = cases(("none", "holes"))
ROWS = (Case("none"), Case("row_mask", (mask("101")[0],)))
NUMBERS = sequences()
INTEGERS = one("inputs", np.arange(60, dtype="int32").reshape(3, 5, 4) % 11)
VECTORS = one("inputs", normal("preprocessing vectors", 3, 4))
RANK_4 = one("inputs", normal("preprocessing rank 4", 3, 5, 2, 4))


def _each(
    layer: Callable[..., layers.Layer],
    arguments: tuple[Argument, ...],
    tried: tuple[Case, ...],
    **configs: dict[str, Any],
) -> list[Experiment]:
    """One experiment for each configuration."""
    return [
        Experiment(name, partial(layer, **config), arguments, tried)
        for name, config in configs.items()
    ]


def rescaling() -> list[Experiment]:
    layer = layers.Rescaling
    return [
        Experiment("plain", partial(layer, 1 / 255), NUMBERS, cases(), BOTH),
        *_each(layer, NUMBERS, FEW, offset={"scale": 2, "offset": -1.5}),
        *_each(layer, NUMBERS, FEW, list={"scale": [1.0, 2.0, 3.0, 0.5], "offset": [1, 0, 0, -1]}),
        *_each(layer, NUMBERS, FEW, array={"scale": np.float32([[2], [1], [0], [-1], [3]])}),
        *_each(layer, INTEGERS, FEW, integers={"scale": 0.5, "offset": 1}),
        *_each(layer, VECTORS, ROWS, vectors={"scale": 0.1}),
        *_each(layer, one("inputs", normal("scalars", 3)), ROWS, wider={"scale": [[1], [2]]}),
    ]


def normalization() -> list[Experiment]:
    layer = layers.Normalization
    grid = {"mean": [[1, 2, 3, 4], [0, 1, 0, -1]], "variance": [[1, 2, 3, 4], [4, 0.25, 0, 1]]}
    return [
        Experiment("adapted", layer, NUMBERS, cases(), BOTH),
        *_each(
            layer,
            NUMBERS,
            FEW,
            all={"axis": None},
            steps={"axis": 1},
            steps_and_features={"axis": [-1, 1]},
            back={"invert": True},
            number={"mean": 3, "variance": 2.0},
            one_number={"axis": None, "mean": 3.5, "variance": 0.5},
            vector={"mean": [1, 2, 3, 4], "variance": [1, 0.5, 0, 4]},
            vector_back={"mean": [1, 2, 3, 4], "variance": [1, 0.5, 0, 4], "invert": True},
            vector_of_one={"mean": [1.5], "variance": [2]},
            fewer_axes={"axis": (1, 2), "mean": [1, 2, 3, 4], "variance": [1, 2, 3, 4]},
        ),
        *_each(layer, RANK_4, cases(("none", "right")), grid={"axis": (3, 2), **grid}),
        *_each(layer, RANK_4, cases(("none", "right")), rank_4={"axis": (2, -1)}),
        *_each(layer, INTEGERS, FEW, integers={}),
        *_each(layer, VECTORS, ROWS, vectors={}),
    ]


EXPERIMENTS = {
    "rescaling": rescaling,
    "normalization": normalization,
}
