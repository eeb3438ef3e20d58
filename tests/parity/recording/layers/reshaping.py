"""Flatten, Reshape, Permute, RepeatVector."""

from collections.abc import Callable
from functools import partial

from keras import layers

from ..experiment import Argument, Case, Experiment
from ..patterns import cases, mask, one, sequences
from ..weights import normal

ROWS = (Case("none"), Case("row_mask", (mask("101")[0],)))
VECTORS = one("inputs", normal("vectors", 3, 4))
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


EXPERIMENTS = {
    "flatten": flatten,
    "reshape": reshape,
    "permute": permute,
    "repeat_vector": repeat_vector,
}
