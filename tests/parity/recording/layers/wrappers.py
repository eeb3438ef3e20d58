"""Bidirectional, TimeDistributed."""

from collections.abc import Callable
from typing import Any

import numpy as np
from keras import layers

from ..experiment import Argument, Case, Experiment
from ..patterns import BATCH, INT_MASK, MASKS, cases, one, sequences
from ..weights import normal

UNITS = 3
STATES = {layers.LSTM: 2, layers.GRU: 1, layers.SimpleRNN: 1}
MERGES = ("concat", "sum", "mul", "ave", None)


def bidirectional() -> list[Experiment]:
    return [experiment for layer in STATES for experiment in _both_ways(layer)]


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
            "time_distributed",
            lambda name: layers.TimeDistributed(
                layers.TimeDistributed(layers.Dense(3, name="dense"), name="inner"), name=name
            ),
            words,
            (*by_word, *by_step[1:]),
        ),
    ]


EXPERIMENTS = {"bidirectional": bidirectional, "time_distributed": time_distributed}
