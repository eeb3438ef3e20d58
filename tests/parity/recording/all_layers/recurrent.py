"""Recurrent layers, their cells, and the wrappers beside them."""

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
from keras import layers

from ..experiment import Argument, Experiment
from ..patterns import BATCH, FEATURES, mask, one
from ..weights import normal
from .entry import HOLES, SEQUENCES, Entry, entry, trial

UNITS = 3
Maker = Callable[..., layers.Layer]


def _recurrent(make: Maker, steps: np.ndarray, *state: int, states: int = 1) -> list[Experiment]:
    """A layer that is made with `return_sequences` and the like; its states have this shape."""
    x = one("sequences", steps)
    initial = tuple(normal(f"initial state {i}", BATCH, *state) for i in range(states))
    start = (*x, Argument("initial_state", initial, is_list=True))
    whole = partial(make, return_sequences=True)
    return [
        trial(make, x),
        trial(whole, x, when="`return_sequences=True`"),
        trial(whole, start, when="`return_sequences=True`, `initial_state=`"),
    ]


def _one_way(make: Maker, steps: np.ndarray, *state: int, states: int = 1) -> Entry:
    backwards = trial(
        partial(make, return_sequences=True, go_backwards=True),
        one("sequences", steps),
        when="`return_sequences=True`, `go_backwards=True`",
    )
    return entry(*_recurrent(make, steps, *state, states=states), backwards, words=SKIPS)


def _both_ways(name: str, **config: Any) -> layers.Layer:
    return layers.Bidirectional(layers.GRU(UNITS, name="gru", **config), name=name)


def _each_step(inner: Maker) -> Maker:
    return lambda name: layers.TimeDistributed(inner(name="inner"), name=name)


def _cell(make: Maker, *units: int) -> Entry:
    before = tuple(normal(f"cell state {i}", BATCH, n) for i, n in enumerate(units))
    x = one("inputs", normal("cell inputs", BATCH, FEATURES))
    arguments = (*x, Argument("states", before, is_list=True))
    step = trial(make, arguments, (mask("101")[0],))
    return entry(step, words="one step; `RNN` applies the mask")


def _stack(name: str) -> layers.Layer:
    return layers.StackedRNNCells([layers.GRUCell(2), layers.SimpleRNNCell(UNITS)], name=name)


STEPS = SEQUENCES[0].tensors[0]
SKIPS = "skips masked steps"
SENTENCES = one("inputs", normal("sequences of sequences", BATCH, 5, 2, 4))


def _picture_loop(axes: int) -> Entry:
    size = (4,) * axes
    make = partial(getattr(layers, f"ConvLSTM{axes}D"), UNITS, kernel_size=2, padding="same")
    steps = normal(f"sequences of {axes}D", BATCH, 5, *size, 2)
    return _one_way(make, steps, *size, UNITS, states=2)


ENTRIES: dict[str, Entry] = {
    "LSTM": _one_way(partial(layers.LSTM, UNITS), STEPS, UNITS, states=2),
    "GRU": _one_way(partial(layers.GRU, UNITS), STEPS, UNITS),
    "SimpleRNN": _one_way(partial(layers.SimpleRNN, UNITS), STEPS, UNITS),
    "RNN": _one_way(lambda **config: layers.RNN(layers.GRUCell(UNITS), **config), STEPS, UNITS),
    "ConvLSTM1D": _picture_loop(1),
    "ConvLSTM2D": _picture_loop(2),
    "ConvLSTM3D": _picture_loop(3),
    "Bidirectional": entry(
        *_recurrent(_both_ways, STEPS, UNITS, states=2), words="skips masked steps both ways"
    ),
    "TimeDistributed": entry(
        trial(_each_step(partial(layers.Dense, 3))),
        trial(
            _each_step(layers.GlobalAveragePooling1D),
            SENTENCES,
            (np.stack([HOLES, HOLES[::-1]], -1),),
            when="around a layer that takes a mask",
        ),
        words="around `Dense`",
    ),
    "GRUCell": _cell(partial(layers.GRUCell, UNITS), UNITS),
    "LSTMCell": _cell(partial(layers.LSTMCell, UNITS), UNITS, UNITS),
    "SimpleRNNCell": _cell(partial(layers.SimpleRNNCell, UNITS), UNITS),
    "StackedRNNCells": _cell(_stack, 2, UNITS),
}
