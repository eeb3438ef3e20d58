"""Builds models in Keras with random weights: python -m bench.compare.make_models FOLDER NAME..."""

import os
import sys
from pathlib import Path

os.environ["KERAS_BACKEND"] = "tensorflow"
os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
os.environ["CUDA_VISIBLE_DEVICES"] = ""

import keras
import numpy as np
from keras import layers
from safetensors.numpy import save_file

from bench.compare.models import MODELS, WORDS, Encoder, Model, Rnn, keras_file, weights_file


def build_rnn(spec: Rnn) -> keras.Model:
    words = keras.Input((None,), dtype="int32", name="words")
    x = layers.Embedding(WORDS, spec.features, mask_zero=True, name="embedding")(words)
    rnn = {"lstm": layers.LSTM, "gru": layers.GRU}[spec.cell](spec.units, name="rnn")
    x = layers.Bidirectional(rnn, name="both")(x) if spec.bidirectional else rnn(x)
    return keras.Model(words, x)


def build_encoder(spec: Encoder) -> keras.Model:
    """As in BERT: the mask is given to each attention by hand, since Keras loses it on the way."""

    def norm(x: keras.KerasTensor, name: str) -> keras.KerasTensor:
        return layers.LayerNormalization(epsilon=spec.epsilon, name=name)(x)

    words = keras.Input((None,), dtype="int32", name="words")
    positions = keras.Input((None,), dtype="int32", name="positions")
    mask = keras.ops.not_equal(words, 0)
    keys = keras.ops.expand_dims(mask, 1)
    x = layers.Embedding(WORDS, spec.width, name="embedding")(words)
    x = x + layers.Embedding(spec.positions, spec.width, name="positions_embedding")(positions)
    x = norm(x, "norm")
    for block in range(spec.blocks):
        attention = layers.MultiHeadAttention(
            spec.heads, spec.width // spec.heads, name=f"{block}_attention"
        )
        x = norm(x + attention(x, x, attention_mask=keys), f"{block}_attention_norm")
        inner = layers.Dense(spec.inner, activation="gelu", name=f"{block}_inner")(x)
        x = norm(x + layers.Dense(spec.width, name=f"{block}_outer")(inner), f"{block}_norm")
    mean = layers.GlobalAveragePooling1D(name="mean")(x, mask=mask)
    return keras.Model([words, positions], mean)


def build(spec: Model) -> keras.Model:
    return build_rnn(spec) if isinstance(spec, Rnn) else build_encoder(spec)


def rnn_weights(model: keras.Model, spec: Rnn) -> dict[str, keras.Variable]:
    if spec.bidirectional:
        both = model.get_layer("both")
        cells = {"forward": both.forward_layer.cell, "backward": both.backward_layer.cell}
    else:
        cells = {"forward": model.get_layer("rnn").cell}
    weights = {"embedding": model.get_layer("embedding").embeddings}
    for direction, cell in cells.items():
        weights |= {f"{direction}/{variable.name}": variable for variable in cell.weights}
    return weights


def named_weights(model: keras.Model, spec: Model) -> dict[str, np.ndarray]:
    """By name: those of an encoder as their Keras paths say, those of recurrent layers by direction."""
    variables = (
        rnn_weights(model, spec)
        if isinstance(spec, Rnn)
        else {variable.path: variable for variable in model.weights}
    )
    return {name: keras.ops.convert_to_numpy(variable) for name, variable in variables.items()}


def shake(model: keras.Model) -> None:
    """Biases start at 0 and would hide a gate in the wrong place."""
    random = np.random.default_rng(1)
    for variable in model.weights:
        if variable.name in ("bias", "beta"):
            variable.assign(variable + random.normal(0, 0.1, variable.shape))


def main() -> None:
    folder = Path(sys.argv[1])
    for name in sys.argv[2:]:
        keras.utils.set_random_seed(1)
        model = build(MODELS[name])
        shake(model)
        model.save(keras_file(folder, name))
        save_file(named_weights(model, MODELS[name]), weights_file(folder, name))


if __name__ == "__main__":
    main()
