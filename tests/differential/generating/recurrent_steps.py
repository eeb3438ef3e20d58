"""Recurrent layers and the wrappers around layers that go step by step."""

from typing import Any

from .builder import Builder, is_float, is_sequence, is_vector
from .layer_steps import activation
from .recipe import LayerSpec, Ref, SequentialSpec
from .steps import step

GATE_ACTIVATIONS = ("sigmoid", "hard_sigmoid", "softsign", "tanh")  # what has no bound makes states explode
STEP_ACTIVATIONS = "tanh relu sigmoid hard_sigmoid softsign elu linear softplus selu gelu silu".split()


def _recurrent(b: Builder, backward: bool = False, **fixed: Any) -> LayerSpec:
    class_name = b.choose("LSTM", "GRU", "SimpleRNN")
    sizes = [b.shape(ref)[1] for ref in b.all(is_vector)]  # of what can be its initial state
    units = b.rnd.choice(sizes) if sizes and b.chance(0.3) else b.units()
    options: dict[str, Any] = {"units": min(units, 6), "return_sequences": b.chance(0.65)}
    options |= b.sometimes(0.25, return_state=True, go_backwards=True, zero_output_for_mask=True)
    options |= b.sometimes(0.15, use_bias=False, unroll=bool(b.steps), dropout=0.3, recurrent_dropout=0.2)
    options |= b.sometimes(0.25, activation=lambda: b.choose(*STEP_ACTIVATIONS))
    if class_name != "SimpleRNN":
        options |= b.sometimes(0.25, recurrent_activation=lambda: b.choose(*GATE_ACTIVATIONS))
    if class_name == "GRU":
        options |= b.sometimes(0.4, reset_after=False)
    return LayerSpec(class_name, options | fixed)


def _state_count(class_name: str) -> int:
    return 2 if class_name == "LSTM" else 1


def _call_recurrent(b: Builder, spec: LayerSpec, x: Ref, units: int, states: int) -> list[Ref]:
    kwargs = b.explicit(x)
    vectors = [ref for ref in b.all(is_vector) if b.shape(ref)[1] == units]
    if vectors and b.chance(0.6):
        kwargs["initial_state"] = [b.rnd.choice(vectors) for _ in range(states)]
        if states == 1 and b.chance(0.5):
            kwargs["initial_state"] = kwargs["initial_state"][0]
    return b.call(spec, x, **kwargs)


@step(5)
def recurrent(b: Builder) -> None:
    spec = _recurrent(b)
    _call_recurrent(b, spec, b.sequence(), spec.options["units"], _state_count(spec.class_name))


@step(3)
def decoder(b: Builder) -> None:
    """A layer that starts from the states of another; its input carries a mask."""
    class_name, units = b.choose("LSTM", "GRU", "SimpleRNN"), b.units()
    states = b.layer(class_name, b.sequence(), units=units, return_state=True)[1:]
    b.layer(class_name, b.sequence(), units=units, return_sequences=b.chance(0.5), call={"initial_state": states})


@step(4)
def unrolled_backwards(b: Builder) -> None:
    spec = _recurrent(b, unroll=True, go_backwards=True, return_sequences=True, zero_output_for_mask=True)
    b.call(spec, b.pick(lambda t: is_sequence(t) and t.shape[1] is not None))


@step(4)
def bidirectional(b: Builder) -> None:
    if b.chance(0.1):
        options = {"cell": _cell(b), "return_sequences": b.chance(0.6)}
        b.layer("Bidirectional", b.sequence(), layer=LayerSpec("RNN", options))
        return
    inner = _recurrent(b)
    options: dict[str, Any] = {"layer": inner, "merge_mode": b.choose("concat", "sum", "mul", "ave", None)}
    # The default backward layer reads backwards.
    if inner.options.get("go_backwards") or b.chance(0.15):
        kept = ("units", "return_sequences", "return_state")
        other = {k: v for k, v in inner.options.items() if k in kept}
        other["go_backwards"] = not inner.options.get("go_backwards", False)
        options["backward_layer"] = LayerSpec(inner.class_name, other | b.sometimes(use_bias=False))
    states = 2 * _state_count(inner.class_name)
    _call_recurrent(b, LayerSpec("Bidirectional", options), b.sequence(), inner.options["units"], states)


def _cell(b: Builder) -> LayerSpec:
    class_name = b.choose("LSTMCell", "GRUCell", "SimpleRNNCell")
    options = b.sometimes(0.25, use_bias=False, activation=lambda: b.choose(*STEP_ACTIVATIONS))
    return LayerSpec(class_name, {"units": b.units()} | options)


@step(3.5)
def rnn(b: Builder) -> None:
    cell: Any = _cell(b)
    if b.chance(0.5):
        cells = [_cell(b) for _ in range(b.choose(2, 3))]
        cell = cells if b.chance(0.5) else LayerSpec("StackedRNNCells", {"cells": cells})
    options = b.sometimes(0.25, return_state=True, go_backwards=True, zero_output_for_mask=True)
    options |= b.sometimes(0.15, unroll=bool(b.steps))
    x = b.sequence()
    b.layer("RNN", x, cell=cell, return_sequences=b.chance(0.65), call=b.explicit(x), **options)


@step(8)
def conv_lstm1d(b: Builder) -> None:
    x = b.pick(_is_rank4)
    options = b.sometimes(0.25, return_state=True, go_backwards=True, padding="same", use_bias=False)
    sequences = {"return_sequences": b.chance(0.65)}
    b.layer("ConvLSTM1D", x, filters=2, kernel_size=b.choose(1, 2), call=b.explicit(x, 0.95), **options, **sequences)


@step(3)
def time_distributed(b: Builder) -> None:
    inner = b.choose(_step_layer, _row_layer)(b)
    sub_sequences = getattr(inner, "class_name", "") in ("LSTM", "GRU", "SimpleRNN", "Bidirectional", "TimeDistributed")
    x = b.pick(_is_rank4) if sub_sequences else b.sequence()
    b.layer("TimeDistributed", x, layer=inner, call=b.explicit(x, 0.4))


def _is_rank4(t: Any) -> bool:
    return is_float(t) and len(t.shape) == 4 and t.shape[3] is not None


def _step_layer(b: Builder) -> Any:
    if b.chance(0.15):
        return SequentialSpec((LayerSpec("Dense", {"units": 3}), LayerSpec("Activation", {"activation": "tanh"})))
    name, options = b.choose(
        ("Dense", {"units": 3, "activation": activation(b)}),
        ("LayerNormalization", {}),
        ("Dropout", {"rate": 0.5}),
        ("Activation", {"activation": activation(b)}),
        ("RepeatVector", {"n": 2}),
        ("Masking", {}),
    )
    return LayerSpec(name, options)


def _row_layer(b: Builder) -> LayerSpec:
    inner = b.choose(
        _recurrent(b, return_state=False),
        LayerSpec("Bidirectional", {"layer": _recurrent(b, return_state=False)}),
        LayerSpec("TimeDistributed", {"layer": LayerSpec("Dense", {"units": 3})}),
    )
    return inner if b.all(_is_rank4) else _step_layer(b)
