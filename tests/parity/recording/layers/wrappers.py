"""Bidirectional, TimeDistributed."""

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
from keras import layers

from ..experiment import Argument, Case, Experiment
from ..patterns import BATCH, INT_MASK, MASKS, cases, one, sequences
from ..weights import normal
from .own_cells import MinimalRNNCell

UNITS = 3
STATES = {layers.LSTM: 2, layers.GRU: 1, layers.SimpleRNN: 1}
MERGES = ("concat", "sum", "mul", "ave", None)


def bidirectional() -> list[Experiment]:
    return [experiment for layer in STATES for experiment in _both_ways(layer)] + _of_cells()


def _of_cells() -> list[Experiment]:
    """Around RNN, with a cell of our own too, and with a layer of its own for each direction."""
    x = sequences("sequences")

    def rnn(*cells: layers.Layer, **config: Any) -> layers.Layer:
        return layers.RNN(list(cells) if len(cells) > 1 else cells[0], name="rnn", **config)

    def stack(**config: Any) -> layers.Layer:
        return rnn(layers.GRUCell(2), layers.SimpleRNNCell(UNITS), **config)

    def made(make: Callable[..., layers.Layer], merge: str | None = "concat", **config: Any):
        return lambda name: layers.Bidirectional(make(**config), merge_mode=merge, name=name)

    def apart(merge: str | None, **config: Any) -> Callable[..., layers.Layer]:
        return lambda name: layers.Bidirectional(
            layers.LSTM(UNITS, name="there", **config),
            merge_mode=merge,
            backward_layer=rnn(
                layers.LSTMCell(UNITS, activation="relu"), go_backwards=True, **config
            ),
            name=name,
        )

    start = tuple(normal(f"initial state {i}", BATCH, n) for i, n in enumerate((2, UNITS) * 2))
    with_start = (*x, Argument("initial_state", start, is_list=True))
    whole = {"return_sequences": True, "return_state": True}
    own = partial(rnn, MinimalRNNCell(UNITS))
    turned = {"return_sequences": True, "go_backwards": True}
    return [
        Experiment(
            "rnn_sequences",
            made(lambda **c: rnn(layers.LSTMCell(UNITS), **c), **whole),
            x,
            cases(),
        ),
        Experiment("rnn_stack_last", made(stack, "mul"), x, cases()),
        Experiment("rnn_stack_none", made(stack, None, **whole), x, cases()),
        Experiment("rnn_stack_initial_state", made(stack, **whole), with_start, cases()),
        Experiment(
            "rnn_stack_unroll", made(stack, return_sequences=True, unroll=True), x, cases()
        ),
        Experiment(
            "rnn_own", made(own, "ave", return_sequences=True), x, cases(), ("mean", "lstm")
        ),
        Experiment("rnn_own_unroll", made(own, return_sequences=True, unroll=True), x, cases()),
        *(
            Experiment(
                f"apart_{str(merge).lower()}", apart(merge, return_sequences=True), x, cases()
            )
            for merge in MERGES
        ),
        Experiment("apart_last_and_state", apart("sum", return_state=True), x, cases()),
        Experiment(
            "turned_round",
            lambda name: layers.Bidirectional(
                layers.LSTM(UNITS, name="from_the_end", **turned),
                backward_layer=layers.LSTM(2, name="from_the_front", return_sequences=True),
                name=name,
            ),
            x,
            cases(),
        ),
    ]


def _both_ways(layer: Callable[..., layers.RNN]) -> list[Experiment]:
    kind = layer.__name__.lower()
    x = sequences("sequences")

    def made(merge: str | None = "concat", **config: Any) -> Callable[..., layers.Layer]:
        return lambda name: layers.Bidirectional(
            layer(UNITS, name=kind, **config), merge_mode=merge, name=name
        )

    found = []
    for merge in MERGES:
        label = str(merge).lower()
        masks = ("none", *MASKS) if merge == "concat" else ("none", "right", "holes")
        consumers = ("mean", "lstm") if merge == "concat" else ("mean",)
        found += [
            Experiment(
                f"{kind}_{label}_sequences",
                made(merge, return_sequences=True),
                x,
                cases(masks),
                consumers,
            ),
            Experiment(f"{kind}_{label}_last", made(merge), x, cases(masks)),
        ]
    few = cases(("none", "left", "one_row_masked"))
    start = tuple(normal(f"initial state {i}", BATCH, UNITS) for i in range(2 * STATES[layer]))
    with_start = (*x, Argument("initial_state", start, is_list=True))
    explicit = Case("explicit_right", explicit={"mask": MASKS["right"]})
    return found + [
        Experiment(f"{kind}_state", made(return_state=True), x, few),
        Experiment(
            f"{kind}_sequences_and_state", made(return_sequences=True, return_state=True), x, few
        ),
        Experiment(
            f"{kind}_none_and_state", made(None, return_sequences=True, return_state=True), x, few
        ),
        Experiment(
            f"{kind}_initial_state", made(return_sequences=True), with_start, (*few, explicit)
        ),
        Experiment(f"{kind}_user_zero_output", made(zero_output_for_mask=True), x, few),
        Experiment(
            f"{kind}_unroll_sequences", made(return_sequences=True, unroll=True), x, cases()
        ),
        Experiment(f"{kind}_unroll_last", made(unroll=True), x, few),
        Experiment(
            f"{kind}_int_mask", made(return_sequences=True), x, (Case("int_mask", (INT_MASK,)),)
        ),
    ]


def time_distributed() -> list[Experiment]:
    words = one("inputs", normal("sequences of sequences", BATCH, 5, 2, 4))
    ids = one("inputs", np.arange(BATCH * 5 * 2, dtype="int32").reshape(BATCH, 5, 2) % 7)
    inner = np.stack([MASKS["right"], MASKS["holes"]], -1)
    by_word = (Case("none"), Case("mask_of_words", (inner,)))
    by_step = cases(("none", "right", "one_row_masked"))

    def made(
        layer: Callable[..., layers.Layer], *args: Any, **config: Any
    ) -> Callable[..., layers.Layer]:
        return lambda name: layers.TimeDistributed(layer(*args, name="inner", **config), name=name)

    return [
        Experiment("dense", made(layers.Dense, 3), sequences(), cases(), ("mean", "lstm")),
        Experiment(
            "dense_relu",
            made(layers.Dense, 3, activation="relu"),
            sequences(),
            cases(("none", "right")),
        ),
        Experiment("layer_normalization", made(layers.LayerNormalization), sequences(), by_step),
        Experiment("dropout", made(layers.Dropout, 0.5), sequences(), by_step),
        Experiment("conv1d", made(layers.Conv1D, 3, 2), words, by_step),
        Experiment("flatten", made(layers.Flatten), words, by_step),
        Experiment(
            "embedding",
            made(layers.Embedding, 7, 3, mask_zero=True),
            ids,
            (Case("none"), *by_word[1:]),
        ),
        Experiment("lstm", made(layers.LSTM, 3), words, by_word, ()),
        Experiment("lstm_with_step_mask", made(layers.LSTM, 3), words, cases(("right",)), ()),
        Experiment("lstm_sequences", made(layers.LSTM, 3, return_sequences=True), words, by_word),
        Experiment("mean", made(layers.GlobalAveragePooling1D), words, by_word, ()),
        Experiment(
            "rnn",
            lambda name: layers.TimeDistributed(
                layers.RNN([layers.GRUCell(2), layers.LSTMCell(3)], name="inner"), name=name
            ),
            words,
            by_word,
            (),
        ),
        Experiment(
            "bidirectional_rnn",
            lambda name: layers.TimeDistributed(
                layers.Bidirectional(
                    layers.RNN(MinimalRNNCell(3), return_sequences=True, name="rnn"), name="inner"
                ),
                name=name,
            ),
            words,
            by_word,
        ),
        Experiment(
            "time_distributed",
            lambda name: layers.TimeDistributed(
                layers.TimeDistributed(layers.Dense(3, name="dense"), name="inner"), name=name
            ),
            words,
            (*by_word, *by_step[1:]),
        ),
    ]


EXPERIMENTS = {"bidirectional": bidirectional, "time_distributed": time_distributed}
