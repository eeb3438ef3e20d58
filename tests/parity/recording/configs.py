"""The configurations that Keras writes: all layers that Domino has, with what else Keras puts there."""

from collections.abc import Callable
from pathlib import Path

import keras
import numpy as np
from keras import constraints, initializers, layers, regularizers

from . import KERAS_VERSION, start_afresh
from .store import Json, write_json

# Keys that some versions of Keras write, and that say nothing at inference.
HARMLESS = {"lora_rank": None, "lora_alpha": None, "quantization_config": None}


def record_configs(folder: Path, name: str) -> int:
    """Writes `name`.json, which has no tensors; returns the number of configurations."""
    start_afresh()
    rows: list[Json] = []
    for make in CONFIGS:
        saved = keras.saving.serialize_keras_object(make())
        rows.append({"class_name": saved["class_name"], "config": saved["config"] | HARMLESS})
    write_json(folder / f"{name}.json", {"keras_version": KERAS_VERSION, "layers": rows})
    return len(rows)


def _weights(*names: str) -> dict:
    """Initializers, regularizers and constraints of some weights, each of another class."""
    made = [
        initializers.RandomNormal(0.1, 0.02, seed=7),
        initializers.VarianceScaling(2.0, "fan_out", "uniform", seed=3),
        initializers.Constant(0.5),
    ]
    found: dict = {}
    for weight, initializer in zip(names, made):
        found[f"{weight}_initializer"] = initializer
        found[f"{weight}_regularizer"] = regularizers.L1L2(0.1, 0.2)
        found[f"{weight}_constraint"] = constraints.MaxNorm(2)
    return found


def _recurrent(layer: Callable[..., layers.Layer], **own: object) -> list[Callable]:
    shared = {
        "activation": "relu",
        "dropout": 0.1,
        "recurrent_dropout": 0.2,
        "seed": 5,
        "return_sequences": True,
        "return_state": True,
        "go_backwards": True,
        "stateful": True,
        "unroll": True,
        "zero_output_for_mask": True,
        "activity_regularizer": "l2",
        **_weights("kernel", "recurrent", "bias"),
    }
    return [lambda: layer(3), lambda: layer(4, **shared, **own)]


def _wrappers() -> list[Callable]:
    def lstm(**options: object) -> layers.Layer:
        return layers.LSTM(3, kernel_initializer="he_normal", return_sequences=True, **options)

    return [
        lambda: layers.Bidirectional(lstm(name="words"), name="both"),
        lambda: layers.Bidirectional(
            layers.GRU(2), merge_mode=None, backward_layer=layers.GRU(3, go_backwards=True)
        ),
        lambda: layers.TimeDistributed(layers.Dense(3, activation="gelu", name="inner")),
        lambda: layers.TimeDistributed(layers.TimeDistributed(layers.Bidirectional(lstm()))),
    ]


def _cells() -> list[Callable]:
    shared = {
        "activation": "relu",
        "use_bias": False,
        "dropout": 0.1,
        "recurrent_dropout": 0.2,
        "seed": 5,
        **_weights("kernel", "recurrent", "bias"),
    }
    three = [lambda: layers.LSTMCell(3), lambda: layers.GRUCell(2), lambda: layers.LSTMCell(4)]
    loop = {
        "return_sequences": True,
        "return_state": True,
        "go_backwards": True,
        "stateful": True,
        "unroll": True,
        "zero_output_for_mask": True,
    }
    return [
        *three,
        lambda: layers.LSTMCell(
            4, recurrent_activation="tanh", unit_forget_bias=False, name="own", **shared
        ),
        lambda: layers.GRUCell(4, recurrent_activation="linear", reset_after=False, **shared),
        lambda: layers.SimpleRNNCell(3),
        lambda: layers.SimpleRNNCell(4, **shared),
        lambda: layers.StackedRNNCells([cell() for cell in three], name="stack"),
        lambda: layers.RNN(layers.LSTMCell(3)),
        lambda: layers.RNN([cell() for cell in three], name="whole", **loop),
        lambda: layers.Bidirectional(
            layers.RNN([layers.GRUCell(3), layers.SimpleRNNCell(2)], return_sequences=True),
            merge_mode="ave",
        ),
        lambda: layers.TimeDistributed(layers.Bidirectional(layers.RNN(layers.SimpleRNNCell(3)))),
    ]


def _adapted_bins() -> layers.Layer:
    layer = layers.Discretization(num_bins=3)
    layer.adapt(np.arange(10.0))
    return layer


CONFIGS: list[Callable[[], layers.Layer]] = [
    lambda: layers.InputLayer(batch_shape=(None, None, 3), dtype="int32", name="ids"),
    lambda: layers.InputLayer((3,), batch_size=2),
    lambda: layers.Activation("log_softmax"),
    lambda: layers.Activation(keras.activations.relu6),
    lambda: layers.ELU(0.5),
    lambda: layers.LeakyReLU(0.2),
    lambda: layers.PReLU(
        **{"alpha_initializer": initializers.Constant(0.3), "alpha_regularizer": "l1"},
        shared_axes=[1, 2],
    ),
    lambda: layers.ReLU(6.0, 0.1, 0.2),
    lambda: layers.Softmax(axis=[1, 2]),
    lambda: layers.Softmax(),
    lambda: layers.Attention(True, "concat", 0.1, seed=2),
    lambda: layers.AdditiveAttention(False, 0.1, seed=2),
    lambda: layers.GroupQueryAttention(3, 4, 2),
    lambda: layers.GroupQueryAttention(
        3, 4, 2, 0.1, False, 2, use_gate=True, seed=4, **_weights("kernel", "bias")
    ),
    lambda: layers.MultiHeadAttention(2, 3),
    lambda: layers.MultiHeadAttention(
        2,
        3,
        value_dim=4,
        dropout=0.1,
        use_bias=False,
        output_shape=5,
        attention_axes=(1,),
        sliding_window=2,
        use_gate=True,
        seed=4,
        **_weights("kernel", "bias"),
    ),
    lambda: layers.Conv1D(4, 3),
    lambda: layers.Conv1D(
        4, 3, 2, "same", "channels_first", 1, 2, "swish", **_weights("kernel", "bias")
    ),
    lambda: layers.Conv1DTranspose(4, 3),
    lambda: layers.Conv1DTranspose(
        4, 3, 2, "same", 1, "channels_first", 1, "swish", **_weights("kernel", "bias")
    ),
    lambda: layers.DepthwiseConv1D(3),
    lambda: layers.DepthwiseConv1D(
        3, 2, "same", 2, "channels_first", 2, "swish", **_weights("depthwise", "bias")
    ),
    lambda: layers.SeparableConv1D(4, 3),
    lambda: layers.SeparableConv1D(
        4,
        3,
        2,
        "same",
        "channels_first",
        2,
        2,
        "swish",
        **_weights("depthwise", "pointwise", "bias"),
    ),
    lambda: layers.Dense(3),
    lambda: layers.Dense(
        3,
        activation="silu",
        activity_regularizer="l2",
        trainable=False,
        dtype=keras.DTypePolicy("float32"),
        **_weights("kernel", "bias"),
    ),
    lambda: layers.Dense(3, kernel_initializer=initializers.Orthogonal(2.0), use_bias=False),
    lambda: layers.EinsumDense("abc,cd->abd", (None, 3), "gelu", "d", **_weights("kernel", "bias")),
    lambda: layers.EinsumDense("...b,bc->...c", 3),
    lambda: layers.ReversibleEmbedding(5, 3),
    lambda: layers.ReversibleEmbedding(
        5, 3, False, mask_zero=True, reverse_dtype="float32", logit_soft_cap=2.0
    ),
    lambda: layers.Embedding(5, 3, mask_zero=True, **_weights("embeddings")),
    lambda: layers.Embedding(5, 3, weights=None),
    layers.Identity,
    lambda: layers.Masking(-1.5),
    layers.Add,
    layers.Average,
    lambda: layers.Concatenate(1),
    lambda: layers.Dot(-1),
    lambda: layers.Dot((2, 1), True),
    layers.Maximum,
    layers.Minimum,
    layers.Multiply,
    layers.Subtract,
    layers.BatchNormalization,
    lambda: layers.BatchNormalization(
        1, 0.5, 0.01, False, True, "ones", "zeros", "ones", "zeros", beta_regularizer="l2"
    ),
    layers.LayerNormalization,
    lambda: layers.LayerNormalization([1, 2], 0.01, False, **_weights("gamma")),
    lambda: layers.GroupNormalization(4, 1, 0.01, False, **_weights("gamma")),
    lambda: layers.RMSNormalization([1, 2], 0.01),
    lambda: layers.SpectralNormalization(layers.Dense(3, name="inner"), 2, name="bounded"),
    lambda: layers.UnitNormalization([1, 2]),
    lambda: layers.GlobalAveragePooling1D("channels_first", True),
    lambda: layers.GlobalMaxPooling1D("channels_first", True),
    lambda: layers.CategoryEncoding(4, "count"),
    lambda: layers.Discretization([0.0, 0.5], output_mode="count"),
    _adapted_bins,
    lambda: layers.HashedCrossing(5, "one_hot"),
    lambda: layers.Hashing(5, "x", (1, 2), "count"),
    lambda: layers.IntegerLookup(mask_token=0, vocabulary=[3, 1], output_mode="count"),
    lambda: layers.IntegerLookup(vocabulary=[3], num_oov_indices=2, oov_method="farmhash", salt=3),
    lambda: layers.StringLookup(),
    lambda: layers.StringLookup(6, 2, "", "?", ["a", "b"], invert=True, salt=1),
    lambda: layers.StringLookup(
        vocabulary=["a"], idf_weights=[2], output_mode="tf_idf", max_tokens=4, pad_to_max_tokens=True
    ),
    lambda: layers.TextVectorization(9, None, None, (1, 3), "count", None, True, ["a"]),
    lambda: layers.TextVectorization(output_sequence_length=3, ngrams=2, split="character"),
    layers.Normalization,
    lambda: layers.Normalization((1, -1), [[1, 2], [3, 4]], np.ones((2, 2)), True),
    lambda: layers.Normalization(None, 3, 2.0),
    lambda: layers.Rescaling(1 / 255),
    lambda: layers.Rescaling([1.0, 2.0], np.array([[1, 2]], "float32")),
    lambda: layers.MaxPooling1D(3, 2, "same", "channels_first"),
    lambda: layers.AveragePooling1D(3, 2, "same", "channels_first"),
    lambda: layers.AdaptiveAveragePooling1D(3, "channels_first"),
    lambda: layers.AdaptiveMaxPooling1D((3,)),
    lambda: layers.ActivityRegularization(0.1, 0.2),
    lambda: layers.AlphaDropout(0.3, [3, 1], seed=1),
    lambda: layers.Dropout(0.3, [None, 1, 4], seed=1),
    lambda: layers.Dropout(0.3),
    lambda: layers.GaussianDropout(0.3, seed=1),
    lambda: layers.GaussianNoise(0.3, seed=1),
    lambda: layers.SpatialDropout1D(0.3, seed=1),
    lambda: layers.Cropping1D((1, 2)),
    lambda: layers.Flatten("channels_first"),
    lambda: layers.Permute((2, 1)),
    lambda: layers.RepeatVector(3),
    lambda: layers.Reshape((-1, 2)),
    lambda: layers.UpSampling1D(3),
    lambda: layers.ZeroPadding1D(2, "channels_first"),
    lambda: layers.ConvLSTM1D(3, 2),
    lambda: layers.ConvLSTM1D(
        3,
        2,
        2,
        "same",
        "channels_first",
        unit_forget_bias=False,
        recurrent_activation="hard_sigmoid",
        zero_output_for_mask=True,
        **_weights("kernel", "recurrent", "bias"),
    ),
    *_recurrent(layers.GRU, recurrent_activation="hard_sigmoid", reset_after=False),
    *_recurrent(layers.LSTM, recurrent_activation="tanh", unit_forget_bias=False),
    *_recurrent(layers.SimpleRNN),
    *_wrappers(),
    *_cells(),
]
