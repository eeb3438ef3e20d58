"""LSTM, GRU, SimpleRNN."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import numpy as np
from keras import layers

from ..experiment import Argument, Case, Experiment
from ..patterns import BATCH, INT_MASK, MASKS, cases, mask, sequences
from ..weights import normal

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


EXPERIMENTS = {"lstm": lstm, "gru": gru, "simple_rnn": simple_rnn}
