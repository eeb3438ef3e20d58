"""Layers that take several tensors: merging and attention."""

from collections.abc import Callable
from functools import partial
from typing import Any

from keras import layers

from ..experiment import Argument, Experiment
from ..patterns import several
from ..weights import normal
from .entry import HOLES, OTHER, Entry, entry, trial

PAIR = several((3, 5, 4), (3, 5, 4))
BOTH = (HOLES, OTHER)
ANY = "a step counts if any input keeps it"
OTHER_COUNTS = f"where one is masked the other counts; {ANY}"


def _merge(name: str, words: str = "", *more: Experiment, **config: Any) -> Entry:
    make = partial(getattr(layers, name), **config)
    one_masked = trial(make, PAIR, (HOLES,), when="only the first has a mask")
    return entry(trial(make, PAIR, BOTH), one_masked, *more, words=words)


MERGING = {
    **{name: _merge(name, ANY) for name in ("Add", "Average", "Subtract")},
    **{name: _merge(name, OTHER_COUNTS) for name in ("Maximum", "Minimum", "Multiply")},
    "Concatenate": _merge(
        "Concatenate",
        f"{ANY}; one without a mask keeps all",
        trial(partial(layers.Concatenate, axis=1), PAIR, BOTH, when="`axis=1`: masks end to end"),
    ),
    "Dot": _merge("Dot", axes=2),
}

QUERY, VALUE = normal("query", 3, 5, 4), normal("value", 3, 5, 4)
LISTED = (Argument("inputs", (QUERY, VALUE), is_list=True),)
NAMED = (Argument("query", (QUERY,)), Argument("value", (VALUE,)))
HIDES = "hides masked values; hands on the query's mask"


def _attention(
    make: Callable[..., layers.Layer],
    arguments: tuple[Argument, ...],
    words: str,
    *more: Experiment,
) -> Entry:
    value_masked = trial(make, arguments, (None, HOLES), when="only the value has a mask")
    return entry(trial(make, arguments, BOTH), value_masked, *more, words=words)


def _heads(make: Callable[..., layers.Layer]) -> Entry:
    explicit = {"query_mask": HOLES}
    by_hand = trial(make, NAMED, when="`query_mask=` in the call", explicit=explicit)
    return _attention(make, NAMED, HIDES, by_hand)


ATTENTION = {
    **{
        layer.__name__: _attention(layer, LISTED, f"{HIDES}; masked queries give 0")
        for layer in (layers.Attention, layers.AdditiveAttention)
    },
    "MultiHeadAttention": _heads(partial(layers.MultiHeadAttention, 2, 3)),
    "GroupQueryAttention": _heads(partial(layers.GroupQueryAttention, 3, 4, 2)),
}

ENTRIES: dict[str, Entry] = MERGING | ATTENTION
