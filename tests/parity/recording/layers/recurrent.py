"""LSTM, GRU, SimpleRNN, their cells, RNN of one cell or several, and ConvLSTM1D."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np
from keras import layers

from ..experiment import Argument, Case, Experiment
from ..patterns import BATCH, FEATURES, INT_MASK, MASKS, cases, mask, one, sequences
from ..weights import normal
from .own_cells import MinimalRNNCell, ProjectedCell

UNITS = 3
BOTH = ("mean", "lstm")
FEW = ("none", "right", "left", "holes", "one_row_masked")


def recurrent(
    layer: Callable[..., layers.RNN], states: int, own: Mapping[str, Mapping[str, Any]]
) -> list[Experiment]:
    """The experiments on a recurrent layer with so many states; `own` are its own variants, by name."""
    x = sequences("sequences")

    def variant(
        name: str,
        masks: tuple[str, ...] = FEW,
        consumers: tuple[str, ...] = ("mean",),
        **config: Any,
    ) -> Experiment:
        return Experiment(name, partial(layer, UNITS, **config), x, cases(masks), consumers)

    found = [
        variant("last", ("none", *MASKS)),
        variant("sequences", ("none", *MASKS), BOTH, return_sequences=True),
        variant("last_zero_output", return_sequences=False, zero_output_for_mask=True),
        variant(
            "sequences_zero_output",
            consumers=BOTH,
            return_sequences=True,
            zero_output_for_mask=True,
        ),
        variant("last_and_state", return_state=True),
        variant("sequences_and_state", return_sequences=True, return_state=True),
        variant("backwards", go_backwards=True),
        variant("backwards_sequences", consumers=BOTH, go_backwards=True, return_sequences=True),
        variant(
            "backwards_sequences_and_state",
            go_backwards=True,
            return_sequences=True,
            return_state=True,
        ),
        variant("unroll", return_sequences=True, unroll=True),
        variant("unroll_last", unroll=True),
        variant("unroll_last_zero_output", unroll=True, zero_output_for_mask=True),
        variant(
            "unroll_sequences_zero_output",
            return_sequences=True,
            unroll=True,
            zero_output_for_mask=True,
        ),
        variant(
            "unroll_backwards_last_zero_output",
            go_backwards=True,
            unroll=True,
            zero_output_for_mask=True,
        ),
        variant(
            "unroll_backwards_zero_output",
            ("none", *MASKS),
            BOTH,
            go_backwards=True,
            return_sequences=True,
            return_state=True,
            unroll=True,
            zero_output_for_mask=True,
        ),
        variant("no_bias", return_sequences=True, use_bias=False),
    ]
    found += [
        variant(name, ("none", "holes"), return_sequences=True, **config)
        for name, config in own.items()
    ]
    return found + _with_initial_state(layer, states) + _mask_forms(layer) + [_stateful(layer)]


def _with_initial_state(layer: Callable[..., layers.RNN], states: int) -> list[Experiment]:
    initial = tuple(normal(f"initial state {i}", BATCH, UNITS) for i in range(states))
    arguments = (*sequences("sequences"), Argument("initial_state", initial, is_list=states > 1))
    made = partial(layer, UNITS, return_sequences=True, return_state=True)
    explicit = tuple(
        Case(f"explicit_{name}", explicit={"mask": MASKS[name]}) for name in ("right", "left")
    )
    return [
        Experiment("initial_state", made, arguments, (*cases(("none", *MASKS)), *explicit), BOTH),
        Experiment(
            "initial_state_last", partial(layer, UNITS), arguments, (*cases(FEW), *explicit)
        ),
    ]


def _mask_forms(layer: Callable[..., layers.RNN]) -> list[Experiment]:
    """Masks passed as an argument, of other dtypes and ranks."""
    carried, other = MASKS["holes"], MASKS["right"]
    forms = (
        Case("explicit", explicit={"mask": other}),
        Case("explicit_beats_carried", (carried,), {"mask": other}),
        Case("explicit_none_changes_nothing", (carried,), {"mask": None}),
        Case("int_mask", (INT_MASK,)),
        Case("float_mask", (np.float32(0.3) * carried,)),
        Case("one_row_for_all", (carried[:1],)),
    )
    column = (Case("column_mask", (carried[..., None],)),)
    made = partial(layer, UNITS, return_sequences=True)
    backwards = partial(made, go_backwards=True, unroll=True, zero_output_for_mask=True)
    return [
        Experiment("mask_forms", made, sequences("sequences"), forms),
        Experiment("mask_column", made, sequences("sequences"), column, ()),
        Experiment("mask_forms_unroll_backwards", backwards, sequences("sequences"), forms),
        Experiment("mask_column_unroll_backwards", backwards, sequences("sequences"), column, ()),
    ]


def _stateful(layer: Callable[..., layers.RNN]) -> Experiment:
    calls = (
        Case("first", (mask("11100", "11111", "00000"),)),
        Case("second", (mask("11000", "00011", "11111"),), continues=True),
        Case("third", continues=True),
    )
    made = partial(layer, UNITS, return_sequences=True, return_state=True, stateful=True)
    return Experiment("stateful", made, sequences("sequences"), calls, fixed_batch=True)


def lstm() -> list[Experiment]:
    return recurrent(
        layers.LSTM,
        2,
        {
            "relu_hard_sigmoid": {"activation": "relu", "recurrent_activation": "hard_sigmoid"},
            "no_forget_bias": {"unit_forget_bias": False},
        },
    )


def gru() -> list[Experiment]:
    found = recurrent(
        layers.GRU,
        1,
        {"relu_hard_sigmoid": {"activation": "relu", "recurrent_activation": "hard_sigmoid"}},
    )
    before = recurrent(partial(layers.GRU, reset_after=False), 1, {})
    chosen = {
        "last",
        "sequences",
        "sequences_and_state",
        "backwards_sequences",
        "no_bias",
        "initial_state",
    }
    return found + [
        Experiment(f"reset_before_{e.name}", e.make, e.arguments, e.cases, e.consumers)
        for e in before
        if e.name in chosen
    ]


def simple_rnn() -> list[Experiment]:
    return recurrent(
        layers.SimpleRNN, 1, {"relu": {"activation": "relu"}, "sigmoid": {"activation": "sigmoid"}}
    )


def cell(made: Callable[..., layers.Layer], *states: int) -> list[Experiment]:
    """One step of a cell with so many units in each of its states."""
    before = tuple(normal(f"cell state {i}", BATCH, units) for i, units in enumerate(states))
    arguments = (
        *one("inputs", normal("cell inputs", BATCH, FEATURES)),
        Argument("states", before, is_list=True),
    )
    carried = Case("mask_ends_here", (np.array([True, False, True]),))
    return [Experiment("step", made, arguments, (Case("none"), carried))]


def lstm_cell() -> list[Experiment]:
    return cell(partial(layers.LSTMCell, UNITS), UNITS, UNITS)


def gru_cell() -> list[Experiment]:
    return [
        *cell(partial(layers.GRUCell, UNITS, activation="relu"), UNITS),
        *(
            Experiment(f"reset_before_{e.name}", e.make, e.arguments, e.cases)
            for e in cell(partial(layers.GRUCell, UNITS, reset_after=False), UNITS)
        ),
    ]


def simple_rnn_cell() -> list[Experiment]:
    return cell(partial(layers.SimpleRNNCell, UNITS, use_bias=False), UNITS)


def stacked_rnn_cells() -> list[Experiment]:
    def made(name: str) -> layers.Layer:
        cells = [layers.GRUCell(2), layers.SimpleRNNCell(UNITS), layers.GRUCell(UNITS)]
        return layers.StackedRNNCells(cells, name=name)

    return cell(made, 2, UNITS, UNITS)


def rnn() -> list[Experiment]:
    built_in: dict[str, tuple[Callable, int]] = {
        "lstm_cell": (layers.LSTMCell, 2),
        "gru_cell": (layers.GRUCell, 1),
        "simple_rnn_cell": (layers.SimpleRNNCell, 1),
    }
    few = {
        "sequences",
        "last_and_state",
        "backwards_sequences",
        "unroll_backwards_zero_output",
        "no_bias",
        "initial_state",
        "mask_forms",
        "stateful",
    }
    found = [
        _named(f"{name}_{e.name}", e)
        for name, (made, states) in built_in.items()
        for e in recurrent(partial(_rnn, [made]), states, {})
        if e.name in few
    ]
    found += _stacks()
    x = sequences("sequences")
    by_feature = (Case("mask_by_feature", (normal("mask", BATCH, 5, UNITS) > -0.3,)),)
    return [
        *found,
        *(_named(f"own_{e.name}", e) for e in recurrent(partial(_rnn, [MinimalRNNCell]), 1, {})),
        Experiment(
            "own_mask_by_feature",
            partial(_rnn, [MinimalRNNCell], UNITS, return_sequences=True),
            x,
            by_feature,
            (),
        ),
        *(
            Experiment(
                f"projected{name}", partial(_rnn, [ProjectedCell], UNITS, **config), x, cases()
            )
            for name, config in {
                "": {},
                "_sequences_and_states": {"return_sequences": True, "return_state": True},
                "_backwards": {"return_sequences": True, "go_backwards": True},
            }.items()
        ),
    ]


def _stacks() -> list[Experiment]:
    """Two cells in a stack: both built in, or one of them of our own."""
    with_lstm = {"lstm_gru": [layers.LSTMCell, layers.GRUCell]}
    plain = {
        "gru_simple": [layers.GRUCell, layers.SimpleRNNCell],
        "gru_own": [layers.GRUCell, MinimalRNNCell],
    }
    found = []
    for name, cells in (with_lstm | plain).items():
        # Keras nests the states of an LSTM in a stack; the files name them one by one. It cannot
        # reset the states of any stack.
        states = 2 if name in plain else 0
        made = partial(_rnn, cells)
        found += [
            _named(f"{name}_{e.name}", e)
            for e in recurrent(made, states, {})
            if e.name != "stateful" and (states or "initial_state" not in e.name)
        ]
    by_feature = (Case("mask_by_feature", (normal("mask", BATCH, 5, UNITS) > -0.3,)),)
    return found + [
        Experiment(
            "gru_simple_mask_by_feature",
            partial(_rnn, plain["gru_simple"], UNITS, return_sequences=True),
            sequences("sequences"),
            by_feature,
            (),
        )
    ]


def _rnn(
    cells: list[Callable[..., layers.Layer]],
    units: int,
    name: str,
    use_bias: bool = True,
    **config: Any,
) -> layers.RNN:
    bias = {} if use_bias else {"use_bias": False}
    made = [
        each(units, **({} if each in (MinimalRNNCell, ProjectedCell) else bias)) for each in cells
    ]
    return layers.RNN(made if len(made) > 1 else made[0], name=name, **config)


def conv_lstm1d() -> list[Experiment]:
    x = one("sequences", normal("sequences of rows", BATCH, 5, 4, 2))
    made = partial(layers.ConvLSTM1D, UNITS, kernel_size=2, padding="same")
    both = {"return_sequences": True, "return_state": True}
    zero = {"unroll": True, "zero_output_for_mask": True}
    backwards = {"go_backwards": True, "return_sequences": True}
    variants: dict[str, dict[str, Any]] = {
        "last_zero_output": {"zero_output_for_mask": True},
        "sequences_zero_output": {"return_sequences": True, "zero_output_for_mask": True},
        "last_and_state": {"return_state": True},
        "sequences_and_state": both,
        "backwards": {"go_backwards": True},
        "backwards_sequences_and_state": {"go_backwards": True, **both},
        "unroll_sequences": {"return_sequences": True, "unroll": True},
        "unroll_backwards_zero_output": {**backwards, **zero},
    }
    own: dict[str, dict[str, Any]] = {
        "valid": {"padding": "valid"},
        "kernel_3": {"kernel_size": 3},
        "strides": {"strides": 2},
        "strides_valid": {"strides": 2, "padding": "valid"},
        "dilation": {"dilation_rate": 2},
        "dilation_valid": {"dilation_rate": 2, "padding": "valid"},
        "no_bias": {"use_bias": False},
        "no_forget_bias": {"unit_forget_bias": False},
        "relu_hard_sigmoid": {"activation": "relu", "recurrent_activation": "hard_sigmoid"},
    }
    initial = tuple(normal(f"initial rows {i}", BATCH, 4, UNITS) for i in range(2))
    with_state = (*x, Argument("initial_state", initial, is_list=True))
    explicit = Case("explicit_right", explicit={"mask": MASKS["right"]})
    forms = (
        explicit,
        Case("explicit_beats_carried", (MASKS["holes"],), {"mask": MASKS["right"]}),
        Case("explicit_none_changes_nothing", (MASKS["holes"],), {"mask": None}),
        Case("int_mask", (INT_MASK,)),
        Case("column_mask", (MASKS["holes"][..., None],)),
    )
    few = cases(FEW)
    stateful = _stateful(lambda units, **config: made(**config))
    return [
        Experiment("last", made, x, (*cases(), *forms)),
        Experiment("sequences", partial(made, return_sequences=True), x, (*cases(), *forms)),
        Experiment("backwards_sequences", partial(made, **backwards), x, (*cases(), *forms)),
        *(Experiment(name, partial(made, **config), x, few) for name, config in variants.items()),
        *(
            Experiment(name, partial(made, return_sequences=True, **config), x, few[:2])
            for name, config in own.items()
        ),
        Experiment("initial_state", partial(made, **both), with_state, (*cases(), explicit)),
        Experiment("stateful", stateful.make, x, stateful.cases, fixed_batch=True),
    ]


def _named(name: str, e: Experiment) -> Experiment:
    return replace(e, name=name)


EXPERIMENTS = {
    "lstm": lstm,
    "gru": gru,
    "simple_rnn": simple_rnn,
    "lstm_cell": lstm_cell,
    "gru_cell": gru_cell,
    "simple_rnn_cell": simple_rnn_cell,
    "stacked_rnn_cells": stacked_rnn_cells,
    "rnn": rnn,
    "conv_lstm1d": conv_lstm1d,
}
