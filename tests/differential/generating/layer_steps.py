"""How each layer is put into a random graph: a short function per layer, in the table by `@step`."""

from collections.abc import Callable
from typing import Any

from keras.src.backend import get_keras_mask

from .builder import WORDS, Builder, Unfit, features, is_float, is_sequence, is_vector
from .recipe import LayerSpec, Ref, SequentialSpec, map_refs

Step = Callable[[Builder], Any]
STEPS: dict[str, tuple[Step, float]] = {}  # by name; with the weight of its chance

ACTIVATIONS = (
    "linear relu tanh sigmoid gelu elu selu silu softplus softsign softmax hard_sigmoid relu6 mish leaky_relu "
    "hard_silu log_softmax celu hard_tanh tanh_shrink soft_shrink hard_shrink squareplus sparse_sigmoid "
    "log_sigmoid sparse_plus threshold"
).split()
GATE_ACTIVATIONS = ("sigmoid", "hard_sigmoid", "softsign", "tanh")  # what has no bound makes states explode
STEP_ACTIVATIONS = "tanh relu sigmoid hard_sigmoid softsign elu linear softplus selu gelu silu".split()


def step(weight: float = 1.0) -> Callable[[Step], Step]:
    """Enters a function into the table; the higher its weight, the more often it is taken."""

    def enter(function: Step) -> Step:
        STEPS[function.__name__] = (function, weight)
        return function

    return enter


def activation(b: Builder) -> str:
    return b.choose(*ACTIVATIONS)


# Core.
@step(3)
def embedding(b: Builder) -> None:
    b.layer("Embedding", _ids(b), input_dim=WORDS, output_dim=b.units(), mask_zero=b.chance(0.85))


def _ids(b: Builder) -> Ref:
    return b.pick(lambda t: len(t.shape) == 2 and any(t is b.values[r] for r in b.ids))


@step(1.5)
def reversible_embedding(b: Builder) -> None:
    size = b.units()
    options = {"tie_weights": b.chance(0.6), "mask_zero": b.chance(0.8)}
    out = b.layer("ReversibleEmbedding", _ids(b), input_dim=WORDS, output_dim=size, **options)[0]
    if b.chance(0.6):
        x = out if b.chance(0.4) else b.pick(lambda t: is_sequence(t) and t.shape[2] == size)
        b.again(b.calls[-1].target, (x,), {"reverse": True})


@step(1.5)
def einsum_dense(b: Builder) -> None:
    x, size = b.sequence(), b.units()
    equation, shape, axes = b.choose(
        ("abc,cd->abd", (None, size), "d"),
        ("abc,cde->abde", (None, 2, size), "de"),
        ("...x,xy->...y", (size,), "y"),
        ("abc,cd->ad", (size,), None),
    )
    options = b.sometimes(0.3, activation=lambda: b.choose("tanh", "relu")) | ({"bias_axes": axes} if axes else {})
    b.layer("EinsumDense", x, equation=equation, output_shape=shape, **options)


@step(2)
def masking(b: Builder) -> None:
    b.layer("Masking", b.sequence(), mask_value=b.choose(0.0, 0.0, 0.0, -1.5, 0.5))


@step(3)
def dense(b: Builder) -> None:
    options = b.sometimes(0.4, activation=lambda: activation(b)) | b.sometimes(0.2, use_bias=False)
    b.layer("Dense", b.pick(features), units=b.units(), **options)


# Activations.
@step(1.5)
def activation_layer(b: Builder) -> None:
    b.layer("Activation", b.floats(), activation=activation(b))


@step()
def relu(b: Builder) -> None:
    b.layer("ReLU", b.floats(), **b.sometimes(0.5, max_value=1.0, negative_slope=0.1, threshold=0.3))


@step()
def leaky_relu(b: Builder) -> None:
    b.layer("LeakyReLU", b.floats(), negative_slope=b.choose(0.1, 0.3))


@step()
def prelu(b: Builder) -> None:
    b.layer("PReLU", b.pick(features), shared_axes=b.choose([1], [1], None))


@step()
def elu(b: Builder) -> None:
    b.layer("ELU", b.floats(), alpha=b.choose(1.0, 0.4))


@step(3)
def softmax(b: Builder) -> None:
    # Keras lays a (batch, steps) mask on from the right, and throws unless sizes happen to fit.
    x = b.floats() if b.square or b.chance(0.2) else b.unmasked(lambda t: is_float(t) and len(t.shape) > 1)
    b.layer("Softmax", x, axis=b.choose(-1, 1, [1, 2], -2), call=b.explicit(x, 0.35))


@step(1.5)
def softmax_of_features(b: Builder) -> None:
    """The accident: a (batch, steps) mask that fits from the right."""
    if not b.square:
        raise Unfit
    x = b.sequence()
    b.layer("Softmax", x, call={} if get_keras_mask(b.values[x]) is not None else {"mask": b.mask_for(x)})


# Regularization: each hands its input object through.
def _hands_through(class_name: str, **options: Any) -> None:
    def put(b: Builder) -> None:
        b.layer(class_name, b.sequence() if class_name == "SpatialDropout1D" else b.floats(), **options)

    put.__name__ = class_name
    step(0.7)(put)


for _name in ("Dropout", "SpatialDropout1D", "GaussianDropout", "AlphaDropout"):
    _hands_through(_name, rate=0.3)
_hands_through("GaussianNoise", stddev=0.3)
_hands_through("ActivityRegularization", l2=0.1)
_hands_through("Identity")


# Normalization and preprocessing.
@step(2)
def layer_normalization(b: Builder) -> None:
    b.layer(
        "LayerNormalization",
        b.pick(features),
        axis=b.choose(-1, -1, -1, 1, [1, 2]),
        epsilon=b.choose(1e-3, 0.1),
        **b.sometimes(0.2, center=False, scale=False),
    )


@step(2)
def batch_normalization(b: Builder) -> None:
    x = b.pick(features)
    options = b.sometimes(0.2, center=False, scale=False, epsilon=0.1)
    b.layer("BatchNormalization", x, axis=b.choose(-1, -1, 1), call=b.explicit(x), **options)


@step()
def rescaling(b: Builder) -> None:
    b.layer("Rescaling", b.floats(), scale=b.choose(0.5, 1.0, 2.0), offset=b.choose(0.0, -0.25))


@step()
def normalization(b: Builder) -> None:
    x = b.pick(features)
    size = b.shape(x)[-1]
    b.layer("Normalization", x, axis=-1, mean=[0.1] * size, variance=[0.5] * size, invert=b.chance(0.3))


@step()
def group_normalization(b: Builder) -> None:
    x = b.pick(lambda t: features(t) and len(t.shape) > 2)
    size = b.shape(x)[-1]
    groups = b.choose(*(n for n in (1, 2, size) if size % n == 0), -1)
    b.layer("GroupNormalization", x, groups=groups, **b.sometimes(0.2, center=False, scale=False, epsilon=0.1))


@step()
def rms_normalization(b: Builder) -> None:
    b.layer("RMSNormalization", b.pick(features), axis=-1, epsilon=b.choose(1e-3, 0.1))


@step()
def unit_normalization(b: Builder) -> None:
    # Far from 0: what is close to it is divided by almost nothing.
    x = b.op("operator.add", b.op("absolute", b.pick(features)), 0.1)
    x = b.layer("Dense", x, units=b.units(), activation="softplus")[0] if b.chance(0.5) else x
    b.layer("UnitNormalization", x, axis=b.choose(-1, -1, 1))


@step()
def spectral_normalization(b: Builder) -> None:
    inner = b.choose(
        LayerSpec("Dense", {"units": b.units()}),
        LayerSpec("Conv1D", {"filters": 2, "kernel_size": 2}),
        LayerSpec("Embedding", {"input_dim": WORDS, "output_dim": 3, "mask_zero": True}),
    )
    x = _ids(b) if inner.class_name == "Embedding" else b.sequence()
    b.layer("SpectralNormalization", x, layer=inner, power_iterations=b.choose(1, 2))


@step(0.7)
def discretization(b: Builder) -> None:
    b.layer("Discretization", b.floats(), bin_boundaries=[-0.53, 0.17, 0.91])


@step(0.7)
def hashing(b: Builder) -> None:
    b.ids.update(b.layer("Hashing", _ids(b), num_bins=WORDS - 1))


@step(0.7)
def integer_lookup(b: Builder) -> None:
    b.ids.update(b.layer("IntegerLookup", _ids(b), vocabulary=[1, 2, 3, 5, 8], **b.sometimes(0.5, mask_token=0)))


@step(0.7)
def category_encoding(b: Builder) -> None:
    b.layer("CategoryEncoding", _ids(b), num_tokens=WORDS, output_mode=b.choose("multi_hot", "count"))


# Merging.
def _merging(class_name: str) -> None:
    def merge(b: Builder) -> None:
        x = b.floats()
        count = 2 if class_name == "Subtract" or b.chance(0.7) else 3
        rows = [x, *(_broadcasts(b, x) for _ in range(count - 1))]
        b.rnd.shuffle(rows)
        b.layer(class_name, rows)

    merge.__name__ = class_name
    step(1.2)(merge)


def _broadcasts(b: Builder, x: Ref) -> Ref:
    """A tensor that can be merged with `x`: of the same sizes, but for sizes of 1."""
    shape = b.shape(x)
    fits = lambda s: len(s) == len(shape) and all(a == c or 1 in (a, c) for a, c in zip(s, shape, strict=True))
    return b.pick(lambda t: is_float(t) and fits(t.shape))


for _name in ("Add", "Subtract", "Multiply", "Average", "Maximum", "Minimum"):
    _merging(_name)


@step(3)
def concatenate(b: Builder) -> None:
    x = b.floats()
    shape = b.shape(x)
    axis = b.choose(-1, -1, 1, -2)
    along = axis % len(shape)
    if along == 0:
        raise Unfit  # of batches that belong together there is only one
    same = lambda s: len(s) == len(shape) and all(i == along or s[i] == shape[i] for i in range(len(s)))
    rest = [b.pick(lambda t: is_float(t) and same(t.shape)) for _ in range(b.choose(1, 1, 2))]
    b.layer("Concatenate", [x, *rest], axis=axis)


@step()
def dot(b: Builder) -> None:
    x = b.floats(2, 3)
    shape = b.shape(x)
    if len(shape) == 2:
        b.layer("Dot", [x, b.like(x)], axes=1, normalize=b.chance(0.3))
        return
    axis = b.choose(1, 2)
    other = b.pick(lambda t: is_sequence(t) and t.shape[axis] == shape[axis])
    b.layer("Dot", [x, other], axes=axis, normalize=b.chance(0.2))


# Reshaping.
@step()
def flatten(b: Builder) -> None:
    b.layer("Flatten", b.pick(lambda t: is_float(t) and len(t.shape) >= 2))


@step()
def permute(b: Builder) -> None:
    b.layer("Permute", b.sequence(), dims=b.choose((2, 1), (1, 2)))


@step()
def repeat_vector(b: Builder) -> None:
    b.layer("RepeatVector", b.pick(is_vector), n=b.steps or 3)


@step(1.5)
def reshape(b: Builder) -> None:
    x = b.pick(lambda t: is_float(t) and len(t.shape) >= 2 and None not in t.shape[1:])
    total = 1
    for size in b.shape(x)[1:]:
        total *= size
    targets = [(total,), (-1,), (1, total), b.shape(x)[1:]]
    if b.steps and total % b.steps == 0:
        targets += [(b.steps, total // b.steps)] * 3
    if b.steps and total % (2 * b.steps) == 0:
        targets += [(b.steps, 2, total // (2 * b.steps))] * 3
    b.layer("Reshape", x, target_shape=b.choose(*targets))


@step()
def cropping1d(b: Builder) -> None:
    b.layer("Cropping1D", b.sequence(), cropping=b.choose(1, (0, 2), (1, 0), (0, 0)))


@step()
def zero_padding1d(b: Builder) -> None:
    b.layer("ZeroPadding1D", b.sequence(), padding=b.choose(1, (0, 2), (1, 0)))


@step()
def up_sampling1d(b: Builder) -> None:
    b.layer("UpSampling1D", b.sequence(), size=b.choose(1, 2, 3))


# Pooling and convolution.
def _padding(b: Builder) -> dict[str, str]:
    """A window longer than the sequence gives no steps in Keras, and is refused in Domino."""
    return {"padding": b.choose("valid", "same") if b.steps else "same"}


def _pooling(class_name: str) -> None:
    def pool(b: Builder) -> None:
        options = b.sometimes(0.5, strides=lambda: b.choose(1, 2)) | _padding(b)
        b.layer(class_name, b.sequence(), pool_size=b.choose(1, 2, 3), **options)

    pool.__name__ = class_name
    step()(pool)


def _adaptive(class_name: str) -> None:
    def pool(b: Builder) -> None:
        b.layer(class_name, b.sequence(), output_size=b.choose(1, 2, 3))

    pool.__name__ = class_name
    step()(pool)


for _name in ("AveragePooling1D", "MaxPooling1D"):
    _pooling(_name)
for _name in ("AdaptiveAveragePooling1D", "AdaptiveMaxPooling1D"):
    _adaptive(_name)


@step(3)
def global_average_pooling1d(b: Builder) -> None:
    x = b.sequence()
    masks = b.explicit(x, 0.25)
    # A row that is masked throughout has no mean.
    b.doubtful.update(b.layer("GlobalAveragePooling1D", x, keepdims=b.chance(0.2), call=masks))


@step()
def global_average_pooling1d_of_one_mask(b: Builder) -> None:
    x = b.sequence()
    one = b.op("any", b.mask_for(x), axis=1, keepdims=True)
    b.doubtful.update(b.layer("GlobalAveragePooling1D", x, call={"mask": one}))


@step()
def global_max_pooling1d(b: Builder) -> None:
    b.layer("GlobalMaxPooling1D", b.sequence(), keepdims=b.chance(0.2))


@step(1.5)
def conv1d(b: Builder) -> None:
    strides = b.choose(1, 1, 2)
    b.layer(
        "Conv1D",
        b.sequence(),
        filters=b.choose(2, 4),
        kernel_size=b.choose(1, 2, 3),
        strides=strides,
        dilation_rate=1 if strides > 1 else b.choose(1, 2),
        padding="causal" if b.chance(0.3) else _padding(b)["padding"],
        **b.sometimes(0.3, use_bias=False, activation=lambda: activation(b)),
    )


@step()
def conv1d_transpose(b: Builder) -> None:
    options = b.sometimes(0.3, strides=2, padding="same", use_bias=False, activation=lambda: activation(b))
    b.layer("Conv1DTranspose", b.sequence(), filters=b.units(), kernel_size=b.choose(1, 2, 3), **options)


@step()
def depthwise_conv1d(b: Builder) -> None:
    options = b.sometimes(0.3, strides=2, use_bias=False, depth_multiplier=2) | _padding(b)
    b.layer("DepthwiseConv1D", b.sequence(), kernel_size=b.choose(1, 2, 3), **options)


@step()
def separable_conv1d(b: Builder) -> None:
    options = b.sometimes(0.3, strides=2, use_bias=False, depth_multiplier=2)
    options |= _padding(b) if b.chance(0.7) else {"padding": "causal"}
    b.layer("SeparableConv1D", b.sequence(), filters=b.units(), kernel_size=b.choose(1, 2, 3), **options)


# Attention.
@step(4)
def multi_head_attention(b: Builder) -> None:
    query = b.sequence(sound=True)
    value = query if b.chance(0.35) else b.sequence(sound=True)
    kwargs: dict[str, Any] = {"value": value}
    if b.chance(0.25):
        kwargs["key"] = _of_steps(b, value)
    kwargs |= b.explicit(query, 0.3, "query_mask") | b.explicit(value, 0.2, "value_mask")
    if "key" in kwargs:
        kwargs |= b.explicit(value, 0.4, "key_mask")
    kwargs |= b.sometimes(0.15, use_causal_mask=True, return_attention_scores=True)
    options = b.sometimes(0.15, value_dim=3, output_shape=3, dropout=0.2, use_gate=True, use_bias=False)
    b.layer("MultiHeadAttention", query, num_heads=b.choose(1, 2), key_dim=2, call=kwargs, **options)


def _of_steps(b: Builder, x: Ref) -> Ref:
    steps = b.shape(x)[1]
    return b.pick(lambda t: is_sequence(t) and t.shape[1] == steps, sound=True)


@step(2.5)
def attention(b: Builder) -> None:
    inputs, kwargs = _attended(b)
    b.layer(
        "Attention", inputs, use_scale=b.chance(0.3), score_mode=b.choose("dot", "dot", "concat"), call=kwargs
    )


@step(1.5)
def additive_attention(b: Builder) -> None:
    inputs, kwargs = _attended(b)
    b.layer("AdditiveAttention", inputs, use_scale=b.chance(0.7), call=kwargs)


@step(2)
def group_query_attention(b: Builder) -> None:
    query = b.sequence(sound=True)
    value = query if b.chance(0.35) else b.sequence(sound=True)
    kwargs: dict[str, Any] = {"value": value}
    if b.chance(0.25):
        kwargs["key"] = _of_steps(b, value)
    kwargs |= b.explicit(query, 0.3, "query_mask") | b.explicit(value, 0.2, "value_mask")
    kwargs |= b.sometimes(0.15, use_causal_mask=True, return_attention_scores=True)
    heads, groups = b.choose((2, 1), (2, 2), (4, 2))
    options = {"num_query_heads": heads, "num_key_value_heads": groups}
    options |= b.sometimes(0.15, dropout=0.2, use_bias=False)
    b.layer("GroupQueryAttention", query, head_dim=2, call=kwargs, **options)


def _attended(b: Builder) -> tuple[list[Ref], dict[str, Any]]:
    """[query, value] or [query, value, key] of equal features, and what else the call is given."""
    query = b.sequence(sound=True)
    size = b.shape(query)[2]
    same = lambda t: is_sequence(t) and t.shape[2] == size
    value = b.pick(same, sound=True)
    inputs = [query, value]
    if b.chance(0.3):
        inputs.append(b.pick(lambda t: same(t) and t.shape[1] == b.shape(value)[1], sound=True))
    kwargs = b.sometimes(0.15, use_causal_mask=True, return_attention_scores=True)
    if b.chance(0.2):
        masks = [b.mask_for(x) if b.chance(0.7) else None for x in inputs]
        kwargs["mask"] = masks if any(masks) else None
    return inputs, kwargs


# Recurrent layers.
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


@step(1.5)
def decoder(b: Builder) -> None:
    """A layer that starts from the states of another; its input carries a mask."""
    class_name, units = b.choose("LSTM", "GRU", "SimpleRNN"), b.units()
    states = b.layer(class_name, b.sequence(), units=units, return_state=True)[1:]
    b.layer(class_name, b.sequence(), units=units, return_sequences=b.chance(0.5), call={"initial_state": states})


@step(1.5)
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


@step(2)
def rnn(b: Builder) -> None:
    cell: Any = _cell(b)
    if b.chance(0.5):
        cells = [_cell(b) for _ in range(b.choose(2, 3))]
        cell = cells if b.chance(0.5) else LayerSpec("StackedRNNCells", {"cells": cells})
    options = b.sometimes(0.25, return_state=True, go_backwards=True, zero_output_for_mask=True)
    options |= b.sometimes(0.15, unroll=bool(b.steps))
    x = b.sequence()
    b.layer("RNN", x, cell=cell, return_sequences=b.chance(0.65), call=b.explicit(x), **options)


@step(1.5)
def conv_lstm1d(b: Builder) -> None:
    x = b.pick(_is_rank4)
    options = b.sometimes(0.25, return_state=True, go_backwards=True, padding="same", use_bias=False)
    sequences = {"return_sequences": b.chance(0.65)}
    b.layer("ConvLSTM1D", x, filters=2, kernel_size=b.choose(1, 2), call=b.explicit(x), **options, **sequences)


@step(3)
def time_distributed(b: Builder) -> None:
    inner = b.choose(_step_layer, _row_layer)(b)
    sub_sequences = getattr(inner, "class_name", "") in ("LSTM", "GRU", "SimpleRNN", "Bidirectional", "TimeDistributed")
    x = b.pick(_is_rank4) if sub_sequences else b.sequence()
    b.layer("TimeDistributed", x, layer=inner, call=b.explicit(x, 0.15))


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


@step(1.5)
def compute_mask(b: Builder) -> None:
    """A mask that a layer of the graph is asked for."""
    found = [call for call in b.calls if not call.is_operation and call.target.startswith(("embedding", "masking"))]
    if not found:
        raise Unfit
    call = b.rnd.choice(found)
    b.again(f"{call.target}.compute_mask", call.args, {})


@step(1.5)
def attached_mask(b: Builder) -> None:
    """The mask that hangs on a tensor, as a tensor."""
    b.again("masks.attached", (b.pick(lambda t: get_keras_mask(t) is not None),), {})


# What is there already, once more.
@step(5)
def shared(b: Builder) -> None:
    """A layer of the graph, called on other tensors."""
    calls = [call for call in b.calls if not call.is_operation]
    if not calls:
        raise Unfit
    call = b.rnd.choice(calls)

    def other(ref: Ref) -> Ref:
        x = b.values[ref]
        # Another number of steps will do; features and the sizes of states have to stay.
        same = lambda t: t.shape[2:] == x.shape[2:] if len(x.shape) > 2 else t.shape == x.shape
        return b.pick(lambda t: t.dtype == x.dtype and len(t.shape) == len(x.shape) and same(t), sound=True)

    kwargs = {k: map_refs(v, other) for k, v in call.kwargs.items() if k not in ("mask", "query_mask", "value_mask")}
    outputs = b.again(call.target, map_refs(call.args, other), kwargs)
    if call.target.startswith("globalaverage"):
        b.doubtful.update(outputs)
