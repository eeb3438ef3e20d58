"""Add, Subtract, Multiply, Average, Maximum, Minimum, Concatenate, Dot."""

from collections.abc import Callable
from functools import partial

from keras import layers

from ..experiment import Case, Experiment
from ..patterns import BATCH, FEATURES, INT_MASK, MASKS, STEPS, pairs, several

SHAPE = (BATCH, STEPS, FEATURES)
TWO = pairs(
    ("none", (None, None)),
    ("both_right", ("right", "right")),
    ("right_left", ("right", "left")),
    ("holes_right", ("holes", "right")),
    ("first_only", ("holes", None)),
    ("second_only", (None, "holes")),
    ("one_row_masked", ("one_row_masked", "one_row_masked")),
    ("all_masked", ("all_masked", "all_masked")),
    ("all_masked_first", ("all_masked", "right")),
)
INTS = Case("int_masks", (INT_MASK, MASKS["right"].astype("int32")))
THREE = pairs(
    ("none", (None, None, None)),
    ("all", ("right", "left", "holes")),
    ("first_missing", (None, "left", "holes")),
    ("middle_missing", ("right", None, "holes")),
    ("last_missing", ("right", "left", None)),
    ("one_row_masked", ("one_row_masked", "one_row_masked", "right")),
    ("all_masked", ("all_masked", "all_masked", "all_masked")),
)


def elementwise(layer: Callable[..., layers.Layer]) -> list[Experiment]:
    one_step = (BATCH, 1, FEATURES)
    first_step = MASKS["left"][:, :1]
    found = [
        Experiment("two", layer, several(SHAPE, SHAPE), (*TWO, INTS), ("mean", "lstm")),
        Experiment("broadcast_step", layer, several(SHAPE, one_step), _broadcast(first_step)),
        Experiment("broadcast_feature", layer, several(SHAPE, (BATCH, STEPS, 1)), TWO[:3]),
    ]
    found += _ranks(layer)
    if layer is not layers.Subtract:
        found.append(Experiment("three", layer, several(SHAPE, SHAPE, SHAPE), THREE))
    return found


def _ranks(layer: Callable[..., layers.Layer]) -> list[Experiment]:
    """Inputs of fewer axes get axes of size 1 behind the batch."""
    flat, rows = (BATCH, FEATURES), (BATCH, 2, STEPS, FEATURES)
    of_sequence, of_batch = MASKS["holes"], MASKS["holes"][:, 1]
    masked = (
        Case("none"),
        Case("first_only", (of_sequence,)),
        Case("second_only", (None, of_batch)),
    )
    return [
        Experiment("ranks_3_2", layer, several(SHAPE, flat), masked),
        Experiment(
            "ranks_2_3",
            layer,
            several(flat, SHAPE),
            (
                Case("none"),
                Case("first_only", (of_batch,)),
                Case("second_only", (None, of_sequence)),
            ),
        ),
        Experiment("ranks_4_2", layer, several(rows, flat), (Case("none"),)),
        Experiment("ranks_4_3", layer, several(rows, SHAPE), (Case("none"),)),
        Experiment("ranks_3_1", layer, several(SHAPE, (BATCH,)), (Case("none"),)),
    ]


def _broadcast(second) -> tuple[Case, ...]:
    return (
        Case("none"),
        Case("both", (MASKS["right"], second)),
        Case("first_only", (MASKS["right"],)),
        Case("second_only", (None, second)),
    )


def concatenate() -> list[Experiment]:
    narrow, short = (BATCH, STEPS, 2), (BATCH, 2, FEATURES)
    steps = (
        Case("none"),
        Case("both", (MASKS["right"], MASKS["left"][:, :2])),
        Case("first_only", (MASKS["right"],)),
    )
    steps += (
        Case("second_only", (None, MASKS["left"][:, :2])),
        Case("all_masked", (MASKS["all_masked"], MASKS["all_masked"][:, :2])),
    )
    return [
        Experiment(
            "features",
            partial(layers.Concatenate, axis=-1),
            several(SHAPE, narrow),
            (*TWO, INTS),
            ("mean", "lstm"),
        ),
        Experiment(
            "features_2", partial(layers.Concatenate, axis=2), several(SHAPE, narrow), TWO[:3]
        ),
        Experiment(
            "three", partial(layers.Concatenate, axis=-1), several(SHAPE, narrow, SHAPE), THREE
        ),
        Experiment(
            "steps",
            partial(layers.Concatenate, axis=1),
            several(SHAPE, short),
            steps,
            ("mean", "lstm"),
        ),
        Experiment(
            "steps_of_three",
            partial(layers.Concatenate, axis=-2),
            several(SHAPE, SHAPE, SHAPE),
            THREE,
        ),
        Experiment("batch", partial(layers.Concatenate, axis=0), several(SHAPE, SHAPE), TWO),
    ]


def dot() -> list[Experiment]:
    flat, turned = (BATCH, FEATURES), (BATCH, FEATURES, 2)
    rows = (BATCH, 2, FEATURES, STEPS)
    on: dict[str, tuple[tuple[int, ...], tuple[int, ...], int | tuple[int, int]]] = {
        "2_2": (flat, flat, 1),
        "2_2_last": (flat, flat, -1),
        "3_2": (SHAPE, flat, -1),
        "2_3": (flat, SHAPE, (1, 2)),
        "3_3": (SHAPE, SHAPE, 2),
        "3_3_steps": (SHAPE, SHAPE, 1),
        "3_3_two": (SHAPE, turned, (2, 1)),
        "3_3_from_the_end": (SHAPE, turned, (-1, -2)),
        "4_3": (rows, SHAPE, (2, 2)),
        "3_4": (SHAPE, rows, (1, 3)),
        "4_4": (rows, rows, 2),
        "4_2": (rows, flat, (2, 1)),
    }
    found = []
    for name, (a, b, axes) in on.items():
        masked = TWO if name == "3_3" else TWO[:1]
        for normalize in (False, True):
            made = partial(layers.Dot, axes, normalize=normalize)
            label = f"{name}_normalized" if normalize else name
            found.append(Experiment(label, made, several(a, b), masked, ("mean", "lstm")))
    return found


EXPERIMENTS = {
    name: partial(elementwise, getattr(layers, name.capitalize()))
    for name in ("add", "subtract", "multiply", "average", "maximum", "minimum")
} | {"concatenate": concatenate, "dot": dot}
