"""LayerNormalization, BatchNormalization."""

from collections.abc import Callable
from functools import partial
from typing import Any

from keras import layers

from ..experiment import Case, Experiment
from ..patterns import cases, mask, one, sequences
from ..weights import normal

BOTH = ("mean", "lstm")


def _variants(
    layer: Callable[..., layers.Layer], variants: dict[str, dict[str, Any]]
) -> list[Experiment]:
    row_mask = (Case("none"), Case("row_mask", (mask("101")[0],)))
    return [
        Experiment("plain", layer, sequences(), cases(), BOTH),
        *(
            Experiment(name, partial(layer, **config), sequences(), cases(("none", "holes")))
            for name, config in variants.items()
        ),
        Experiment("rank_2", layer, one("inputs", normal("normalization rank 2", 3, 4)), row_mask),
        Experiment(
            "rank_4",
            layer,
            one("inputs", normal("normalization rank 4", 3, 5, 2, 4)),
            cases(("none", "right")),
        ),
    ]


def layer_normalization() -> list[Experiment]:
    return _variants(
        layers.LayerNormalization,
        {
            "axis_1": {"axis": 1},
            "axes_1_2": {"axis": [1, 2]},
            "axes_from_the_end": {"axis": [-2, -1]},
            "no_center": {"center": False},
            "no_scale": {"scale": False},
            "neither": {"center": False, "scale": False},
            "epsilon": {"epsilon": 0.1},
        },
    )


def batch_normalization() -> list[Experiment]:
    return _variants(
        layers.BatchNormalization,
        {
            "axis_1": {"axis": 1},
            "no_center": {"center": False},
            "no_scale": {"scale": False},
            "neither": {"center": False, "scale": False},
            "epsilon": {"epsilon": 0.1},
        },
    )


EXPERIMENTS = {
    "layer_normalization": layer_normalization,
    "batch_normalization": batch_normalization,
}
