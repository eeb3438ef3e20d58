"""Flatten, Reshape, Permute, RepeatVector, Cropping1D, ZeroPadding1D, UpSampling1D."""

from collections.abc import Callable
from functools import partial

import numpy as np
from keras import layers

from ..experiment import Argument, Case, Experiment
from ..patterns import FEATURES, cases, mask, one, sequences
from ..weights import normal

ROWS = (Case("none"), Case("row_mask", (mask("101")[0],)))
VECTORS = one("inputs", normal("vectors", 3, 4))
NO_STEPS = one("inputs", np.zeros((3, 0, FEATURES), "float32"))
NUMBERS = one("inputs", np.arange(30, dtype="int32").reshape(3, 5, 2))
RANK_4 = one("inputs", normal("reshaping rank 4", 3, 5, 2, 4))


def _on(
    arguments: tuple[Argument, ...], tried: tuple[Case, ...], **makes: Callable
) -> list[Experiment]:
    return [Experiment(name, make, arguments, tried) for name, make in makes.items()]


def flatten() -> list[Experiment]:
    return [
        *_on(
            sequences(),
            cases(),
            plain=layers.Flatten,
            first=partial(layers.Flatten, data_format="channels_first"),
        ),
        *_on(VECTORS, ROWS, vectors=layers.Flatten),
        *_on(one("inputs", normal("scalars", 3)), (Case("none"),), scalars=layers.Flatten),
        *_on(RANK_4, cases(), rank_4=layers.Flatten),
    ]


def reshape() -> list[Experiment]:
    def to(*shape: int) -> Callable:
        return partial(layers.Reshape, shape)

    return _on(
        sequences(),
        cases(),
        same=to(5, 4),
        vector=to(20),
        steps=to(-1, 2),
        rank_4=to(5, 2, -1),
        open=to(-1),
    )


def permute() -> list[Experiment]:
    swap, same = partial(layers.Permute, (2, 1)), partial(layers.Permute, (1, 2))
    turn = partial(layers.Permute, (3, 1, 2))
    return [
        *_on(sequences(), cases(), swap=swap, same=same),
        *_on(RANK_4, cases(), turn=turn),
    ]


def repeat_vector() -> list[Experiment]:
    return _on(
        VECTORS, ROWS, once=partial(layers.RepeatVector, 1), thrice=partial(layers.RepeatVector, 3)
    )


def cropping1d() -> list[Experiment]:
    def by(cropping: int | tuple[int, int]) -> Callable:
        return partial(layers.Cropping1D, cropping)

    few = cases(("none", "right", "all_masked"))
    return [
        *_on(sequences(), cases(), plain=layers.Cropping1D),
        *_on(sequences(), few, before=by((2, 0)), behind=by((0, 3)), nothing=by(0)),
        *_on(sequences(), few, one_left=by(2)),
        *_on(NUMBERS, (Case("none"),), numbers=by(1)),
    ]


def zero_padding1d() -> list[Experiment]:
    def by(padding: int | tuple[int, int], **config: str) -> Callable:
        return partial(layers.ZeroPadding1D, padding, **config)

    few = cases(("none", "right", "all_masked"))
    return [
        *_on(sequences(), cases(), plain=layers.ZeroPadding1D),
        *_on(sequences(), few, before=by((2, 0)), behind=by((0, 3)), nothing=by(0)),
        *_on(sequences(), few, first=by((1, 2), data_format="channels_first")),
        *_on(NUMBERS, (Case("none"),), numbers=by(1)),
        *_on(NO_STEPS, (Case("none"),), no_steps=by(1)),
    ]


def up_sampling1d() -> list[Experiment]:
    layer = layers.UpSampling1D
    return [
        *_on(sequences(), cases(), twice=layer, thrice=partial(layer, 3), once=partial(layer, 1)),
        *_on(NUMBERS, (Case("none"),), numbers=layer),
        *_on(NO_STEPS, (Case("none"),), no_steps=layer),
    ]


EXPERIMENTS = {
    "flatten": flatten,
    "reshape": reshape,
    "permute": permute,
    "repeat_vector": repeat_vector,
    "cropping1d": cropping1d,
    "zero_padding1d": zero_padding1d,
    "up_sampling1d": up_sampling1d,
}
