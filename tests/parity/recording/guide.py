"""The cells of Keras' guide "Understanding masking & padding", with numbers."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import keras
import numpy as np
import tensorflow as tf
from keras import layers, ops

from . import start_afresh
from .copies import listening, output, tensor
from .store import Json, TensorStore, write_pair
from .weights import generator, normal, randomise, variables

RAW = [[711, 632, 71], [73, 8, 3215, 55, 927], [83, 91, 1, 645, 1253, 927]]
POST = keras.utils.pad_sequences(RAW, padding="post")
PRE = keras.utils.pad_sequences(RAW, padding="pre")


class TemporalSplit(layers.Layer):
    """Halves the steps, and the mask with them."""

    def call(self, inputs: Any) -> Any:
        return ops.split(inputs, 2, axis=1)

    def compute_mask(self, inputs: Any, mask: Any = None) -> Any:
        return None if mask is None else ops.split(mask, 2, axis=1)


class CustomEmbedding(layers.Layer):
    """Makes a mask: ids other than 0."""

    def __init__(self, input_dim: int, output_dim: int, **options: Any) -> None:
        super().__init__(**options)
        self.input_dim, self.output_dim = input_dim, output_dim

    def build(self, input_shape: Any) -> None:
        self.embeddings = self.add_weight(
            shape=(self.input_dim, self.output_dim), name="embeddings"
        )

    def call(self, inputs: Any) -> Any:
        return ops.take(self.embeddings, inputs, axis=0)

    def compute_mask(self, inputs: Any, mask: Any = None) -> Any:
        return ops.not_equal(inputs, 0)


class MyActivation(layers.Layer):
    """Passes the mask on by opting in."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.supports_masking = True

    def call(self, inputs: Any) -> Any:
        return ops.relu(inputs)


class TemporalSoftmax(layers.Layer):
    """Softmax over the kept steps: as the guide writes it, or with the sum of the exponentials."""

    def __init__(self, *, corrected: bool, **options: Any) -> None:
        super().__init__(**options)
        self.corrected = corrected

    def call(self, inputs: Any, mask: Any = None) -> Any:
        keep = ops.expand_dims(ops.cast(mask, "float32"), -1)
        exponentials = ops.exp(inputs) * keep
        divisor = exponentials if self.corrected else inputs * keep
        return exponentials / ops.sum(divisor, axis=1, keepdims=True)


class MyLayer(layers.Layer):
    """Hands the mask to the LSTM itself."""

    def __init__(self, embedding: layers.Embedding, lstm: layers.LSTM, **options: Any) -> None:
        super().__init__(**options)
        self.embedding, self.lstm = embedding, lstm

    def call(self, inputs: Any) -> Any:
        return self.lstm(self.embedding(inputs), mask=self.embedding.compute_mask(inputs))


def record_guide(folder: Path, name: str) -> int:
    """Writes `name`.json and `name`.safetensors; returns the number of cells."""
    start_afresh()
    store = TensorStore()
    with listening():
        cells = {cell.__name__: cell(store) for cell in CELLS}
    write_pair(folder, name, store, {"cells": cells})
    return len(cells)


def pad_sequences(store: TensorStore) -> Json:
    return {"raw": RAW, "post": store.put("padded/post", POST), "pre": store.put("padded/pre", PRE)}


def embedding(store: TensorStore) -> Json:
    layer = _embedding(POST)
    return {"ids": store.put("padded/post", POST), "embedding": _table(layer, POST, store)} | _put(
        store, "embedding", layer(tensor(POST))
    )


def masking(store: TensorStore) -> Json:
    x = _tiled()
    return {"inputs": store.put("masking/inputs", x)} | _put(
        store, "masking", layers.Masking()(tensor(x))
    )


def embedding_lstm(store: TensorStore) -> Json:
    return _three_ways(store, "embedding_lstm", POST)


def my_layer(store: TensorStore) -> Json:
    ids = (generator("my_layer").random((32, 10)) * 100).astype("int32")
    return _three_ways(store, "my_layer", ids)


def _three_ways(store: TensorStore, name: str, ids: np.ndarray) -> Json:
    """Embedding and LSTM: Sequential, Functional and MyLayer give the same."""
    embed, lstm = _embedding(ids), _lstm(name)
    inputs = keras.Input((None,), dtype="int32")
    ways = [
        keras.Sequential([embed, lstm]),
        keras.Model(inputs, lstm(embed(inputs))),
        MyLayer(embed, lstm),
    ]
    first, *others = [way(tensor(ids)) for way in ways]
    if not all(np.array_equal(first, other) for other in others):
        raise AssertionError("the mask reaches the LSTM in one way and not in another")
    return {
        "ids": store.put(f"{name}/ids", ids),
        "embedding": _table(embed, ids, store),
        "lstm": _weights(lstm, name, store),
        "parameters": ways[1].count_params(),
    } | _put(store, name, first)


def temporal_split(store: TensorStore) -> Json:
    masked = layers.Masking()(tensor(_tiled()))
    halves = TemporalSplit()(masked)
    return {
        "inputs": _put(store, "masking", masked),
        "halves": [_put(store, f"temporal_split/{i}", half) for i, half in enumerate(halves)],
    }


def custom_embedding(store: TensorStore) -> Json:
    ids = (generator("custom_embedding").random((3, 10)) * 9).astype("int32")
    layer = CustomEmbedding(10, 32)
    layer.build(None)
    randomise(layer, "custom_embedding")
    return {
        "ids": store.put("custom_embedding/ids", ids),
        "embeddings": store.put("custom_embedding/embeddings", layer.embeddings.numpy()),
    } | _put(store, "custom_embedding", layer(tensor(ids)))


def my_activation(store: TensorStore) -> Json:
    embed, lstm = _embedding(POST), _lstm("my_activation")
    inputs = keras.Input((None,), dtype="int32")
    activated = MyActivation()(embed(inputs))
    model = keras.Model(inputs, [activated, lstm(activated)])
    middle, last = model(tensor(POST))
    return {
        "ids": store.put("padded/post", POST),
        "embedding": _table(embed, POST, store),
        "lstm": _weights(lstm, "my_activation", store),
        "activated": _put(store, "my_activation/activated", middle),
    } | _put(store, "my_activation", last)


def temporal_softmax_formula(store: TensorStore) -> Json:
    x = np.array([[[1], [2], [3]]], "float32")
    keep = np.array([[True, True, False]])
    return {
        "inputs": _put(store, "temporal_softmax_formula/inputs", tensor(x, keep))
    } | _both_formulas(store, "temporal_softmax_formula", lambda layer: layer(tensor(x, keep)))


def temporal_softmax(store: TensorStore) -> Json:
    ids = generator("temporal_softmax").integers(0, 10, (4, 12)).astype("int32")
    ids[1, 7:] = 0
    embed = layers.Embedding(10, 32, mask_zero=True)
    dense = layers.Dense(1)
    inputs = keras.Input((None,), dtype="int32")
    logits = dense(embed(inputs))
    randomise(embed, "temporal_softmax embedding")
    randomise(dense, "temporal_softmax dense")
    return {
        "ids": store.put("temporal_softmax/ids", ids),
        "embeddings": store.put("temporal_softmax/embeddings", embed.embeddings.numpy()),
        "dense": _weights(dense, "temporal_softmax", store),
        "logits": _put(store, "temporal_softmax/logits", keras.Model(inputs, logits)(tensor(ids))),
    } | _both_formulas(
        store, "temporal_softmax", lambda layer: keras.Model(inputs, layer(logits))(tensor(ids))
    )


def concatenate_steps(store: TensorStore) -> Json:
    """Two sequences end to end, and an LSTM that skips the padding between them."""
    embed, lstm = _embedding(POST), _lstm("concatenate_steps")
    a = keras.Input((None,), dtype="int32")
    b = keras.Input((None,), dtype="int32")
    joined = layers.Concatenate(axis=1)([embed(a), embed(b)])
    middle, last = keras.Model([a, b], [joined, lstm(joined)])([tensor(POST), tensor(PRE)])
    return {
        "ids": [store.put("padded/post", POST), store.put("padded/pre", PRE)],
        "embedding": _table(embed, POST, store),
        "lstm": _weights(lstm, "concatenate_steps", store),
        "concatenated": _put(store, "concatenate_steps/concatenated", middle),
    } | _put(store, "concatenate_steps", last)


CELLS: list[Callable[[TensorStore], Json]] = [
    pad_sequences,
    embedding,
    masking,
    embedding_lstm,
    my_layer,
    temporal_split,
    custom_embedding,
    my_activation,
    temporal_softmax_formula,
    temporal_softmax,
    concatenate_steps,
]


def _tiled() -> np.ndarray:
    return np.tile(POST[..., None], (1, 1, 10)).astype("float32")


def _embedding(ids: np.ndarray) -> layers.Embedding:
    """Embedding(5000, 16, mask_zero=True) whose rows are 0 but for those that `ids` need."""
    layer = layers.Embedding(5000, 16, mask_zero=True)
    layer.build(None)
    rows = np.unique(ids)
    table = np.zeros((5000, 16), "float32")
    table[rows] = normal("guide embedding", 5000, 16, scale=0.6)[rows]
    layer.embeddings.assign(table)
    return layer


def _table(layer: layers.Embedding, ids: np.ndarray, store: TensorStore) -> Json:
    rows = np.unique(ids)
    values = layer.embeddings.numpy()[rows]
    name = f"embedding of {len(rows)} words"
    return {
        "input_dim": layer.input_dim,
        "output_dim": layer.output_dim,
        "rows": store.put(f"{name}/rows", rows.astype("int32")),
        "values": store.put(f"{name}/values", values),
    }


def _lstm(seed: str) -> layers.LSTM:
    layer = layers.LSTM(32)
    layer(tf.zeros((1, 1, 16)))
    randomise(layer, seed)
    return layer


def _weights(layer: layers.Layer, name: str, store: TensorStore) -> list[Json]:
    return [
        {"path": path, "tensor": store.put(f"{name}/{path}", variable.numpy())}
        for path, variable in variables(layer)
    ]


def _both_formulas(
    store: TensorStore, name: str, run: Callable[[TemporalSoftmax], tf.Tensor]
) -> dict[str, Json]:
    return {
        formula: _put(store, f"{name}/{formula}", run(TemporalSoftmax(corrected=corrected)))
        for formula, corrected in (("guide", False), ("corrected", True))
    }


def _put(store: TensorStore, name: str, value: tf.Tensor) -> dict[str, Json]:
    """{"values", "mask"}"""
    return output(value).to_json(store, name)
