"""Pooling over all steps, over windows, and into a given number of windows."""

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
from keras import layers

from ..experiment import Argument, Case, Experiment
from ..patterns import FEATURES, INT_MASK, MASKS, cases, mask, one, sequences


def channels_first() -> tuple[Argument, ...]:
    """The usual sequences as (batch, features, steps)."""
    return one("inputs", np.ascontiguousarray(sequences()[0].tensors[0].transpose(0, 2, 1)))


def global_average_pooling1d() -> list[Experiment]:
    layer = layers.GlobalAveragePooling1D
    nan = sequences()[0].tensors[0].copy()
    nan[~MASKS["holes"]] = np.nan
    forms = (
        Case("int_mask", (INT_MASK,)),
        Case("float_mask", (np.float32(0.3) * MASKS["holes"],)),
        Case("explicit", explicit={"mask": MASKS["right"]}),
        Case("explicit_beats_carried", (MASKS["left"],), {"mask": MASKS["right"]}),
        Case("explicit_none_changes_nothing", (MASKS["left"],), {"mask": None}),
        Case("one_row_for_all", (MASKS["holes"][:1],)),
        Case("one_step_for_all", explicit={"mask": mask("1", "0", "1")}),
        Case("one_entry_for_all", explicit={"mask": mask("1")}),
    )
    return [
        Experiment("plain", layer, sequences(), (*cases(), *forms)),
        Experiment(
            "keepdims", partial(layer, keepdims=True), sequences(), (*cases(), forms[-2])
        ),
        Experiment(
            "channels_first",
            partial(layer, data_format="channels_first"),
            channels_first(),
            (*cases(), forms[-2]),
        ),
        Experiment(
            "channels_first_keepdims",
            partial(layer, data_format="channels_first", keepdims=True),
            channels_first(),
            cases(("none", "right")),
        ),
        Experiment("nan_under_the_mask", layer, one("inputs", nan), cases(("holes",))),
        Experiment(
            "no_steps", layer, one("inputs", np.zeros((3, 0, FEATURES), "float32")), (Case("none"),)
        ),
    ]


def global_max_pooling1d() -> list[Experiment]:
    layer = layers.GlobalMaxPooling1D
    return [
        Experiment("plain", layer, sequences(), cases()),
        Experiment(
            "keepdims", partial(layer, keepdims=True), sequences(), cases(("none", "right"))
        ),
        Experiment(
            "channels_first",
            partial(layer, data_format="channels_first"),
            channels_first(),
            cases(("none", "right")),
        ),
    ]


def _with_nan() -> tuple[Argument, ...]:
    """A row with NaN at one step, one with NaN at two, one of nothing but NaN; and minus infinity."""
    x = sequences()[0].tensors[0].copy()
    x[0, 1] = x[1, :2] = x[2] = np.nan
    x[1, 2:4] = -np.inf
    return one("inputs", x)


def _windows(kind: Callable[..., layers.Layer]) -> list[Experiment]:
    layer = partial(kind, pool_size=2)
    variants: dict[str, dict[str, Any]] = {
        "same": {"padding": "same"},
        "one_step": {"pool_size": 1},
        "all_steps": {"pool_size": 5},
        "wider_than_all_same": {"pool_size": 6, "padding": "same"},
        "overlapping": {"pool_size": 3, "strides": 1},
        "overlapping_same": {"pool_size": 4, "strides": 1, "padding": "same"},
        "strides_same": {"pool_size": 3, "strides": 2, "padding": "same"},
        "apart": {"pool_size": 2, "strides": 3},
        "apart_same": {"pool_size": 1, "strides": 3, "padding": "same"},
    }
    first = {"data_format": "channels_first"}
    few = cases(("none", "right"))
    return [
        Experiment("plain", layer, sequences(), cases(), ("mean", "lstm")),
        *(Experiment(n, partial(layer, **v), sequences(), few) for n, v in variants.items()),
        Experiment("channels_first", partial(layer, **first), channels_first(), few),
        Experiment(
            "channels_first_same",
            partial(layer, pool_size=3, strides=2, padding="same", **first),
            channels_first(),
            few,
        ),
        Experiment(
            "no_steps_same", partial(layer, padding="same"), sequences(steps=0), (Case("none"),)
        ),
    ]


def max_pooling1d() -> list[Experiment]:
    numbers = one("inputs", np.arange(30, dtype="int32").reshape(3, 5, 2) - 20)
    same = partial(layers.MaxPooling1D, 3, 1, padding="same")
    return [
        *_windows(layers.MaxPooling1D),
        Experiment("numbers", same, numbers, (Case("none"),), ()),
        Experiment("nan", partial(layers.MaxPooling1D, 2), _with_nan(), (Case("none"),), ()),
        Experiment("nan_same", same, _with_nan(), (Case("none"),), ()),
    ]


def average_pooling1d() -> list[Experiment]:
    return _windows(layers.AveragePooling1D)


def _adaptive(layer: Callable[..., layers.Layer]) -> list[Experiment]:
    few = cases(("none", "right"))
    first = {"data_format": "channels_first"}
    return [
        Experiment("two", partial(layer, 2), sequences(), cases(), ("mean", "lstm")),
        *(Experiment(f"to_{n}", partial(layer, n), sequences(), few) for n in (1, 3, 4, 5, 7, 10)),
        *(
            Experiment(f"of_{n}_to_4", partial(layer, 4), sequences(steps=n), (Case("none"),))
            for n in (1, 8, 11, 13)
        ),
        Experiment("in_a_tuple", partial(layer, (3,)), sequences(), few),
        Experiment("channels_first", partial(layer, 3, **first), channels_first(), few),
    ]


def adaptive_average_pooling1d() -> list[Experiment]:
    return _adaptive(layers.AdaptiveAveragePooling1D)


def adaptive_max_pooling1d() -> list[Experiment]:
    layer = layers.AdaptiveMaxPooling1D
    return [*_adaptive(layer), Experiment("nan", partial(layer, 3), _with_nan(), (Case("none"),), ())]


EXPERIMENTS = {
    "global_average_pooling1d": global_average_pooling1d,
    "global_max_pooling1d": global_max_pooling1d,
    "max_pooling1d": max_pooling1d,
    "average_pooling1d": average_pooling1d,
    "adaptive_average_pooling1d": adaptive_average_pooling1d,
    "adaptive_max_pooling1d": adaptive_max_pooling1d,
}
