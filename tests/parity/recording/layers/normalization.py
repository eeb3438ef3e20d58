"""Layer-, Batch-, Group-, RMS-, Unit- and SpectralNormalization."""

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
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


def group_normalization() -> list[Experiment]:
    variants = {
        "groups_1": {"groups": 1},
        "groups_4": {"groups": 4},
        "by_instance": {"groups": -1},
        "axis_1": {"groups": 5, "axis": 1},
        "axis_from_the_end": {"groups": 1, "axis": -2},
        "axis_2": {"axis": 2},
        "no_center": {"center": False},
        "no_scale": {"scale": False},
        "neither": {"center": False, "scale": False},
        "epsilon": {"epsilon": 0.1},
    }
    return _variants(partial(layers.GroupNormalization, groups=2), variants)


def rms_normalization() -> list[Experiment]:
    variants = {
        "axes_1_2": {"axis": [1, 2]},
        "axes_from_the_end": {"axis": [-2, -1]},
        "axes_in_another_order": {"axis": [2, 1]},
        "epsilon": {"epsilon": 0.1},
    }
    return _variants(layers.RMSNormalization, variants)


def unit_normalization() -> list[Experiment]:
    zeros = normal("unit normalization", 3, 5, 4)
    zeros[:, 2:4] = 0
    tiny = one("inputs", normal("unit normalization", 3, 5, 4) * np.float32(1e-16))
    variants: dict[str, dict[str, Any]] = {
        "axis_1": {"axis": 1},
        "axes_1_2": {"axis": [1, 2]},
        "axes_from_the_end": {"axis": [-2, -1]},
    }
    layer = layers.UnitNormalization
    return [
        *_variants(layer, variants),
        Experiment("zeros", layer, one("inputs", zeros), cases(("none", "right"))),
        Experiment("tiny", layer, tiny, (Case("none"),)),
    ]


def spectral_normalization() -> list[Experiment]:
    def around(make: Callable[..., layers.Layer], *args: Any, **config: Any) -> Callable:
        return lambda name: layers.SpectralNormalization(
            make(*args, name="inner", **config), name=name
        )

    few = cases(("none", "right"))
    ids = one("inputs", np.array([[3, 1, 2, 0, 0], [4, 2, 0, 0, 0], [1, 6, 3, 2, 5]], "int32"))
    float_ids = one("inputs", ids[0].tensors[0].astype("float32"))
    embedding = around(layers.Embedding, 7, 4, mask_zero=True)
    return [
        Experiment("dense", around(layers.Dense, 3), sequences(), cases(), BOTH),
        Experiment(
            "power_iterations",
            lambda name: layers.SpectralNormalization(
                layers.Dense(3, name="inner"), power_iterations=3, name=name
            ),
            sequences(),
            few,
        ),
        Experiment("conv1d", around(layers.Conv1D, 2, 3), sequences(), few),
        Experiment("dense_rank_2", around(layers.Dense, 3), one("inputs", normal("v", 3, 4)), few[:1]),
        Experiment("embedding", embedding, ids, (Case("none"),), BOTH),
        Experiment("embedding_of_floats", embedding, float_ids, (Case("none"),), BOTH),
    ]


EXPERIMENTS = {
    "layer_normalization": layer_normalization,
    "batch_normalization": batch_normalization,
    "group_normalization": group_normalization,
    "rms_normalization": rms_normalization,
    "unit_normalization": unit_normalization,
    "spectral_normalization": spectral_normalization,
}
